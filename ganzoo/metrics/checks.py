"""Validation of the arrays of metrics: bad input gives a clear error and never a silent NaN."""

import numpy as np

from ganzoo.errors import UserError

LARGEST = 1e37  # below float32's largest, and its eighth power a float64


class Undefined(UserError):
    """A statistic that these samples do not define, such as a share of none: an evaluation leaves it out with the reason."""


def checked(name, array, least=2, ndim=2):
    """An array of samples, validated and converted to floating point.

    float32 and float64 arrays come back uncopied; smaller types become float32, wider integers float64.

    Args:
        name: what the message calls it: "real", "fake", "test" ...
        array: [N, ...] numbers.
        least: the least number of samples.
        ndim: the number of axes, the samples' one included; None accepts any.

    Raises:
        UserError: not numbers, other axes, empty samples, fewer than `least` of them, or values that are NaN, infinite or
            beyond `LARGEST`.
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
    largest = float(np.abs(array).max())
    if largest > LARGEST:
        raise UserError(
            f"{name} has values of {largest:.3g}; metrics take up to {LARGEST:g}: divide all features by a constant"
        )
    return array


def moderate(*sets):
    """Sets of samples in a scale whose squares a float32 holds, and that scale.

    Args:
        *sets: [N, d] each, checked.

    Returns:
        (list of the sets, a power of two): the very sets and 1.0, unless some value's size is extreme: then they are float64,
        less a common centre and divided by the power of two.
    """
    largest = max(float(np.abs(values).max()) for values in sets)
    if largest == 0 or 1e-12 < largest < 1e12:
        return list(sets), 1.0
    centre = sets[0].mean(axis=0, dtype=np.float64)
    moved = [values - centre for values in sets]
    reach = max(float(np.abs(values).max()) for values in moved)
    scale = float(2.0 ** np.round(np.log2(reach))) if reach > 0 else 1.0
    return [values / scale for values in moved], scale


def same_dimension(**arrays):
    """Refuses arrays whose samples differ in shape.

    Raises:
        UserError: naming each array and its samples' shape.
    """
    if len({array.shape[1:] for array in arrays.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape[1:]}" for name, array in arrays.items())
        raise UserError(f"samples differ in shape: {shapes}; use one extractor for all of them")


def captioned(metric, images, captions, shape):
    """Images with a caption each, as an array uint8 [N, H, W, C].

    Args:
        metric: the metric's name, for the message.
        images: generated images.
        captions: what each was asked to show.
        shape: of one image, which whoever reads them knows.

    Raises:
        UserError: images of another type or shape, or not one caption an image.
    """
    images = np.asarray(images)
    if images.shape[1:] != shape or images.dtype != np.uint8:
        wanted = " x ".join(map(str, shape))
        raise UserError(f"{metric} reads uint8 images of {wanted}, not {images.dtype} {images.shape}")
    if captions is None or len(captions) != len(images) or not len(images):
        raise UserError(f"{metric} needs one caption a sample: {len(images)} samples, {len(captions or [])} captions")
    return images
