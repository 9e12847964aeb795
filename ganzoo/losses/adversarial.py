"""The losses of both players as objects, and top-k training."""

import dataclasses
import math
from typing import ClassVar

import keras
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.losses.base import Equilibrium, Loss, required
from ganzoo.losses.functions import (
    hinge_discriminator,
    least_squares_discriminator,
    least_squares_generator,
    log_discriminator,
    minimax_generator,
    non_saturating_generator,
    relativistic,
    relativistic_average,
    wasserstein_critic,
    wasserstein_generator,
)
from ganzoo.serialization import Serializable


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Minimax(Loss):
    """The zero-sum game of the original GAN; its generator saturates. Reference: Goodfellow et al. 2014, 1406.2661."""

    probability: ClassVar[bool] = True

    @property
    def equilibrium(self):
        return Equilibrium(2 * math.log(2), -math.log(2))

    def discriminator(self, real_logits, fake_logits):
        return log_discriminator(real_logits, fake_logits)

    def generator(self, fake_logits, real_logits=None):
        return minimax_generator(fake_logits)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class NonSaturating(Loss):
    """The GAN's loss in practice: the generator maximises E log D(G(z)).

    Args:
        smoothing: target probability of real data in (0, 1], 1 for none (one-sided label smoothing, 1606.03498); fake
            data's target is always 0. The discriminator's optimum is smoothing * p / (p + q), smoothing / 2 at the end.

    Reference: Goodfellow et al. 2014, 1406.2661.
    """

    smoothing: float = 1.0
    probability: ClassVar[bool] = True

    def __post_init__(self):
        if not 0.0 < self.smoothing <= 1.0:
            raise UserError(f"smoothing is real data's target probability, in (0, 1], not {self.smoothing}")

    @property
    def equilibrium(self):
        optimum = self.smoothing / 2
        discriminator = -self.smoothing * math.log(optimum) - (2 - self.smoothing) * math.log(1 - optimum)
        return Equilibrium(discriminator, -math.log(optimum))

    def discriminator(self, real_logits, fake_logits):
        return log_discriminator(real_logits, fake_logits, self.smoothing)

    def generator(self, fake_logits, real_logits=None):
        return non_saturating_generator(fake_logits)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class LeastSquares(Loss):
    """LSGAN: the discriminator regresses fake data to `a` and real data to `b`, the generator aims at `c`.

    (0, 1, 1) is the usual choice; (-1, 1, 0) minimises Pearson's chi-squared divergence.

    Reference: Mao et al. 2016, 1611.04076.
    """

    a: float = 0.0
    b: float = 1.0
    c: float = 1.0

    @property
    def boundary(self):
        return (self.a + self.b) / 2

    @property
    def equilibrium(self):
        return Equilibrium((self.b - self.a) ** 2 / 4, ((self.a + self.b) / 2 - self.c) ** 2 / 2)

    def discriminator(self, real_logits, fake_logits):
        return least_squares_discriminator(real_logits, fake_logits, self.a, self.b)

    def generator(self, fake_logits, real_logits=None):
        return least_squares_generator(fake_logits, self.c)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Hinge(Loss):
    """Geometric GAN's hinge, as in SNGAN, SAGAN and BigGAN; in the end any constant in [-1, 1] is D's optimum.

    Reference: Lim and Ye 2017, 1705.02894; Miyato et al. 2018, 1802.05957.
    """

    @property
    def equilibrium(self):
        return Equilibrium(2.0, None)

    def discriminator(self, real_logits, fake_logits):
        return hinge_discriminator(real_logits, fake_logits)

    def generator(self, fake_logits, real_logits=None):
        return wasserstein_generator(fake_logits)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Wasserstein(Loss):
    """WGAN: the critic's negative loss estimates the Wasserstein-1 distance if something keeps the critic Lipschitz.

    The generator's loss carries the critic's arbitrary constant and means nothing alone.

    Reference: Arjovsky et al. 2017, 1701.07875.
    """

    boundary = None

    @property
    def equilibrium(self):
        return Equilibrium(0.0, None)

    def discriminator(self, real_logits, fake_logits):
        return wasserstein_critic(real_logits, fake_logits)

    def generator(self, fake_logits, real_logits=None):
        return wasserstein_generator(fake_logits)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Relativistic(Loss):
    """RpGAN, R3GAN's loss: softplus of the difference of the paired real and fake logits, the same for both players.

    One term, not a sum of two: ln 2 at the end.

    Reference: Jolicoeur-Martineau 2018, 1807.00734; Huang et al. 2024, 2501.05441.
    """

    needs_real: ClassVar[bool] = True
    boundary = None

    @property
    def equilibrium(self):
        return Equilibrium(math.log(2), math.log(2))

    def discriminator(self, real_logits, fake_logits):
        return relativistic(real_logits, fake_logits)

    def generator(self, fake_logits, real_logits=None):
        return relativistic(fake_logits, required(self, real_logits))


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class RelativisticAverage(Loss):
    """RaGAN: each logit is judged against the mean of the other batch (of this replica, where there are several).

    Reference: Jolicoeur-Martineau 2018, 1807.00734.
    """

    needs_real: ClassVar[bool] = True
    boundary = None

    @property
    def equilibrium(self):
        return Equilibrium(2 * math.log(2), 2 * math.log(2))

    def discriminator(self, real_logits, fake_logits):
        return relativistic_average(real_logits, fake_logits)

    def generator(self, fake_logits, real_logits=None):
        return relativistic_average(fake_logits, required(self, real_logits))


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class TopK(Serializable):
    """Top-k training: the generator learns from those k samples of a batch alone that the discriminator holds for realest.

    k falls from the whole batch to `share` of it, by the factor `decay` after every so many generator steps; under several
    replicas it counts on each. The loss is the mean over the k. Its number changes with the step, which XLA cannot compile.

    Args:
        share: the paper's nu, in (0, 1].
        decay: the paper's gamma, in (0, 1]; 1 keeps the whole batch.
        every: generator steps from one fall to the next, the paper's epoch: by default CIFAR-10's in batches of 64.

    Reference: Sinha et al. 2020, "Top-k Training of GANs", arXiv:2002.06224.
    """

    share: float = 0.5
    decay: float = 0.99
    every: int = 782

    def __post_init__(self):
        if not 0 < self.share <= 1 or not 0 < self.decay <= 1 or not self.every > 0:
            raise UserError(f"share and decay are in (0, 1], every is positive, not as in {self!r}")

    def count(self, batch_size, step):
        """k of a batch at generator step `step`, int32: 1 or more, rounded down."""
        falls = tf.cast(step // self.every, tf.float32)
        share = tf.maximum(self.share, self.decay**falls)
        return tf.maximum(tf.cast(share * tf.cast(batch_size, tf.float32) + 1e-3, tf.int32), 1)

    def rows(self, fake_logits, step):
        """The rows, int32 [k], of the samples with the highest logits [B, 1], the highest first."""
        return tf.math.top_k(fake_logits[:, 0], self.count(tf.shape(fake_logits)[0], step)).indices
