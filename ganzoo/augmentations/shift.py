"""Mirroring and small shifts, the everyday augmentation: what consistency regularisation asks a discriminator to ignore."""

import dataclasses

import keras
import tensorflow as tf

from ganzoo.augmentations.base import Augmentation, integers, per_image
from ganzoo.errors import UserError


def mirrored(images, uniforms):
    """Images [B, H, W, C], left and right exchanged where `uniforms` [B] is 1/2 or more."""
    return tf.where(per_image(uniforms) < 0.5, images, tf.reverse(images, [2]))


def reflected(indices, side):
    """Places on a line, whole or not, as those in 0 .. side - 1 that mirrors at both ends show there."""
    period = 2.0 * max(side - 1, 1)
    there = tf.math.floormod(indices, period)
    return tf.minimum(there, period - there) if side > 1 else tf.zeros_like(indices)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class FlipAndShift(Augmentation):
    """Each image mirrored half of the time and moved by up to `pixels` along both axes; the image goes on in mirrors.

    Args:
        pixels: the largest shift.

    Reference: the default of Zhang et al. 2019, arXiv:1910.12027; what comes in at the border is not said there.
    """

    pixels: int = 4
    draws = 3

    def __post_init__(self):
        if not isinstance(self.pixels, int) or self.pixels < 0:
            raise UserError(f"pixels is the largest shift, 0 or more, not {self.pixels!r}")

    def __call__(self, images, uniforms):
        images = mirrored(tf.cast(images, tf.float32), uniforms[:, 0])
        for axis in (1, 2):
            side = images.shape[axis]
            there = tf.range(side, dtype=tf.float32)
            sources = reflected(there - integers(uniforms[:, axis], -self.pixels, self.pixels)[:, None], side)
            moves = tf.cast(sources[:, :, None] == there, tf.float32)
            images = tf.einsum("bis,bswc->biwc" if axis == 1 else "bjs,bhsc->bhjc", moves, images)
        return images
