"""Validation of features, probabilities and images for metrics; and what is computed of them once."""

import functools
import hashlib

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.checks import checked, same_dimension


def check_features(least=2, **sets):
    """Sets of features, validated and converted to floating point, in the order of the arguments.

    Args:
        least: rows that each set must have at least.
        **sets: features [N, d] by the name that an error should use, such as `real=real`.

    Returns:
        A list of float32 or float64 arrays [N, d].

    Raises:
        UserError: a set is not [N, d], has too few rows, NaN or infinite values, or another d than the others.
    """
    arrays = {name: checked(name, values, least) for name, values in sets.items()}
    same_dimension(**arrays)
    return list(arrays.values())


def check_probabilities(least=2, **sets):
    """Sets of class probabilities, as float64 arrays [N, K] whose rows sum to 1 in that precision.

    Args:
        least: rows that each set must have at least.
        **sets: probabilities [N, K] by the name that an error should use.

    Raises:
        UserError: as `check_features`, and where a row is not a distribution (logits are the usual cause).
    """
    arrays = []
    for name, values in zip(sets, check_features(least, **sets), strict=True):
        values = values.astype(np.float64)
        sums = values.sum(axis=1, keepdims=True)
        if values.min() < 0 or np.abs(sums - 1).max() > 1e-3:
            raise UserError(f"{name} rows must be >= 0 and sum to 1: apply a softmax if they are logits")
        arrays.append(values / sums)
    return arrays


def check_images(least=2, **sets):
    """Sets of images [N, H, W, C], uint8 or float in [0, 255], as arrays of one image shape.

    Args:
        least: images that each set must have at least.
        **sets: images by the name that an error should use.

    Raises:
        UserError: a set is not [N, H, W, 1 or 3], has too few images, values that are not finite or outside 0..255,
            or another image shape than the others.
    """
    arrays = {}
    for name, values in sets.items():
        values = np.asarray(values)
        if values.ndim != 4 or values.shape[-1] not in (1, 3):
            raise UserError(f"{name} must be images [N, H, W, 1 or 3], but the shape is {values.shape}")
        if len(values) < least:
            raise UserError(f"{name} has {len(values)} images; at least {least} are needed")
        if values.dtype != np.uint8:
            values = checked(name, values, least, ndim=4)
            if values.min() < 0 or values.max() > 255:
                raise UserError(f"{name} ranges from {values.min():.4g} to {values.max():.4g}: scale it to 0..255")
        arrays[name] = values
    if len({values.shape[1:] for values in arrays.values()}) > 1:
        shapes = ", ".join(f"{name} {values.shape[1:]}" for name, values in arrays.items())
        raise UserError(f"images differ in shape: {shapes}; bring them to one shape")
    return list(arrays.values())


def distinct(values, most):
    """The number of different rows of [N, d], counted up to `most`: as many clusters as k-means can find."""
    rows = min(len(values), 4 * most)
    while True:
        count = len(np.unique(values[:rows], axis=0))
        if count >= most or rows == len(values):
            return min(count, most)
        rows = min(2 * rows, len(values))


def subsample(values, count, rng):
    """`count` rows of `values`, drawn without replacement; all of them, in order, where there are no more."""
    if len(values) <= count:
        return values
    return values[rng.permutation(len(values))[:count]]


def last_by_content(function):
    """Keeps the last result of `function(array, *arguments)`, known again by the array's content.

    What follows from the reference alone is needed for a model and once more for the real column beside it.
    """
    last = {}

    @functools.wraps(function)
    def kept(array, *arguments):
        content = hashlib.blake2b(np.ascontiguousarray(array)).digest()
        key = (content, array.shape, array.dtype.str, arguments)
        if key in last:
            return last[key]
        result = function(array, *arguments)
        last.clear()
        last[key] = result
        return result

    return kept
