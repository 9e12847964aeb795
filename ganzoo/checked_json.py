"""JSON that comes from outside: read at one place, each field of its kind; what is wrong is one line that names file and field.

A kind is `str`, `bool`, `int`, `float` (any finite number), `dict`, `list` or `object` (anything); `[kind]`, a list of such;
`{str: kind}`, a dict of such; `{"field": kind, ...}`, a dict with these fields and perhaps others; `Maybe(kind)`, or null or
absent; a tuple of kinds, one of them; a function of a value, which raises a ValueError that says what it must be.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

from ganzoo.errors import UserError, one_line

# A run's record or a card has some kilobytes, a run's scores some megabytes.
MOST_BYTES = 2**28
LARGEST = {int: 2**63, float: 1e300}
WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "an object of fields",
    list: "a list",
    object: "anything",
}


@dataclasses.dataclass(frozen=True)
class Maybe:
    """A field that may be null or absent."""

    kind: Any


def read_json(path, kind, what="JSON"):
    """The value that a JSON file holds.

    Args:
        path: the file.
        kind: what it must be; see above.
        what: what the file is called in a message, such as "the run's record".

    Raises:
        UserError: the file cannot be read, is no JSON, or a field is absent or of another kind.
    """
    text = _text(path, what)
    return parse_json(text, kind, f"{what} {path}" if what else str(path))


def read_json_lines(path, kind, what="JSON"):
    """The values of a file with one JSON value a line; empty lines count as none.

    Raises:
        UserError: as `read_json`; the line is named.
    """
    lines = enumerate(_text(path, what).splitlines(), 1)
    return [parse_json(line, kind, f"{what} {path}, line {number}") for number, line in lines if line.strip()]


def parse_json(text, kind, where):
    """The value of a JSON text, checked.

    Args:
        text: str or bytes.
        kind: what it must be; see above.
        where: what the message begins with.

    Raises:
        UserError: as `read_json`.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else one_line(error)
        raise UserError(f"{where} is no JSON: {reason}") from error
    return checked(value, kind, where)


def checked(value, kind, where):
    """`value` as it is.

    Raises:
        UserError: it is not of the kind; the line begins with `where`.
    """
    try:
        reason = _mismatch(value, kind, "")
    except RecursionError:
        reason = "it is nested too deeply"
    if reason:
        raise UserError(f"{where} is damaged: {reason}")
    return value


def _text(path, what):
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise UserError(f"{what} {path} is too large: more than {MOST_BYTES:,} bytes")
        return content.decode("utf-8")
    except (OSError, ValueError) as error:
        raise UserError(f"{what} {path} cannot be read: {one_line(getattr(error, 'strerror', None) or error)}") from error


def _mismatch(value, kind, field):
    """Why a value is not of a kind, in words that name the field; None where it is."""
    if isinstance(kind, Maybe):
        return None if value is None else _mismatch(value, kind.kind, field)
    if isinstance(kind, tuple):
        reasons = [_mismatch(value, one, field) for one in kind]
        return None if None in reasons else reasons[-1]
    if isinstance(kind, list):
        return _wrong(value, list, field) or _first(_mismatch(part, kind[0], f"{field}[{i}]") for i, part in enumerate(value))
    if isinstance(kind, dict) and str in kind:
        return _wrong(value, dict, field) or _first(_mismatch(part, kind[str], _dot(field, k)) for k, part in value.items())
    if isinstance(kind, dict):
        return _wrong(value, dict, field) or _first(_field(value, name, part, field) for name, part in kind.items())
    if isinstance(kind, type):
        return _wrong(value, kind, field)
    try:
        kind(value)
    except ValueError as error:
        return f"{_called(field)} must be {error}, not {_short(value)}"
    return None


def _field(value, name, kind, field):
    if name not in value and not isinstance(kind, Maybe):
        return f"{_dot(field, name)} is missing"
    return _mismatch(value.get(name), kind, _dot(field, name))


def _wrong(value, kind, field):
    good = isinstance(value, (int, float) if kind is float else kind) and not (isinstance(value, bool) and kind in (int, float))
    if good and kind in (int, float):
        good = -LARGEST[kind] < value < LARGEST[kind]  # NaN is not
    return None if good else f"{_called(field)} must be {WORDS[kind]}, not {_short(value)}"


def _first(reasons):
    return next((reason for reason in reasons if reason), None)


def _dot(field, name):
    return f"{field}.{name}" if field else str(name)


def _called(field):
    return field or "it"


def _short(value):
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
