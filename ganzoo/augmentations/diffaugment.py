"""DiffAugment: colour, translation and cutout."""

import dataclasses

import keras
import tensorflow as tf

from ganzoo.augmentations.base import Augmentation, integers, per_image
from ganzoo.errors import UserError


def brightness(images, uniforms):
    """Images [B, H, W, C] with a number from U(-0.5, 0.5) added to each; `uniforms` is [B]."""
    return images + per_image(uniforms) - 0.5


def saturation(images, uniforms):
    """Each pixel's distance from its grey, the mean of its channels, times U(0, 2); grey images stay as they are."""
    grey = tf.reduce_mean(images, axis=3, keepdims=True)
    return grey + 2.0 * per_image(uniforms) * (images - grey)


def contrast(images, uniforms):
    """Each value's distance from its image's mean times U(0.5, 1.5)."""
    mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)
    return mean + (0.5 + per_image(uniforms)) * (images - mean)


def translation(images, uniforms, share=0.125):
    """Each image moved by a whole number of pixels, up to `share` of its sides; what comes in from outside is 0.

    Args:
        images: float32 [B, H, W, C].
        uniforms: float32 [B, 2], for rows and columns.
        share: of the sides.
    """
    for axis in (1, 2):
        side = images.shape[axis]
        most = int(side * share + 0.5)
        there = tf.range(side, dtype=tf.float32)
        from_where = there - integers(uniforms[:, axis - 1], -most, most)[:, None]
        # A product with zeros and ones: exact, and cheap to differentiate however often.
        moves = tf.cast(from_where[:, :, None] == there, tf.float32)
        images = tf.einsum("bis,bswc->biwc" if axis == 1 else "bjs,bhsc->bhjc", moves, images)
    return images


def cutout(images, uniforms, share=0.5):
    """Each image with a rectangle of `share` of its sides set to 0; its centre lies anywhere in the image.

    Args:
        images: float32 [B, H, W, C].
        uniforms: float32 [B, 2], for rows and columns.
        share: of the sides.
    """
    inside = []
    for axis in (1, 2):
        side = images.shape[axis]
        size = int(side * share + 0.5)
        begin = integers(uniforms[:, axis - 1], 0, side - size % 2)[:, None] - size // 2
        there = tf.range(side, dtype=tf.float32)
        inside.append((there >= begin) & (there < begin + size))
    rows, columns = inside
    return tf.where((rows[:, :, None] & columns[:, None, :])[..., None], 0.0, images)


# What a policy is made of: (function, how many numbers an image it takes).
OPERATIONS = {
    "color": ((brightness, 1), (saturation, 1), (contrast, 1)),
    "translation": ((translation, 2),),
    "cutout": ((cutout, 2),),
}


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class DiffAugment(Augmentation):
    """Differentiable augmentation of all that the discriminator sees, in its own step and in the generator's.

    Args:
        policy: some of "color", "translation" and "cutout", with commas between them, in the order in which they happen.

    Raises:
        UserError: a name in it is unknown, or none is there.

    Example:
        >>> import tensorflow as tf
        >>> augment = ganzoo.augmentations.DiffAugment("color,translation,cutout")
        >>> augment.draws
        7
        >>> augment(tf.zeros([2, 8, 8, 3]), tf.fill([2, 7], 0.5)).shape
        TensorShape([2, 8, 8, 3])

    Reference: Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training", arXiv:2006.10738; ranges as
        in its released code.
    """

    policy: str = "color,translation,cutout"

    def __post_init__(self):
        if not isinstance(self.policy, str) or not set(self.policy.split(",")) <= set(OPERATIONS):
            raise UserError(f"policy is some of {', '.join(OPERATIONS)} with commas between them, not {self.policy!r}")

    @property
    def operations(self):
        return [operation for name in self.policy.split(",") for operation in OPERATIONS[name]]

    @property
    def draws(self):
        return sum(count for _, count in self.operations)

    def __call__(self, images, uniforms):
        images, first = tf.cast(images, tf.float32), 0
        for operation, count in self.operations:
            numbers = uniforms[:, first] if count == 1 else uniforms[:, first : first + count]
            images, first = operation(images, numbers), first + count
        return images
