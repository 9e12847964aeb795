"""What an augmentation is to a family."""

import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.serialization import Serializable


class Augmentation(Serializable):
    """A differentiable function of images and of uniform numbers, called as `augment(images, uniforms)`.

    A family draws the numbers, so that replicas and resumed runs agree; whoever gives them himself knows the answer. One
    that adapts has a memory, float32 [n], which the family keeps and hands over as a third argument.

    Attributes:
        draws: how many numbers from U[0, 1) each image takes.
        memory: its first memory, a tuple of numbers; empty where it adapts to nothing.
    """

    draws = 0
    memory = ()

    def __call__(self, images, uniforms):
        """Augmented images, float32 of the same shape.

        Args:
            images: [B, H, W, C] in [-1, 1].
            uniforms: float32 [B, draws] from U[0, 1).
        """
        raise NotImplementedError

    def at(self, step):
        """The augmentation as it is at a step, a number or tensor: a schedule in it replaced by its value."""
        return self

    def remember(self, memory, sign, images):
        """The memory after a discriminator step.

        Args:
            memory: before it.
            sign: E sign(D(x)) over the real images of the global batch, against the loss' own boundary.
            images: how many these are.
        """
        raise NotImplementedError

    def records(self, memory):
        """What the logs show of a memory: a dict of scalars."""
        return {}

    def check(self, shape):
        """Raises UserError where it cannot augment examples of `shape`."""
        if len(shape) != 3:
            raise UserError(f"{self!r} is of images [H, W, C], and the discriminator takes {tuple(shape)}")


def integers(uniforms, low, high):
    """Whole numbers from low .. high, each as likely, of numbers from U[0, 1)."""
    return low + tf.minimum(tf.floor(uniforms * (high - low + 1)), high - low)


def per_image(values):
    """[B] as [B, 1, 1, 1]."""
    return tf.reshape(values, [-1, 1, 1, 1])
