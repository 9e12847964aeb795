"""Likelihoods of examples in [-1, 1] under what a decoder says: log-densities in nats, summed over an example's values."""

import dataclasses
import math

import keras
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.serialization import Serializable

__all__ = ["Bernoulli", "Gaussian", "kl_to_standard_normal"]


def __dir__():
    return __all__


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Gaussian(Serializable):
    """N(decoded, deviation^2) for each value.

    Args:
        deviation: the standard deviation of each value.
    """

    deviation: float = 0.3

    def __post_init__(self):
        if self.deviation <= 0:
            raise UserError(f"deviation must be positive, not {self.deviation}")

    def log_probability(self, examples, decoded):
        """log p(x | z) [B] of examples [B, ...], where the decoder says [B, ...]."""
        squares = tf.square((examples - decoded) / self.deviation)
        constant = math.log(self.deviation) + 0.5 * math.log(2.0 * math.pi)
        return -_summed(0.5 * squares + constant)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Bernoulli(Serializable):
    """Each value, moved to [0, 1], as the probability of a bit whose expectation the decoder says; for grey images.

    Its expectation over bits drawn from the pixels, so that images need not be binarised: no density of real values.
    """

    def log_probability(self, examples, decoded):
        """E log p(bits of x | z) [B] of examples [B, ...] in [-1, 1], where the decoder says [B, ...] in [-1, 1]."""
        target = (examples + 1.0) / 2.0
        # Each bounded from 0 by itself: in bfloat16 the largest number below 1 is 0.996, and 1 - 1e-6 is 1.
        one, zero = (tf.maximum((1.0 + value) / 2.0, 1e-6) for value in (decoded, -decoded))
        return _summed(target * tf.math.log(one) + (1.0 - target) * tf.math.log(zero))


def _summed(values):
    return tf.reduce_sum(values, axis=list(range(1, len(values.shape))))


def kl_to_standard_normal(mean, log_deviation):
    """KL(N(mean, e^{2 log_deviation}) || N(0, I)) in nats, [B], of float [B, d] each.

    Reference: Kingma and Welling 2014, arXiv:1312.6114, appendix B.
    """
    variance = tf.exp(2.0 * log_deviation)
    return 0.5 * tf.reduce_sum(tf.square(mean) + variance - 1.0 - 2.0 * log_deviation, axis=1)
