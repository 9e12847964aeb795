"""What is dear to compute and follows from content alone, kept on disk under a hash of all that it follows from."""

import contextlib
import hashlib
import io
import json
import logging
import zipfile
import zlib
from pathlib import Path

import numpy as np

from ganzoo.cache_directory import cache_bound, cache_root, make_room, touch
from ganzoo.errors import UserError
from ganzoo.files import write_atomically

logger = logging.getLogger(__name__)

# Bytes written after which a process looks again whether the directory is within its bound.
LOOK_EVERY = 2**28


def digest(*parts):
    """A sha256 over parts of any JSON-ready kind: equal only if every part is, in order."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def digest_array(array):
    """A sha256 over an array's type, shape and bytes."""
    array = np.ascontiguousarray(array)
    hasher = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    hasher.update(array.reshape(-1).view(np.uint8).data)
    return hasher.hexdigest()


def digest_files(root, paths):
    """A sha256 over files' names below `root` and their contents, in sorted order."""
    hasher = hashlib.sha256()
    for path in sorted(paths):
        hasher.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
        with open(path, "rb") as file:
            while chunk := file.read(2**22):
                hasher.update(chunk)
    return hasher.hexdigest()


class Cache:
    """Arrays and records under hashed keys.

    Entries are written whole or not at all and carry their key and a hash of their content; one that is torn, damaged or
    filed under another key counts as absent. A directory that cannot be written costs time, not the result. What was not
    used for longest goes where the directory outgrows its bound (`cache_directory.cache_bound`).

    Args:
        root: the directory; `cache_root()` if None.

    Raises:
        UserError: GANZOO_CACHE_BYTES is no number, said before anything is computed.
    """

    def __init__(self, root=None):
        self.root = Path(root) if root else cache_root()
        cache_bound()
        self._warned = False
        self._unseen = LOOK_EVERY  # bytes written since the last look: the first entry looks

    def path(self, kind, key, suffix=".npz"):
        """Where an entry lies."""
        return self.root / kind / key[:2] / f"{key}{suffix}"

    def load(self, kind, key):
        """The arrays stored under `key`, a dict, or None where there are none that can be trusted."""
        path = self.path(kind, key)
        touch(path)
        return read_arrays(path, key)

    def store(self, kind, key, arrays):
        """Stores a dict of arrays under `key`."""
        self._write(self.path(kind, key), pack_arrays(arrays, key))

    def drop(self, kind, key):
        """Removes the arrays stored under `key`, if there are any."""
        with contextlib.suppress(OSError):
            self.path(kind, key).unlink()

    def load_record(self, kind, key):
        """The JSON record stored under `key`, or None."""
        path = self.path(kind, key, ".json")
        touch(path)
        try:
            entry = json.loads(path.read_text())
        except (OSError, ValueError):
            return None
        good = isinstance(entry, dict) and entry.get("key") == key and entry.get("sha256") == digest(entry.get("record"))
        return entry["record"] if good else None

    def store_record(self, kind, key, record):
        """Stores a JSON-ready record under `key`."""
        entry = {"key": key, "sha256": digest(record), "record": record}
        self._write(self.path(kind, key, ".json"), json.dumps(entry, indent=1) + "\n")

    def _write(self, path, content):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
        except (OSError, UserError) as error:
            if not self._warned:
                reason = getattr(error.__cause__ or error, "strerror", None) or error
                logger.warning("the cache %s cannot be written (%s): nothing is kept for the next time", self.root, reason)
            self._warned = True
            return
        self._unseen += len(content)
        if self._unseen >= LOOK_EVERY:
            self._unseen = 0
            make_room(self.root, keep=[path])


def pack_arrays(arrays, key=""):
    """The bytes of an .npz file of a dict of arrays, with `key` and a hash of the content."""
    seal = digest(key, {name: digest_array(array) for name, array in arrays.items()})
    buffer = io.BytesIO()
    np.savez(buffer, **arrays, _key=np.array(key), _sha256=np.array(seal))
    return buffer.getvalue()


def read_arrays(path, key=""):
    """The arrays of a file that `pack_arrays` made, or None where it is absent, damaged or has another key."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        found_key, seal = str(arrays.pop("_key")), str(arrays.pop("_sha256"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    good = found_key == key and seal == digest(key, {name: digest_array(array) for name, array in arrays.items()})
    return arrays if good else None
