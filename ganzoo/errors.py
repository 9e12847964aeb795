"""The one exception that is a user's to fix: the command line prints its single line and exits with code 2."""

import operator
import os
import re

__all__ = ["UserError"]

MOST_SEED = 2**32 - 1  # that every library takes


def __dir__():
    return __all__


class UserError(Exception):
    """One line that says what is wrong and what to do about it."""


def whole_number(name, value, least=1, most=None):
    """`value` as an int.

    Args:
        name: what the message calls it.
        value: an int, or an integer of NumPy.
        least, most: the smallest and the largest that are allowed; None for no largest.

    Raises:
        UserError: it is no whole number, or one beyond these.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or number < least:
        raise UserError(f"{name} must be a whole number of at least {least}, not {value!r}")
    if most is not None and number > most:
        raise UserError(f"{name} must be a whole number of at most {most:,}, not {value!r}")
    return number


# TensorFlow's names of nodes and operators, and a terminal's colours, in the text of an error.
_NOISE = re.compile(r"{{[^{}]*}} ?|\s*\[Op:[^\]]*\]|\x1b\[[0-9;]*m")


def plain(text):
    """A text without TensorFlow's names of nodes (`{{function_node ...}}`) and colours."""
    return _NOISE.sub("", text)


def one_line(error):
    """The gist of an exception or a text: its first line without TensorFlow's names of nodes, cut short."""
    lines = plain(str(error)).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(": ") if len(lines[0]) <= 200 else f"{lines[0][:200]}..."


def usable_path(path, what="a path"):
    """`path` as it is.

    Raises:
        UserError: no file can have such a name: a zero byte in it, or a part of more than 255 bytes.
    """
    text = os.fsencode(path)
    if b"\0" in text:
        raise UserError(f"{what} {str(path)!r} holds a zero byte, which no file's name can")
    if longest := max((part for part in text.split(os.fsencode(os.sep)) if len(part) > 255), default=None):
        raise UserError(f"{what} is too long: a name of {len(longest)} bytes, {str(path)[:60]}...; 255 are the most")
    return path
