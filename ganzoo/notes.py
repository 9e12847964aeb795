"""What was guessed, converted, dropped or mapped while data was read: one line each, said once to whoever runs the command.

Whoever reads data notes it at that moment, so that no command can forget to pass it on.
"""

import contextlib
import contextvars
import functools
import inspect
import logging

__all__ = ["Noted", "counted", "logged", "note", "notes_to"]

logger = logging.getLogger("ganzoo")
_CURRENT = contextvars.ContextVar("notes", default=None)


def __dir__():
    return __all__


def note(line):
    """Says one line to the `log` of the innermost `notes_to`, if it was not said there before; else as a logged warning.

    What cannot be printed, as names of files may hold, is escaped.
    """
    line = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line)
    if _CURRENT.get() is None:
        logger.warning(line)
        return
    log, said = _CURRENT.get()
    if line not in said:
        said.add(line)
        log(line)


@contextlib.contextmanager
def notes_to(log):
    """Within, what is noted goes to `log`, called with a line; each line once, also where one such context holds others."""
    outer = _CURRENT.get()
    token = _CURRENT.set((log, outer[1] if outer else set()))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def logged(function):
    """Decorates a function that has an argument `log`: what is noted while it runs goes there."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def with_notes(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        with notes_to(bound.arguments["log"]):
            return function(*args, **kwargs)

    return with_notes


class Noted:
    """What reads data and keeps the lines that it noted, in `notes`, a list of strings."""

    @functools.cached_property
    def notes(self):
        return []

    def note(self, line):
        """Keeps a line and says it."""
        self.notes.append(line)
        note(line)


def counted(count, what, several=None):
    """A count with its noun: "1 image", "2,000 images", "3 classes"."""
    return f"{count:,} {what if count == 1 else several or f'{what}s'}"
