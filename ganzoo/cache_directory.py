"""The user's cache directory: where it lies, how large it may grow, and what goes when it has grown too large.

An entry is one file, or several that differ in their endings alone; the directory that it lies in is its kind. Its last use
is its newest modification time, which readers renew. Only files of these kinds whose names are hashes count as entries:
whatever else lies there is not ganzoo's, and stays.
"""

import contextlib
import dataclasses
import os
import re
import time
from pathlib import Path

import platformdirs

from ganzoo.errors import UserError

try:
    import fcntl
except ImportError:  # Windows, which refuses to remove an open file anyway
    fcntl = None

# What the entries of each kind are.
KINDS = {
    "features": "features of samples and of real data",
    "scores": "scores of held-out real data",
    "extractors": "classifiers and autoencoders trained to score a data set by",
    "gates": "whether an extractor tells damaged images from real ones",
    "images": "decoded images of data sets",
}
# A hash with its ending; what is still being written begins with a dot and has an ending more.
NAME = re.compile(
    r"[0-9a-f]{16,64}\.(npz|json|images|labels)|\.[0-9a-f]{16,64}\.(npz|json|images|labels)\.([0-9a-f]{16}\.draft|\d+)"
)

BOUND = 10 * 10**9
# Seconds after which what a process has begun to write and not finished counts as left behind.
ABANDONED = 3600.0


def cache_root():
    """The directory: GANZOO_CACHE, else the platform's own place, such as ~/.cache/ganzoo under XDG_CACHE_HOME's rules."""
    chosen = os.environ.get("GANZOO_CACHE")
    return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("ganzoo", appauthor=False)


def cache_bound():
    """The most bytes that the directory holds: GANZOO_CACHE_BYTES, else 10 GB.

    Raises:
        UserError: GANZOO_CACHE_BYTES is no whole number of bytes.
    """
    text = os.environ.get("GANZOO_CACHE_BYTES") or str(BOUND)
    if not text.isascii() or not text.isdigit():
        raise UserError(f"GANZOO_CACHE_BYTES is a number of bytes, such as {BOUND}, not {text!r}")
    return int(text)


@dataclasses.dataclass(frozen=True)
class Entry:
    """Something cached.

    Attributes:
        kind: one of `KINDS`, the first directory below the root.
        files: its files.
        size: bytes of all of them.
        used: when it was last used, in seconds since the epoch.
    """

    kind: str
    files: tuple
    size: int
    used: float


def entries(root=None):
    """All entries below `root` (`cache_root()` if None), the least recently used first."""
    root = Path(root) if root else cache_root()
    groups = {}
    for kind in KINDS:
        for directory, _, names in os.walk(root / kind):
            for name in filter(NAME.fullmatch, names):
                path = Path(directory) / name
                with contextlib.suppress(OSError):  # another process may just have removed it
                    group = groups.setdefault((kind, path.with_suffix("") if name[0] != "." else path), [])
                    group.append((path, path.stat()))
    listed = []
    for (kind, _), files in groups.items():
        if files:
            size, used = sum(state.st_size for _, state in files), max(state.st_mtime for _, state in files)
            listed.append(Entry(kind, tuple(path for path, _ in files), size, used))
    return sorted(listed, key=lambda entry: entry.used)


def touch(path):
    """Notes that a file is used now."""
    with contextlib.suppress(OSError):
        os.utime(path)


def open_in_use(path):
    """Opens a file for reading that no process evicts until the file, and whatever is mapped from it, is closed.

    Raises:
        OSError: as `open`; FileNotFoundError too where the file is being removed at this moment.
    """
    file = open(path, "rb")  # noqa: SIM115 - the caller's
    if fcntl:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise FileNotFoundError(f"{path} is being removed") from None
        except OSError:  # a file system without locks
            pass
    touch(path)
    return file


def remove(entry):
    """Removes an entry unless a process uses it or still writes it; returns whether it is gone."""
    if any(path.name[0] == "." for path in entry.files) and time.time() - entry.used < ABANDONED:
        return False
    with contextlib.ExitStack() as stack:
        try:
            for path in entry.files if fcntl else ():
                with contextlib.suppress(FileNotFoundError):  # another process was faster
                    fcntl.flock(stack.enter_context(open(path, "rb")), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            pass
        try:
            for path in entry.files:
                path.unlink(missing_ok=True)
        except OSError:
            return False
    return True


def make_room(root=None, keep=()):
    """Removes the least recently used entries until the directory is within its bound.

    Args:
        root: the directory; `cache_root()` if None.
        keep: files whose entries stay, such as those just written.

    Returns:
        The entries that were removed.
    """
    everything, removed = entries(root), []
    excess = sum(entry.size for entry in everything) - cache_bound()
    for entry in everything:
        if excess <= 0:
            break
        if not set(keep).intersection(entry.files) and remove(entry):
            excess -= entry.size
            removed.append(entry)
    return removed
