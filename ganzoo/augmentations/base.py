"""What an augmentation is to a family."""

import tensorflow as tf

from ganzoo.serialization import Serializable


class Augmentation(Serializable):
    """A differentiable function of images and of uniform numbers, called as `augment(images, uniforms)`.

    A family draws the numbers, so that replicas and resumed runs agree; whoever gives them himself knows the answer.

    Attributes:
        draws: how many numbers from U[0, 1) each image takes.
    """

    draws = 0

    def __call__(self, images, uniforms):
        """Augmented images, float32 of the same shape.

        Args:
            images: [B, H, W, C] in [-1, 1].
            uniforms: float32 [B, draws] from U[0, 1).
        """
        raise NotImplementedError


def integers(uniforms, low, high):
    """Whole numbers from low .. high, each as likely, of numbers from U[0, 1)."""
    return low + tf.minimum(tf.floor(uniforms * (high - low + 1)), high - low)


def per_image(values):
    """[B] as [B, 1, 1, 1]."""
    return tf.reshape(values, [-1, 1, 1, 1])
