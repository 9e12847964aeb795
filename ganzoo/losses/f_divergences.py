"""The losses of f-GAN: bounds on a divergence between the data and the samples."""

import dataclasses
import math
from typing import ClassVar

import keras
import tensorflow as tf

from ganzoo.losses.base import Equilibrium, Loss


class FDivergence(Loss):
    """f-GAN: the discriminator's loss is minus a lower bound on an f-divergence of data p and samples q, the best it can find.

    The bound is E_p T(v) - E_q f*(T(v)), with logits v, T what makes the conjugate f* defined of them. The generator maximises
    E_q T(v), as the paper trains (its "alternative" of 3.2): the same fixed point as minimising the bound, without its
    vanishing gradients. Equilibria are those of p = q.

    Attributes:
        threshold: f'(1), what T is worth where both densities are equal.

    Reference: Nowozin, Cseke, Tomioka 2016, "f-GAN: Training Generative Neural Samplers using Variational Divergence
    Minimization", arXiv:1606.00709, tables 1, 2 and 6.
    """

    threshold: ClassVar[float] = 0.0

    @property
    def equilibrium(self):
        return Equilibrium(0.0, -self.threshold)

    def real(self, logits):
        """T(v), elementwise."""
        raise NotImplementedError

    def fake(self, logits):
        """f*(T(v)), elementwise."""
        raise NotImplementedError

    def discriminator(self, real_logits, fake_logits):
        return tf.reduce_mean(self.fake(fake_logits)) - tf.reduce_mean(self.real(real_logits))

    def generator(self, fake_logits, real_logits=None):
        return -tf.reduce_mean(self.real(fake_logits))


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class KL(FDivergence):
    """KL(p, q) = E_p log p/q. The optimum is v = 1 + log p/q; it grows as exp(v): clip gradients where p and q part."""

    boundary = 1.0
    threshold: ClassVar[float] = 1.0

    def real(self, logits):
        return logits

    def fake(self, logits):
        return tf.exp(logits - 1.0)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class ReverseKL(FDivergence):
    """KL(q, p) = E_q log q/p. The optimum is v = log p/q; it grows as exp(-v): clip gradients where p and q part."""

    threshold: ClassVar[float] = -1.0

    def real(self, logits):
        return -tf.exp(-logits)

    def fake(self, logits):
        return logits - 1.0


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class PearsonChi2(FDivergence):
    """Pearson's chi-squared, E_q (p/q - 1)^2. The optimum is v = 2 (p/q - 1)."""

    def real(self, logits):
        return logits

    def fake(self, logits):
        return 0.25 * tf.square(logits) + logits


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class SquaredHellinger(FDivergence):
    """The squared Hellinger distance, integral of (sqrt p - sqrt q)^2, within [0, 2]. The optimum is v = 1/2 log p/q."""

    def real(self, logits):
        return 1.0 - tf.exp(-logits)

    def fake(self, logits):
        return tf.exp(logits) - 1.0


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class JensenShannon(FDivergence):
    """Twice the Jensen-Shannon divergence, within [0, 2 ln 2]: the GAN's bound without its constant. The optimum is log p/q."""

    probability: ClassVar[bool] = True

    def real(self, logits):
        return math.log(2) - tf.nn.softplus(-logits)

    def fake(self, logits):
        return tf.nn.softplus(logits) - math.log(2)
