"""Pixels between the ranges of files and of models: uint8 0..255 to and from float32 -1..1.

Whatever is fed to a model, sampled from it or drawn changes range here. A feature extractor scales its own input (by `x / 255`,
or by `x / 127.5 - 1`, which can differ from `to_unit` in the last bit), for its features and its sha256 hang on that.
"""

import numpy as np
import tensorflow as tf


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
