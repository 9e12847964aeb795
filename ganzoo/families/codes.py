"""Latent vectors that hold codes beside noise: how they are drawn, taken apart, fixed, and how much they can tell."""

import dataclasses
import math
from typing import Any

import tensorflow as tf

from ganzoo import noise
from ganzoo.checked_tensors import checked


@dataclasses.dataclass(frozen=True)
class Codes:
    """A prior of latents [noise, one-hot categories, continuous codes]; the codes are independent of each other.

    Codes are numbered: the categorical ones first, then the continuous ones.

    Args:
        categories: the number of values of each categorical code; all values are equally probable.
        continuous: the number of continuous codes, each uniform on [-1, 1].
        prior: of the noise, from `ganzoo.noise`.
    """

    categories: tuple
    continuous: int
    prior: Any

    @property
    def count(self):
        """The number of codes."""
        return len(self.categories) + self.continuous

    @property
    def dim(self):
        """The number of a latent vector's last values that hold codes."""
        return sum(self.categories) + self.continuous

    @property
    def entropies(self):
        """H(c) of each code in nats: ln K of a category of K values, ln 2 of a uniform code on [-1, 1] (differential)."""
        return [math.log(size) for size in self.categories] + [math.log(2.0)] * self.continuous

    def __call__(self, shape, seed):
        """Draws latents float32 of `shape` [..., latent_dim], a function of `seed` (int [2]) alone."""
        *rows, latent_dim = shape
        seeds = tf.unstack(noise.parted(seed, len(self.categories) + 2))
        parts = [self.prior((*rows, latent_dim - self.dim), seeds[0])]
        for size, own in zip(self.categories, seeds[2:], strict=True):
            values = noise.uniform(rows, own, 0, size, tf.int32)
            parts.append(tf.one_hot(values, size))
        parts.append(noise.uniform((*rows, self.continuous), seeds[1], -1.0, 1.0))
        return tf.concat(parts, -1)

    def split(self, latents):
        """The noise [B, n], a list of one-hot categories [B, K], and the continuous codes [B, C] of latents."""
        rest = latents.shape[-1] - self.dim
        noise_part, *categories, continuous = tf.split(latents, [rest, *self.categories, self.continuous], -1)
        return noise_part, categories, continuous

    def fix(self, latents, code):
        """Latents with some codes set.

        Args:
            latents: float32 [B, latent_dim].
            code: float32 [count]: a category's number, or a continuous code's value; NaN leaves a code as it is.

        Raises:
            tf.errors.InvalidArgumentError: a category that there is not, or an infinite value.
        """
        noise_part, categories, continuous = self.split(latents)
        numbers, values = tf.split(code, [len(self.categories), self.continuous])
        parts = [noise_part]
        for index, (size, own) in enumerate(zip(self.categories, categories, strict=True)):
            number = numbers[index]
            is_open = tf.math.is_nan(number)
            known = is_open | ((number == tf.floor(number)) & (number >= 0) & (number < size))
            number = checked(number, known, [f"code {index} is a category from 0 to {size - 1}, or NaN, not", number])
            chosen = tf.one_hot(tf.cast(tf.where(is_open, 0.0, number), tf.int32), size)
            parts.append(tf.where(is_open, own, chosen))
        finite = tf.logical_not(tf.reduce_any(tf.math.is_inf(values)))
        values = checked(values, finite, ["a continuous code is a finite number, or NaN, not all of", values])
        parts.append(tf.where(tf.math.is_nan(values), continuous, values))
        return tf.concat(parts, -1)
