"""Where a sweep's points are kept: a file beside the runs, or a database that any number of machines share."""

import contextlib
import re
import time
from pathlib import Path

from ganzoo.errors import UserError, one_line
from ganzoo.optional import optional

# How often what a database refuses for a moment is asked of it again, and the seconds before, which double.
TRIES, PAUSE = 5, 1.0


def require_optuna():
    """The module, quiet.

    Raises:
        UserError: it is not installed.
    """
    optuna = optional("optuna", "sweep", "a sweep")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def open_storage(where):
    """An Optuna storage.

    Args:
        where: a file's path, or a database as SQLAlchemy names it, such as postgresql://user@host/name.

    Raises:
        UserError: Optuna or the database's driver is not installed, or the database cannot be reached.
    """
    optuna = require_optuna()
    if "://" not in str(where):
        from optuna.storages.journal import JournalFileBackend, JournalStorage

        path = Path(where)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            backend = JournalFileBackend(str(path))
            _drop_half_line(path, backend)
            return JournalStorage(backend)
        except OSError as error:
            raise UserError(f"cannot write the sweep's storage {path}: {error.strerror or error}") from error
        except (ValueError, KeyError) as error:
            raise UserError(f"{path} is no sweep's storage, or damaged: {one_line(error)}") from error
    shown = hidden(where)
    for attempt in range(TRIES):
        try:
            with _quiet_of_experiments():
                # A connection that a database closed meanwhile is opened anew.
                return optuna.storages.RDBStorage(where, engine_kwargs={"pool_pre_ping": True})
        except ImportError as error:
            raise UserError(f"{shown} needs a driver: pip install 'psycopg[binary]', or pymysql for MySQL") from error
        except Exception as error:
            if not _is_race(error) or attempt == TRIES - 1:
                raise UserError(f"the storage {shown} cannot be opened: {one_line(getattr(error, 'orig', error))}") from error
            time.sleep(PAUSE * (attempt + 1))


def _is_race(error):
    """Whether a database refused its tables because another process makes them at this moment."""
    from sqlalchemy import exc

    return isinstance(error, (exc.IntegrityError, exc.ProgrammingError, exc.InternalError)) or "already exists" in str(error)


def hidden(where):
    """A database's URL without its password."""
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", str(where))


def patiently(call, *arguments, **options):
    """Calls something of a storage, again and again where the database fails for a moment.

    Raises:
        UserError: it still fails.
    """
    from optuna.exceptions import StorageInternalError

    for attempt in range(TRIES):
        try:
            return call(*arguments, **options)
        except StorageInternalError as error:
            if attempt == TRIES - 1:
                raise UserError(f"the sweep's storage fails: {one_line(error)}") from error
            time.sleep(PAUSE * 2**attempt)
    return None


def _drop_half_line(path, backend):
    """Removes a line that a full disk or a killed process cut short: with the next one it would spoil the file."""
    from optuna.storages.journal._file import get_lock_file

    if not path.stat().st_size or path.read_bytes().endswith(b"\n"):
        return
    with get_lock_file(backend._lock):
        content = path.read_bytes()
        if content and not content.endswith(b"\n"):
            with open(path, "rb+") as file:
                file.truncate(content.rfind(b"\n") + 1)


@contextlib.contextmanager
def _quiet_of_experiments():
    import warnings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="optuna")
        yield
