"""Packages that only an optional part of ganzoo needs, imported when that part is used."""

import importlib
from types import ModuleType

from ganzoo.errors import UserError, one_line


def optional(name: str, extra: str, what: str) -> ModuleType:
    """An optional package, or a module of one.

    Args:
        name: of the module to import, such as "gudhi" or "tf2onnx.convert".
        extra: the extra of ganzoo's distribution that brings it.
        what: what needs it, for the error.

    Raises:
        UserError: it is not installed, or cannot be imported.
    """
    package = name.partition(".")[0]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        lacking = (error.name or package).partition(".")[0]  # itself, or what it needs
        raise UserError(
            f"{what} needs {lacking}, of the extra `{extra}`: python -m pip install '.[{extra}]' in a checkout of ganzoo"
        ) from error
    except ImportError as error:
        raise UserError(f"{what} needs {package}, which cannot be imported: {one_line(error)}") from error
