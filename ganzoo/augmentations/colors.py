"""Images under an affine map of their colours, one a batch row, and the maps themselves."""

import math

import tensorflow as tf

from ganzoo.augmentations.geometry import matrix

GREY = tf.constant([1.0, 1.0, 1.0, 0.0]) / math.sqrt(3.0)  # the axis of greys


def _along():
    return tf.tensordot(GREY, GREY, 0)


def brightened(by):
    """The map that adds `by` [B]."""
    return matrix((1, 0, 0, by), (0, 1, 0, by), (0, 0, 1, by), (0, 0, 0, 1))


def contrasted(by):
    """The map that multiplies with `by`."""
    return matrix((by, 0, 0, 0), (0, by, 0, 0), (0, 0, by, 0), (0, 0, 0, 1))


def luma_flipped(whether):
    """The map that exchanges light and dark where `whether` is 1 and keeps hues, a reflection of the axis of greys."""
    return tf.eye(4) - 2.0 * _along() * whether[:, None, None]


def hue_turned(angle):
    """The map that turns colours by `angle` about the axis of greys."""
    cosine, sine = tf.cos(angle), tf.sin(angle)
    around = (1.0 - cosine) / 3.0
    one, other = sine / math.sqrt(3.0), -sine / math.sqrt(3.0)
    diagonal = around + cosine
    return matrix(
        (diagonal, around + other, around + one, 0),
        (around + one, diagonal, around + other, 0),
        (around + other, around + one, diagonal, 0),
        (0, 0, 0, 1),
    )


def saturated(by):
    """The map that multiplies colours' distance from grey with `by`."""
    return _along() + (tf.eye(4) - _along()) * by[:, None, None]


def recoloured(images, maps):
    """Images [B, H, W, 3] or [B, H, W, 1] under maps [B, 4, 4]; a grey image keeps what a map makes of greys, its mean."""
    if images.shape[3] == 1:
        rows = tf.reduce_mean(maps[:, :3], axis=1)
        gain, offset = tf.reduce_sum(rows[:, :3], axis=1), rows[:, 3]
        return gain[:, None, None, None] * images + offset[:, None, None, None]
    return tf.einsum("bij,bhwj->bhwi", maps[:, :3, :3], images) + maps[:, None, None, :3, 3]
