"""Files that are whole or absent, whatever happens while they are written."""

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
from pathlib import Path

from ganzoo.errors import UserError

# What a file is called while it is written: its own name, something that nobody can foresee, and this ending.
DRAFT = re.compile(r"\..+\.[0-9a-f]{16}\.draft")
# Bytes of a file's own name that its draft's name holds, so that a long one stays within what file systems take.
LONGEST = 100
_STREAMS = {"/dev/stdout": 1, "/dev/stderr": 2}


def write_atomically(path, content):
    """Writes text (as UTF-8) or bytes so that readers, and kills at any moment, find the old file or the new one.

    A file that exists keeps its mode, a symbolic link is followed, and a device or a pipe is written to, not replaced.

    Raises:
        UserError: it cannot be written; what was there before is untouched.
    """
    content = content.encode() if isinstance(content, str) else bytes(memoryview(content))
    with atomically(path) as file:
        file.write(content)


@contextlib.contextmanager
def atomically(path):
    """A binary file to write to, which takes the place of `path` when the block ends, and vanishes when it fails.

    Raises:
        UserError: as `write_atomically`.
    """
    try:
        with _straight(path) or _draft(path) as file:
            yield file
    except OSError as error:
        raise cannot_write(path, error) from error


def append_line(path, line):
    """Appends a line to a text file in one go: several processes may do so at once, and a half line before it stays alone.

    Raises:
        UserError: it cannot be written.
    """
    try:
        with open(path, "ab+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - 1, 0))
            content = b"\n" * (file.read(1) not in (b"", b"\n")) + line.encode() + b"\n"
            if file.write(content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise cannot_write(path, error) from error


def refuse_unwritable(path):
    """Raises a UserError where it is plain already that a file cannot be written, before anything is computed for it."""
    target = Path(os.path.realpath(path))
    reason = None
    if target.is_dir():
        reason = errno.EISDIR
    elif os.path.exists(path):
        reason = None if os.access(path, os.W_OK) else errno.EACCES
    elif not target.parent.is_dir():
        reason = errno.ENOENT if not target.parent.exists() else errno.ENOTDIR
    elif not os.access(target.parent, os.W_OK | os.X_OK):
        reason = errno.EACCES
    if reason:
        raise cannot_write(path, OSError(reason, os.strerror(reason)))


def cannot_write(path, error):
    """The UserError of an OSError."""
    return UserError(f"cannot write {path}: {error.strerror or error}")


def draft_name(name):
    """A hidden name beside the file `name`, which nobody can foresee."""
    return f".{os.fsdecode(os.fsencode(name)[:LONGEST])}.{secrets.token_hex(8)}.draft"


def remove_drafts(directory):
    """Removes the drafts that killed processes left in a directory in which no other process writes."""
    for path in Path(directory).iterdir() if Path(directory).is_dir() else ():
        if DRAFT.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            path.unlink(missing_ok=True)


def _straight(path):
    """What is no regular file, opened to be written to as it is; None for others."""
    stream = _STREAMS.get(str(path)) or re.fullmatch(r"/(?:dev|proc/self)/fd/(\d+)", str(path))
    if stream:  # opened by its name it would be cut, where it was redirected to a file
        sys.stdout.flush()
        return os.fdopen(os.dup(stream if isinstance(stream, int) else int(stream[1])), "wb")
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(os.stat(path).st_mode):
            return open(path, "wb")  # of a directory this raises
    return None


@contextlib.contextmanager
def _draft(path):
    target = Path(os.path.realpath(path))
    draft = target.with_name(draft_name(target.name))
    before = target.stat() if target.exists() else None
    if before and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if before:
                with contextlib.suppress(OSError, AttributeError):  # only root may give files away
                    os.chown(draft, before.st_uid, before.st_gid)
                os.chmod(draft, stat.S_IMODE(before.st_mode))
            yield file
            file.flush()
            os.fsync(descriptor)
        os.replace(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
