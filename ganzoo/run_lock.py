"""One process writes a run: a lock that the kernel frees when its process dies."""

import contextlib
import os
import re
import socket
from pathlib import Path

from ganzoo.errors import UserError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

NAME = ".lock"


@contextlib.contextmanager
def only_writer(path):
    """Holds a run's directory for this process; makes it where it is absent, and removes it if nothing came into it.

    Raises:
        UserError: another process holds it, or it cannot be written.
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        file = _locked(path / NAME)
    except OSError as error:
        raise UserError(f"cannot write the run's directory {path}: {error.strerror or error}") from error
    if file is None:
        raise UserError(f"another process trains in {path}: {_holder(path / NAME)}")
    with file:
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                (path / NAME).unlink()
                path.rmdir()  # unless there is something in it


def writer(path):
    """Who writes a run now, such as "process 17 on node3"; None where nobody does.

    No lock is tried for that, which could get into the way of a training that begins. What a killed process left counts for
    nothing on its own machine; whether one of another machine is still there cannot be told.
    """
    try:
        said = (Path(path) / NAME).read_text().strip()
    except OSError:
        return None
    process = re.fullmatch(r"process (\d+) on (.*)", said)
    if process and process[2] == socket.gethostname():
        try:
            os.kill(int(process[1]), 0)
        except ProcessLookupError:
            return None
        except (OSError, OverflowError):  # of another user
            pass
    return said or None


def _locked(path):
    """The lock's file, open and locked; None where another process has it."""
    while True:
        file = open(path, "ab+", buffering=0, opener=_not_followed)  # noqa: SIM115 - the caller's
        try:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        except OSError:  # a file system without locks
            pass
        if _is_still(file, path):
            break
        file.close()  # its holder removed it when it ended
    with contextlib.suppress(OSError):  # on a full disk the lock holds without a name
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
    return file


def _not_followed(path, flags):
    """Opens a file that is no link: what is written here must not be written to a file elsewhere."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _is_still(file, path):
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def _holder(path):
    try:
        return path.read_text().strip() or "it has just begun"
    except OSError:
        return "it has just begun"
