"""The lines of a text file, by one rule for all that read one."""

import codecs
import dataclasses
import re
from pathlib import Path

from ganzoo.errors import UserError
from ganzoo.notes import counted

# A file that begins with one of these is in that encoding; every other in UTF-8.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is its beginning
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
LINE_END = "\r\n|\n|\r"
# What str.splitlines, and many a program, takes for the end of a line too.
OTHER_ENDS = "[\v\f\x1c\x1d\x1e\x85\u2028\u2029]"


@dataclasses.dataclass(frozen=True)
class TextLines:
    """What a text file holds.

    Attributes:
        lines: its lines, without white space at their ends; they may be empty.
        content: its bytes.
        notes: how it was read, where that is not plain: a list of lines.
    """

    lines: list
    content: bytes
    notes: list


def read_lines(path):
    """The lines of a text file, as `TextLines`: UTF-8, or what the mark at its beginning says.

    A line ends at a line feed, a carriage return or both. Nothing else ends one: neither a form feed nor U+2028.

    Raises:
        UserError: it cannot be read, or is no text in that encoding; the line says where.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UserError(f"the text {path} cannot be read: {error.strerror}") from error
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        where = f"byte {content[error.start]:#04x} in line {_line_of(content[: error.start].decode(encoding, 'ignore'))}"
        raise UserError(f"the text {path} cannot be read as {error.encoding.upper()}: {error.reason}, {where}") from error
    if "\0" in text:
        where = _line_of(text[: text.index("\0")])
        raise UserError(f"the text {path} cannot be read as {encoding.upper()}: line {where} holds a NUL; save it as UTF-8")
    lines = re.split(LINE_END, text)
    lines = [line.strip() for line in (lines[:-1] if not lines[-1] else lines)]
    notes = [f"{path}: read as {encoding.upper()}"] if encoding in ("utf-16", "utf-32") else []
    if inside := sum(bool(re.search(OTHER_ENDS, line)) for line in lines):
        what = "a form feed, U+2028 or the like, which do not end a line here"
        notes.append(f"{path}: {inside:,} of {counted(len(lines), 'line')} hold {what}")
    return TextLines(lines, content, notes)


def _line_of(before):
    """The number of the line that comes after some text."""
    return 1 + len(re.findall(LINE_END, before))
