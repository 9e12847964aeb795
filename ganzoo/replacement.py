"""A new run that takes the place of an old one once it is known to work, in steps that a kill cannot tear.

It grows in a hidden directory within the old one's. Its first checkpoint commits it: from there on, whatever was left undone
is done by the next process that opens the run.
"""

import os
import shutil
from pathlib import Path

from ganzoo.run_lock import NAME as LOCK

GROWING, COMMITTED, EMPTIED, OLD = ".fresh", ".committed", ".emptied", ".replaced"


def begin(path):
    """The directory, empty, in which a run grows that is to take the place of the one at `path`."""
    growing = Path(path) / GROWING
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir()
    return growing


def abandon(path):
    """Removes a run that did not come to its first checkpoint."""
    shutil.rmtree(Path(path) / GROWING, ignore_errors=True)


def commit(path):
    """Lets the run that grows take the place of the one at `path`, which is removed."""
    os.rename(Path(path) / GROWING, Path(path) / COMMITTED)
    finish(path)


def is_pending(path):
    """Whether a replacement at `path` was committed and not finished."""
    return any(_is_own(Path(path) / name) for name in (COMMITTED, EMPTIED))


def finish(path):
    """Does what is left to do of a replacement that was committed."""
    path = Path(path)
    if _is_own(path / COMMITTED):
        if (path / OLD).is_symlink():
            (path / OLD).unlink()
        (path / OLD).mkdir(exist_ok=True)
        for child in list(path.iterdir()):
            if child.name not in (LOCK, COMMITTED, OLD):
                os.rename(child, path / OLD / child.name)
        os.rename(path / COMMITTED, path / EMPTIED)
    if _is_own(path / EMPTIED):
        for child in list((path / EMPTIED).iterdir()):
            os.rename(child, path / child.name)
        (path / EMPTIED).rmdir()
    shutil.rmtree(path / OLD, ignore_errors=True)


def _is_own(path):
    """Whether a path is a directory, and no link to one elsewhere, whose files are somebody's."""
    return path.is_dir() and not path.is_symlink()
