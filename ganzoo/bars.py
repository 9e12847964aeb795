"""Bars of work that takes a while: on a terminal's error stream, elsewhere a line now and then."""

import contextlib
import sys
import time

LATE = 1.0  # seconds after which a bar appears
LONG = 20.0  # seconds after which the progress is logged where there is no terminal
_LIVE = []  # the Progress on the terminal, of which there can be one


@contextlib.contextmanager
def progress_of(what, log=lambda line: None):
    """A function of the share done, in 0 to 1: a bar once it takes a while, or a line now and then.

    One within another is a bar below it.

    Args:
        what: the work, for the reader.
        log: called with a line where there is no terminal; nobody by default.
    """
    began = last = time.monotonic()
    task = None

    def progress(share):
        nonlocal task, last
        now = time.monotonic()
        if sys.stderr.isatty():
            if task is None and now - began > LATE:
                task = _begin(what, 1.0)
            if task is not None:
                _LIVE[0].update(task, completed=share)
        elif now - last > LONG and 0 < share < 1:
            last = now
            log(f"{what}: {share:.0%}, {(now - began) * (1 - share) / share:.0f} s left")

    try:
        yield progress
    finally:
        if task is not None:
            _end(task)


@contextlib.contextmanager
def working(what):
    """Shows on a terminal that work goes on of which nobody knows how much is left, and for how long it has."""
    task = _begin(what, None) if sys.stderr.isatty() else None
    try:
        yield
    finally:
        if task is not None:
            _end(task)


def _begin(what, total):
    """A task on the one Progress of the terminal, which is started where nobody uses it; None where another display is live."""
    if not _LIVE:
        from rich.console import Console
        from rich.errors import LiveError
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
        bars = Progress(
            *columns,
            TextColumn("{task.fields[left]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # lines that go into a file stay there
        )
        try:
            bars.start()
        except LiveError:  # a training's, before Rich 14
            return None
        _LIVE.append(bars)
    return _LIVE[0].add_task(what, total=total, left="left" if total else "")


def _end(task):
    _LIVE[0].remove_task(task)
    if not _LIVE[0].task_ids:
        _LIVE.pop().stop()
