"""What a discriminator's outputs are held to, beside its loss: pure functions and small objects.

A regulariser is called as `regularizer(judged, uniforms, memory)`, with what the discriminator's step has at hand, with
`uniforms` [B, draws] from U[0, 1), and with what it remembers of earlier steps (`remember` says it). It returns a scalar
that the discriminator's loss adds, a mean over the batch, its weight included.
"""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import keras
import tensorflow as tf

from ganzoo.augmentations.base import Augmentation
from ganzoo.augmentations.shift import FlipAndShift
from ganzoo.errors import UserError
from ganzoo.serialization import Serializable

__all__ = ["Consistency", "Judged", "LeCam", "Regularizer", "inconsistency", "lecam"]


def __dir__():
    return __all__


FLIP_AND_SHIFT = FlipAndShift()


class Judged(NamedTuple):
    """One step of a discriminator: how it judges images, what it was shown, and the logits [B, 1] that it gave."""

    judge: Callable
    real: tf.Tensor
    fake: tf.Tensor
    real_logits: tf.Tensor
    fake_logits: tf.Tensor


# ----------------------------------------------------------------------------------------------- pure functions


def lecam(real_logits, fake_logits, real_anchor, fake_anchor):
    """E max(0, D(x) - fake anchor)^2 + E max(0, real anchor - D(G(z)))^2, over logits [B, 1]."""
    real = tf.reduce_mean(tf.square(tf.nn.relu(real_logits - fake_anchor)))
    return real + tf.reduce_mean(tf.square(tf.nn.relu(real_anchor - fake_logits)))


def inconsistency(logits, augmented_logits):
    """E (D(x) - D(T(x)))^2, over logits [B, 1]."""
    return tf.reduce_mean(tf.square(logits - augmented_logits))


# ------------------------------------------------------------------------------------------------------ objects


class Regularizer(Serializable):
    """See the module for the call.

    Attributes:
        draws: how many numbers from U[0, 1) it takes for each image.
        memory: its first memory, a tuple of numbers; empty where it has none.
    """

    draws = 0
    memory = ()

    def remember(self, memory, real_mean, fake_mean):
        """The memory, float32 [n], after a step with these mean logits of the global batch; `__call__` gets the new one."""
        raise NotImplementedError

    def check(self, shape):
        """Refuses images of `shape` that it cannot be used on."""

    def __call__(self, judged, uniforms, memory):
        raise NotImplementedError


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class LeCam(Regularizer):
    """weight * (E max(0, D(x) - a_F)^2 + E max(0, a_R - D(G(z)))^2): logits stay near moving averages of the other side's.

    The averages a_R of E D(x) and a_F of E D(G(z)) include the step's own, and are these alone in the first `start` steps,
    which are not regularised. As in the authors' code a logit counts only on the far side of its anchor; the paper's
    formula has no max.

    Args:
        weight: the paper's lambda: 0.3 for the hinge loss on CIFAR-10 in the authors' scripts, 3e-7 in StyleGAN2's.
        decay: of the averages.
        start: discriminator steps before it begins.

    Reference: Tseng et al. 2021, "Regularizing Generative Adversarial Networks under Limited Data", arXiv:2104.03310.
    """

    weight: float = 0.3
    decay: float = 0.99
    start: int = 1000

    memory = (0.0, 0.0, 0.0)  # a_R, a_F, steps

    def __post_init__(self):
        if not self.weight > 0 or not 0 <= self.decay < 1 or not self.start >= 0:
            raise UserError(f"LeCam's weight is positive, its decay in [0, 1), its start 0 or more, not as in {self!r}")

    def remember(self, memory, real_mean, fake_mean):
        steps = memory[2] + 1.0
        decay = tf.where(steps > max(self.start, 1), self.decay, 0.0)
        anchors = decay * memory[:2] + (1.0 - decay) * tf.stack([real_mean, fake_mean])
        return tf.concat([anchors, [steps]], 0)

    def __call__(self, judged, uniforms, memory):
        started = tf.cast(memory[2] > self.start, tf.float32)
        return self.weight * started * lecam(judged.real_logits, judged.fake_logits, memory[0], memory[1])


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Consistency(Regularizer):
    """real * E (D(x) - D(T(x)))^2 + fake * E (D(G(z)) - D(T(G(z))))^2: T must not matter to the discriminator.

    With `fake` 0 it is CR; with both it is bCR, which keeps T's marks out of what the generator learns. The generator's
    step knows nothing of T.

    Args:
        real: the paper's lambda.
        fake: likewise of samples, bCR's 10.
        augment: T, an augmentation without a memory.

    Reference: Zhang et al. 2019, "Consistency Regularization for Generative Adversarial Networks", arXiv:1910.12027;
        balanced: Zhao et al. 2020, arXiv:2002.04724.
    """

    real: float = 10.0
    fake: float = 0.0
    augment: Augmentation = FLIP_AND_SHIFT

    def __post_init__(self):
        if min(self.real, self.fake) < 0 or not self.real + self.fake > 0:
            raise UserError(f"real and fake are weights, 0 or more and not both 0, not {self.real} and {self.fake}")
        if not isinstance(self.augment, Augmentation) or self.augment.memory:
            raise UserError(f"augment is an augmentation that adapts to nothing, not {self.augment!r}")

    @property
    def draws(self):
        return self.augment.draws * ((self.real > 0) + (self.fake > 0))

    def check(self, shape):
        self.augment.check(shape)

    def __call__(self, judged, uniforms, memory):
        first, value = 0, 0.0
        sides = (self.real, judged.real, judged.real_logits), (self.fake, judged.fake, judged.fake_logits)
        for weight, images, logits in sides:
            if weight:
                augmented = self.augment(images, uniforms[:, first : first + self.augment.draws])
                value += weight * inconsistency(logits, judged.judge(augmented))
                first += self.augment.draws
        return value
