"""Checks of the networks' arguments: each raises one line that says what is wrong and what would be right."""

from ganzoo.errors import UserError


def positive(**values):
    """Every value must be a positive integer."""
    for name, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise UserError(f"{name} must be a positive integer, not {value!r}")


def fraction(**values):
    """Every value must lie in [0, 1)."""
    for name, value in values.items():
        if not 0.0 <= value < 1.0:
            raise UserError(f"{name} is a fraction in [0, 1), not {value!r}")


def one_of(choices, **values):
    """Every value must be among `choices`."""
    for name, value in values.items():
        if value not in choices:
            raise UserError(f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}")


def image_size(size, least=8, most=128):
    """`size` must be a power of two from `least` to `most`."""
    one_of([2**n for n in range(least.bit_length() - 1, most.bit_length())], size=size)
