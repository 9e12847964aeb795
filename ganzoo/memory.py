"""How much this machine's memory holds, so that what cannot fit is refused before it is begun."""

import os

from ganzoo.errors import UserError


def memory_bytes():
    """The machine's memory in bytes; a large number where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 2**50


def refuse_more_than_memory(size, what):
    """Raises a UserError where `what` takes more bytes than the machine has."""
    if size > memory_bytes():
        raise UserError(f"{what} would take {size / 1e9:,.1f} GB, and this machine has {memory_bytes() / 1e9:,.1f} GB")
