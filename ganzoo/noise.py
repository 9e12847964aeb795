"""Random draws as stateless functions of (seed, step, purpose) and of the rows of the global batch that a replica processes.

A replica takes its own rows of the global batch's draw. So replicas differ, a resumed run continues the same sequence, and
one device, N replicas or several workers with the same global batch draw the same values.
"""

import dataclasses
import math
import zlib

import keras
import tensorflow as tf

from ganzoo.serialization import Serializable

__all__ = ["Normal", "Spherical", "Uniform", "sample_rows"]


def __dir__():
    return __all__


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Normal(Serializable):
    """Latents from N(0, 1)."""

    def __call__(self, shape, seed):
        """Draws float32 of `shape`, a function of `seed` (int [2]) alone."""
        return tf.random.stateless_normal(shape, seed)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Uniform(Serializable):
    """Latents from U(low, high); the DCGAN paper's prior by default."""

    low: float = -1.0
    high: float = 1.0

    def __call__(self, shape, seed):
        """Draws float32 of `shape`, a function of `seed` (int [2]) alone."""
        return tf.random.stateless_uniform(shape, seed, self.low, self.high)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Spherical(Serializable):
    """Latents uniform on the sphere of radius sqrt(latent_dim), where a Gaussian concentrates."""

    def __call__(self, shape, seed):
        """Draws float32 of `shape`, a function of `seed` (int [2]) alone."""
        direction = tf.math.l2_normalize(tf.random.stateless_normal(shape, seed), axis=-1)
        return direction * math.sqrt(shape[-1])


def seed_of(seed, step, purpose):
    """The int32 [2] seed of one draw.

    Args:
        seed: the run's seed, an integer.
        step: int tensor or integer; the training step (or the number of a block of samples).
        purpose: a string; two purposes never share a draw.
    """
    root = tf.constant([seed & 0x7FFFFFFF, zlib.crc32(purpose.encode()) & 0x7FFFFFFF], tf.int32)
    return tf.random.experimental.stateless_fold_in(root, tf.cast(step, tf.int32))


def replica_rows(draw, batch_size, shape, seed):
    """This replica's rows of the global batch's draw.

    Args:
        draw: a function of (shape, seed), such as `Normal()`.
        batch_size: rows on this replica; every replica has as many.
        shape: one row's shape.
        seed: int32 [2] from `seed_of`.

    Returns:
        A tensor [batch_size, *shape].
    """
    context = tf.distribute.get_replica_context()
    replicas = context.num_replicas_in_sync
    rows = draw((batch_size * replicas, *shape), seed)
    if replicas == 1:
        return rows
    first = context.replica_id_in_sync_group * batch_size
    return rows[first : first + batch_size]


# Rows per block: enough for efficient draws, few enough that a single sample costs little.
BLOCK = 64


def sample_rows(draw, count, shape, seed, first=0, purpose="latents"):
    """Rows first .. first + count - 1 of the infinite sequence of a `seed`, independent of how it is split into batches.

    Args:
        draw: a function of (shape, seed).
        count: int32 scalar, a tensor or a number.
        shape: one row's shape.
        seed: int32 scalar, a tensor or a number.
        first: int32 scalar, a tensor or a number.
        purpose: a string; latents and labels of one seed are drawn independently.

    Returns:
        A tensor [count, *shape].
    """
    root = tf.stack([tf.cast(seed, tf.int32), tf.constant(zlib.crc32(purpose.encode()) & 0x7FFFFFFF, tf.int32)])
    blocks = tf.range(first // BLOCK, (first + count + BLOCK - 1) // BLOCK)

    def block(number):
        return draw((BLOCK, *shape), tf.random.experimental.stateless_fold_in(root, number))

    dtype = tf.type_spec_from_value(block(0)).dtype
    rows = tf.map_fn(block, blocks, fn_output_signature=tf.TensorSpec((BLOCK, *shape), dtype))
    rows = tf.reshape(rows, (-1, *shape))
    return rows[first % BLOCK : first % BLOCK + count]
