"""Searches for what a discriminator takes for data: the negatives, and the samples, of a model without a generator."""

import dataclasses
from typing import Any, ClassVar

import keras
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.noise import Normal, Uniform
from ganzoo.serialization import Serializable

__all__ = ["GridSearch", "Langevin"]


def __dir__():
    return __all__


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class GridSearch(Serializable):
    """Looks at every cell of a grid over the plane.

    Args:
        low: the least coordinate, of both axes.
        high: the greatest one.
        side: cells along an axis.
        argmax: whether negatives are the cells of the highest scores, as many as are asked for; otherwise cells drawn with
            probabilities proportional to exp(score / temperature).
        temperature: of these probabilities, which samples follow in either case.
    """

    low: float = -3.0
    high: float = 3.0
    side: int = 100
    argmax: bool = True
    temperature: float = 1.0
    # Of the numbers that a search begins with.
    prior: ClassVar[Any] = Uniform(0.0, 1.0)

    def __post_init__(self):
        if not self.low < self.high or self.side < 2 or self.temperature <= 0:
            raise UserError("a grid has low < high, at least 2 cells along a side and a positive temperature")

    def latent_shape(self, shape):
        """The shape of the uniform numbers in [0, 1) that one sample is made from: which cell, and where in it."""
        if tuple(shape) != (2,):
            raise UserError(f"a grid search looks at points of the plane, not at examples of shape {tuple(shape)}")
        return (3,)

    def cells(self):
        """The cells' middles, float32 [side^2, 2]."""
        axis = self.low + (tf.range(self.side, dtype=tf.float32) + 0.5) * self.width
        return tf.reshape(tf.stack(tf.meshgrid(axis, axis, indexing="ij"), axis=-1), (-1, 2))

    @property
    def width(self):
        """The length of a cell's side."""
        return (self.high - self.low) / self.side

    def negatives(self, score, latents):
        """Points [B, 2] that `score` ([N, 2] to [N, 1]) puts highest, or draws from its law, each somewhere in its cell."""
        if not self.argmax:
            return self.samples(score, latents)
        chosen = tf.math.top_k(tf.squeeze(score(self.cells()), 1), tf.shape(latents)[0]).indices
        return self._within(chosen, latents)

    def samples(self, score, latents):
        """Points [B, 2] from the law proportional to exp(score / temperature), one for each row of uniform numbers."""
        mass = tf.cumsum(tf.nn.softmax(tf.cast(tf.squeeze(score(self.cells()), 1), tf.float64) / self.temperature))
        chosen = tf.searchsorted(mass, tf.cast(latents[:, 0], tf.float64) * mass[-1], side="right")
        return self._within(tf.minimum(chosen, self.side**2 - 1), latents)

    def _within(self, chosen, latents):
        return tf.gather(self.cells(), chosen) + (latents[:, 1:] - 0.5) * self.width


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Langevin(Serializable):
    """Climbs the score by its gradient, with noise: x <- x + step_size * gradient + noise * N(0, I), within [low, high].

    With `noise` = sqrt(2 step_size) it is the unadjusted Langevin algorithm for the law proportional to exp(score); 0 is plain
    gradient ascent.

    Args:
        steps: of one search.
        step_size: multiplies the gradient.
        noise: standard deviation of each value's noise in a step.
        low: the least value of an example.
        high: the greatest one.
    """

    steps: int = 60
    step_size: float = 0.1
    noise: float = 0.01
    low: float = -1.0
    high: float = 1.0
    prior: ClassVar[Any] = Normal()

    def __post_init__(self):
        if self.steps < 1 or self.step_size <= 0 or self.noise < 0:
            raise UserError("a Langevin search has at least 1 step, a positive step_size and noise of 0 or more")

    def latent_shape(self, shape):
        """The shape of the normal numbers that one sample is made from: where it begins, and the noise of each step."""
        return (self.steps + 1, *shape)

    def negatives(self, score, latents, starts=None):
        """Examples [B, ...] where the search ends.

        Args:
            score: examples to scores [B, 1].
            latents: N(0, 1), float32 [B, steps + 1, ...].
            starts: where it begins; by default the first of the latents, clipped to [low, high].
        """
        x = tf.clip_by_value(latents[:, 0] if starts is None else starts, self.low, self.high)

        def climb(i, x):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(x)
                height = score(x)
            x = x + self.step_size * tape.gradient(height, x) + self.noise * latents[:, i + 1]
            return i + 1, tf.clip_by_value(x, self.low, self.high)

        _, x = tf.while_loop(lambda i, x: i < self.steps, climb, (0, x), shape_invariants=(tf.TensorShape([]), x.shape))
        return x

    samples = negatives
