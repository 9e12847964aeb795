"""Lines, encodings and what is no text."""

import codecs

import pytest

from ganzoo.data.text_files import read_lines
from ganzoo.errors import UserError

LINES = ["ein schöner Tag", "", "春眠不觉晓"]


def written(tmp_path, content):
    path = tmp_path / "some.txt"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_end_at_line_feeds_and_carriage_returns(tmp_path, end, last):
    read = read_lines(written(tmp_path, (end.join(LINES) + end * last).encode()))
    assert (read.lines, read.notes) == (LINES, [])


@pytest.mark.parametrize("end", ["\v", "\f", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"])
def test_nothing_else_ends_a_line_and_that_is_said(tmp_path, end):
    path = written(tmp_path, f"a{end}b\nc\nd{end}\n".encode())
    read = read_lines(path)
    assert read.lines == [f"a{end}b", "c", "d"]
    assert len(read.notes) == 1 and read.notes[0].startswith(f"{path}: 1 of 3 lines hold")


@pytest.mark.parametrize(
    "content, encoding",
    [
        (codecs.BOM_UTF8 + "\n".join(LINES).encode(), None),
        ("\n".join(LINES).encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF16_BE + "\n".join(LINES).encode("utf-16-be"), "UTF-16"),
        ("\n".join(LINES).encode("utf-32"), "UTF-32"),
    ],
)
def test_a_mark_says_the_encoding(tmp_path, content, encoding):
    path = written(tmp_path, content)
    read = read_lines(path)
    assert read.lines == LINES and read.content == content
    assert read.notes == ([f"{path}: read as {encoding}"] if encoding else [])


def test_white_space_at_the_ends_of_a_line_is_not_part_of_it(tmp_path):
    assert read_lines(written(tmp_path, "  a  b \t\n \u3000\n".encode())).lines == ["a  b", ""]
    assert read_lines(written(tmp_path, b"")).lines == []


@pytest.mark.parametrize(
    "content, problem",
    [
        (b"one\r\ntwo\rthr\xe9e\n", "as UTF-8: .*byte 0xe9 in line 3"),
        (b"\xff\xfea\x00\x00", "as UTF-16"),
        ("one\ntwo\n".encode("utf-16-le"), "line 1 holds a NUL"),
        (b"one\ntw\0o\n", "line 2 holds a NUL"),
    ],
)
def test_what_is_no_text_is_one_line_that_says_where(tmp_path, content, problem):
    with pytest.raises(UserError, match=problem) as error:
        read_lines(written(tmp_path, content))
    assert "some.txt" in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_cannot_be_opened_is_one_line(tmp_path):
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        read_lines(tmp_path)
