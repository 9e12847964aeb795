"""Pixels between the ranges of files and of models: uint8 0..255 to and from float32 -1..1.

Whatever is fed to a model, sampled from it or drawn changes range here. A feature extractor scales its own input (by `x / 255`,
or by `x / 127.5 - 1`, which can differ from `to_unit` in the last bit), for its features and its sha256 hang on that.
Images from elsewhere, whose range is not known, are read in the `ValueRange` that `value_range` finds.
"""

import dataclasses

import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError

# By how much a float may pass the end of its range: what rounding does, and what a generator without bounds does.
ROUNDING, OVERSHOOT = 0.001, 1.0
# Of 0..255: the overshoot, and the brightest value under which a note says that the images are dark.
OVERSHOOT_OF_255, DARK = 16, 128


def to_unit(pixels):
    """Pixels uint8 in 0..255, of any shape, as float32 in [-1, 1]; both ends are met exactly.

    NumPy in, NumPy out; a tensor gives a tensor.
    """
    if isinstance(pixels, tf.Tensor):
        return (tf.cast(pixels, tf.float32) - 127.5) / 127.5
    return (np.asarray(pixels, np.float32) - np.float32(127.5)) / np.float32(127.5)


def to_uint8(images):
    """Images in [-1, 1], of any shape and float type, as uint8 pixels: rounded, what lies outside clipped.

    The inverse of `to_unit`. NumPy in, NumPy out; a tensor gives a tensor.
    """
    if isinstance(images, tf.Tensor):
        pixels = tf.round(tf.cast(images, tf.float32) * 127.5 + 127.5)
        return tf.cast(tf.clip_by_value(pixels, 0, 255), tf.uint8)
    pixels = np.rint(np.asarray(images, np.float32) * np.float32(127.5) + np.float32(127.5))
    return np.clip(pixels, 0, 255).astype(np.uint8)


@dataclasses.dataclass(frozen=True)
class ValueRange:
    """What stands for black and for white in an array of images.

    Attributes:
        black, white: the two values.
        name: for messages.
    """

    black: float
    white: float
    name: str

    def to_unit(self, values):
        """Images in this range as float32, black as -1 and white as 1; of 0..255 rounded and clipped."""
        if self.white == 255:
            return to_unit(self.to_uint8(values))
        values = np.asarray(values)
        values = values.astype(np.promote_types(values.dtype, np.float32))
        return (values if self.black < 0 else values * 2 - 1).astype(np.float32)

    def to_uint8(self, values):
        """Images in this range as uint8 pixels: rounded, what lies outside clipped."""
        if self.white == 255 and np.asarray(values).dtype == np.uint8:
            return np.asarray(values)
        if self.white == 255:
            return np.clip(np.rint(values), 0, 255).astype(np.uint8)
        return to_uint8(self.to_unit(values))

    def outside(self, values):
        """The share of values that lie outside by more than rounding, in [0, 1]."""
        slack = ROUNDING * (self.white - self.black)
        outside = (values < self.black - slack) | (values > self.white + slack)
        return float(outside.mean()) if outside.size else 0.0


OF_255 = ValueRange(0, 255, "0..255")
OF_UNIT = ValueRange(0, 1, "[0, 1]")
SIGNED = ValueRange(-1, 1, "[-1, 1]")
BLACK_AND_WHITE = ValueRange(0, 1, "black and white")


def channels_last(values):
    """Images [N, H, W, C], and a few words where they were [N, C, H, W] as PyTorch has them; None where they were not.

    They are where the second axis can be channels, 1 or 3, and the last cannot.
    """
    if values.ndim != 4 or values.shape[-1] in (1, 3) or values.shape[1] not in (1, 3):
        return values, None
    return np.moveaxis(values, 1, -1), f"shape {values.shape} read as [N, C, H, W]"


def value_range(values):
    """The range that the values of images are in, judged by their type and their extremes.

    Whole numbers and booleans count 0..255, where they are 0 and 1 only black and white, where -1 is among these [-1, 1].
    Floats are in [-1, 1] where any is negative, in [0, 1] where none is above 1, else in 0..255; what lies a little outside,
    as a generator without bounds has it, is clipped.

    Args:
        values: an array of images, bool, of whole numbers or floats; NaN and infinite values count for nothing.

    Returns:
        A `ValueRange`, and how the values were read in a few words; None of uint8 whose range is not in doubt.

    Raises:
        UserError: the values fit no range.
    """
    values = np.asarray(values)
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (-1.0, 1.0)
    extremes = f"values from {low:.4g} to {high:.4g}"
    chosen = _of_floats(low, high) if values.dtype.kind == "f" else _of_whole_numbers(low, high)
    if chosen is None:
        fit = "fit neither [-1, 1] nor [0, 1] nor 0..255" if values.dtype.kind == "f" else "are not 0..255"
        raise UserError(f"{extremes} ({values.dtype}), which {fit}: rescale them")
    if chosen is BLACK_AND_WHITE:
        return chosen, f"values 0 and 1 only ({values.dtype}), read as black and white"
    words = f"{extremes}, read as {chosen.name}"
    if outside := chosen.outside(finite):
        return chosen, f"{words}; {outside:.2%} of them lie outside and are clipped"
    if chosen is OF_255 and 0 < high < DARK:
        return chosen, f"{words}: dark images, or values that count otherwise"
    return chosen, None if values.dtype in (np.uint8, bool) else words


def _of_whole_numbers(low, high):
    if low < 0:
        return SIGNED if low == -1 and high <= 1 else None
    return BLACK_AND_WHITE if high == 1 else OF_255 if high <= 255 else None


def _of_floats(low, high):
    if max(-low, high) <= 1 + OVERSHOOT:
        return SIGNED if low < 0 else OF_UNIT
    darkest = 0 if high < 2 * OVERSHOOT_OF_255 else -OVERSHOOT_OF_255
    return OF_255 if darkest <= low and high <= 255 + OVERSHOOT_OF_255 else None
