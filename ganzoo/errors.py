"""The one exception that is a user's to fix: the command line prints its single line and exits with code 2."""

import operator

__all__ = ["UserError"]


def __dir__():
    return __all__


class UserError(Exception):
    """One line that says what is wrong and what to do about it."""


def whole_number(name, value, least=1):
    """`value` as an int.

    Args:
        name: what the message calls it.
        value: an int, or an integer of NumPy.
        least: the smallest that is allowed.

    Raises:
        UserError: it is no whole number, or smaller.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or number < least:
        raise UserError(f"{name} must be a whole number of at least {least}, not {value!r}")
    return number
