"""Images under an affine map of the plane, one a batch row, and the maps themselves."""

import math

import tensorflow as tf

from ganzoo.augmentations.shift import reflected


def matrix(*rows):
    """[B, 3, 3] or [B, 4, 4] of rows of numbers and of tensors [B]."""
    tensors = [value for row in rows for value in row if tf.is_tensor(value)]
    full = [[tf.broadcast_to(tf.cast(value, tf.float32), tf.shape(tensors[0])) for value in row] for row in rows]
    return tf.stack([tf.stack(row, -1) for row in full], -2)


def moved(right, down):
    """The map by `right` and `down` pixels, [B] each."""
    return matrix((1, 0, right), (0, 1, down), (0, 0, 1))


def stretched(wide, high):
    """The map that makes an image `wide` and `high` times as large about its centre."""
    return matrix((wide, 0, 0), (0, high, 0), (0, 0, 1))


def turned(angle):
    """The map that turns an image by `angle` radians about its centre, from right to down."""
    # So that quarter turns are exact.
    cosine, sine = (tf.where(tf.abs(value) < 1e-6, 0.0, value) for value in (tf.cos(angle), tf.sin(angle)))
    return matrix((cosine, -sine, 0), (sine, cosine, 0), (0, 0, 1))


def quarters(count):
    """`count` quarter turns."""
    return turned(count * (math.pi / 2))


def warped(images, sources):
    """Images under affine maps: bilinear between pixels, and mirrored beyond the border.

    Args:
        images: float32 [B, H, W, C].
        sources: float32 [B, 3, 3]: from a pixel (x, y, 1) of the result to where it comes from, in pixels from the centre.
    """
    height, width, channels = images.shape[1:]
    x, y = (tf.range(side, dtype=tf.float32) - (side - 1) / 2 for side in (width, height))
    x, y = (tf.reshape(axis, [-1]) for axis in tf.meshgrid(x, y))
    place = tf.einsum("bij,jp->bip", sources, tf.stack([x, y, tf.ones_like(x)]))
    x, y = reflected(place[:, 0] + (width - 1) / 2, width), reflected(place[:, 1] + (height - 1) / 2, height)
    left, top = tf.floor(x), tf.floor(y)
    pixels = tf.reshape(images, [-1, height * width, channels])
    result = 0.0
    for row, weight_of_row in ((top, 1.0 - (y - top)), (top + 1.0, y - top)):
        for column, weight in ((left, 1.0 - (x - left)), (left + 1.0, x - left)):
            # Beyond the last pixel the weight is 0.
            at = tf.minimum(row, height - 1.0) * width + tf.minimum(column, width - 1.0)
            values = tf.gather(pixels, tf.cast(at, tf.int32), batch_dims=1)
            result += (weight_of_row * weight)[..., None] * values
    return tf.reshape(result, tf.shape(images))
