"""Where many examples stand: in memory, or above a bound in a file that is mapped into it."""

import math
import tempfile

import numpy as np

from ganzoo.cache_directory import cache_root
from ganzoo.errors import UserError, one_line

# Bytes of examples above which they stand in a file.
IN_MEMORY = 2**30


def room(shape, dtype=np.uint8):
    """An array to be filled: in memory, or of more than `IN_MEMORY` bytes in a nameless file of the cache directory.

    The operating system writes out and reads in what does not fit the memory; the file goes with the array.

    Raises:
        UserError: there is no room for the file.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size <= IN_MEMORY:
        return np.empty(shape, dtype)
    try:
        cache_root().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache_root()) as file:
            return np.memmap(file, dtype, "w+", shape=tuple(shape))
    except OSError as error:
        raise UserError(f"no room for {size / 1e9:,.1f} GB of examples in {cache_root()}: {one_line(error)}") from error
