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


def stages(size):
    """The side of the smallest maps of an image's networks, at least 4, and how often it is doubled to `size`.

    Powers of two begin at 4; 28 is 7 doubled twice, 48 and 96 begin at 6, 100 and 200 at 25.

    Raises:
        UserError: `size` is no multiple of 4 from 8 to 256.
    """
    if not isinstance(size, int) or isinstance(size, bool) or not 8 <= size <= 256 or size % 4:
        raise UserError(f"size must be a multiple of 4 from 8 to 256, not {size!r}")
    doublings = 0
    while size % 2 == 0 and size >= 8:
        size, doublings = size // 2, doublings + 1
    return size, doublings
