"""Adversarial losses: pure functions of logits, and small objects that bundle both players' functions.

Every function takes logits [B, 1] (no sigmoid), returns a scalar to minimise and is safe for logits of any size.
A discriminator's loss is the SUM of its real and its fake term, each a mean over the batch, so that the log losses
stand at ln 4 = 1.386 where the discriminator cannot tell (a mean of both terms would read half of it, 0.693).
Means are over the given batch: under several replicas the caller scales.
"""

import dataclasses
import math
from typing import ClassVar, NamedTuple

import keras
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.serialization import Serializable

__all__ = [
    "KL",
    "Equilibrium",
    "FDivergence",
    "Hinge",
    "JensenShannon",
    "LeastSquares",
    "Loss",
    "Minimax",
    "NonSaturating",
    "PearsonChi2",
    "Relativistic",
    "RelativisticAverage",
    "ReverseKL",
    "SquaredHellinger",
    "TopK",
    "Wasserstein",
    "accuracy",
    "class_cross_entropy",
    "cross_entropy",
    "hinge_discriminator",
    "least_squares_discriminator",
    "least_squares_generator",
    "log_discriminator",
    "minimax_generator",
    "non_saturating_generator",
    "relativistic",
    "relativistic_average",
    "wasserstein_critic",
    "wasserstein_generator",
]


def __dir__():
    return __all__


class Equilibrium(NamedTuple):
    """Both losses where generated and real data are alike and D plays its best; None where any value may occur."""

    discriminator: float | None
    generator: float | None


# ----------------------------------------------------------------------------------------------- pure functions


def cross_entropy(logits, target):
    """Mean binary cross-entropy in nats of `logits` against one `target` probability for the whole batch."""
    return tf.reduce_mean(target * tf.nn.softplus(-logits) + (1.0 - target) * tf.nn.softplus(logits))


def log_discriminator(real_logits, fake_logits, smoothing=1.0):
    """-E log D(x) - E log(1 - D(G(z))), the real term against the target `smoothing` instead of 1."""
    return cross_entropy(real_logits, smoothing) + cross_entropy(fake_logits, 0.0)


def minimax_generator(fake_logits):
    """E log(1 - D(G(z))): its gradient vanishes where the discriminator is sure that samples are fake."""
    return -tf.reduce_mean(tf.nn.softplus(fake_logits))


def non_saturating_generator(fake_logits):
    """-E log D(G(z)): the same fixed point as minimax, with a gradient where the discriminator is sure."""
    return cross_entropy(fake_logits, 1.0)


def least_squares_discriminator(real_logits, fake_logits, a=0.0, b=1.0):
    """E (D(x) - b)^2 / 2 + E (D(G(z)) - a)^2 / 2."""
    return 0.5 * tf.reduce_mean(tf.square(real_logits - b)) + 0.5 * tf.reduce_mean(tf.square(fake_logits - a))


def least_squares_generator(fake_logits, c=1.0):
    """E (D(G(z)) - c)^2 / 2."""
    return 0.5 * tf.reduce_mean(tf.square(fake_logits - c))


def hinge_discriminator(real_logits, fake_logits):
    """E max(0, 1 - D(x)) + E max(0, 1 + D(G(z)))."""
    return tf.reduce_mean(tf.nn.relu(1.0 - real_logits)) + tf.reduce_mean(tf.nn.relu(1.0 + fake_logits))


def wasserstein_critic(real_logits, fake_logits):
    """E f(G(z)) - E f(x): its negative estimates the Wasserstein-1 distance, up to the critic's Lipschitz constant."""
    return tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits)


def wasserstein_generator(fake_logits):
    """-E f(G(z)); the hinge loss's generator minimises the same."""
    return -tf.reduce_mean(fake_logits)


def relativistic(better_logits, worse_logits):
    """E softplus(worse_i - better_i): logits are compared in pairs, number i of each batch."""
    if not better_logits.shape.is_compatible_with(worse_logits.shape):
        raise UserError(
            "a relativistic loss compares real and fake logits in pairs and needs as many of each, "
            f"not {tuple(better_logits.shape)} and {tuple(worse_logits.shape)}"
        )
    return tf.reduce_mean(tf.nn.softplus(worse_logits - better_logits))


def relativistic_average(better_logits, worse_logits):
    """E softplus(-(better - E worse)) + E softplus(worse - E better): each logit against the other batch's mean."""
    better = cross_entropy(better_logits - tf.reduce_mean(worse_logits), 1.0)
    return better + cross_entropy(worse_logits - tf.reduce_mean(better_logits), 0.0)


def class_cross_entropy(class_logits, labels):
    """Mean cross-entropy in nats of class logits [B, K] against integer labels [B]."""
    class_logits = tf.cast(class_logits, tf.float32)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, class_logits))


def accuracy(class_logits, labels):
    """The share of labels [B] that are their logits' [B, K] most probable class."""
    return tf.reduce_mean(tf.cast(tf.argmax(class_logits, axis=-1) == tf.cast(labels, tf.int64), tf.float32))


# ------------------------------------------------------------------------------------------------ loss objects


class Loss(Serializable):
    """Both players' losses.

    Attributes:
        needs_real: whether `generator` also needs the logits of a real batch.
        probability: whether the sigmoid of a logit is the probability that an example is real.
        boundary: the logit above which an example is held for real; None where a logit alone means nothing.
        equilibrium: `Equilibrium(discriminator, generator)`.
    """

    needs_real: ClassVar[bool] = False
    probability: ClassVar[bool] = False
    boundary = 0.0

    @property
    def equilibrium(self):
        raise NotImplementedError

    def discriminator(self, real_logits, fake_logits):
        """The discriminator's loss, a scalar: the real term's batch mean plus the fake term's."""
        raise NotImplementedError

    def generator(self, fake_logits, real_logits=None):
        """The generator's loss, a scalar; `real_logits` matter only where `needs_real`."""
        raise NotImplementedError


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


def required(loss, real_logits):
    """`real_logits`, or an error that names the loss that cannot do without them."""
    if real_logits is None:
        raise UserError(f"the generator's loss of {loss!r} needs the logits of a real batch: pass real_logits")
    return real_logits
