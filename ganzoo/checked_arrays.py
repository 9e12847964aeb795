"""Arrays from an .npz or .npy file that comes from outside: no pickles, no more than the memory, a line on what is wrong."""

import zipfile

import numpy as np

from ganzoo.errors import UserError, one_line
from ganzoo.memory import refuse_more_than_memory


def read_npz(path, wanted=None):
    """The arrays of an .npz file by name.

    Args:
        path: the file.
        wanted: a function of the list of names that gives those which are read; all of them by default.

    Raises:
        UserError: no such file, no .npz file, a damaged one, arrays of Python objects, or more than the memory holds.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {info.filename.removesuffix(".npy"): info.file_size for info in archive.infolist()}
            if strangers := [info.filename for info in archive.infolist() if not info.filename.endswith(".npy")]:
                raise UserError(f"{path} is a zip file of {strangers[0][:80]!r}, not of arrays")
            if len(sizes) < len(archive.infolist()):
                raise UserError(f"{path} holds two arrays of one name")
        names = list(sizes) if wanted is None else list(wanted(list(sizes)))
        refuse_more_than_memory(sum(sizes[name] for name in names), f"the arrays of {path}")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in names}
        if raw := [name for name, array in arrays.items() if not isinstance(array, np.ndarray)]:
            raise UserError(f"{path} cannot be read as .npz: {raw[0][:80]} is no array")
        return arrays
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f"no file {path}") from None
    except Exception as error:  # whatever a damaged archive makes zipfile, zlib and NumPy raise
        reason = getattr(error, "strerror", None) or one_line(error)
        raise UserError(f"{path} cannot be read as .npz: {reason}") from error


def read_npy(path):
    """The array of an .npy file, mapped into memory.

    Raises:
        UserError: no such file, no .npy file, a damaged one, or an array of Python objects.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        if not isinstance(array, np.ndarray):
            array.close()
            raise UserError(f"{path} is an archive of arrays: call it .npz")
        return array
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f"no file {path}") from None
    except Exception as error:
        reason = getattr(error, "strerror", None) or one_line(error)
        raise UserError(f"{path} cannot be read as .npy: {reason}") from error
