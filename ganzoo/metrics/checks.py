"""Validation of the arrays of metrics: bad input gives a clear error and never a silent NaN."""

import numpy as np

from ganzoo.errors import UserError


def checked(name, array, least=2, ndim=2):
    """An array of samples, validated and converted to floating point.

    float32 and float64 arrays come back uncopied; smaller types become float32, wider integers float64.

    Args:
        name: what the message calls it: "real", "fake", "test" ...
        array: [N, ...] numbers.
        least: the least number of samples.
        ndim: the number of axes, the samples' one included; None accepts any.

    Raises:
        UserError: not numbers, other axes, empty samples, fewer than `least` of them, or NaN or infinite values.
    """
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise UserError(f"{name} must hold real numbers, not {array.dtype}")
    if array.ndim == 0 or (ndim is not None and array.ndim != ndim):
        wanted = f"{ndim} axes" if ndim is not None else "an axis of samples"
        raise UserError(f"{name} must have {wanted}, but its shape is {array.shape}")
    if len(array) < least:
        raise UserError(f"{name} has {len(array)} samples; at least {least} are needed")
    if array.size == 0:
        raise UserError(f"{name} is empty: its shape is {array.shape}")
    array = array.astype(np.result_type(array.dtype, np.float32), copy=False)
    if not np.isfinite(array).all():
        bad = np.flatnonzero(~np.isfinite(array).reshape(len(array), -1).all(axis=1))
        raise UserError(
            f"{name} has NaN or infinite values in {len(bad)} of {len(array)} samples (first: sample {bad[0]}); "
            "look at the model or the extractor that made them"
        )
    return array


def same_dimension(**arrays):
    """Refuses arrays whose samples differ in shape.

    Raises:
        UserError: naming each array and its samples' shape.
    """
    if len({array.shape[1:] for array in arrays.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape[1:]}" for name, array in arrays.items())
        raise UserError(f"samples differ in shape: {shapes}; use one extractor for all of them")
