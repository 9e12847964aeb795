"""Random draws as stateless functions of (seed, step, purpose) and of the rows of the global batch that a replica processes.

A replica takes its own rows of the global batch's draw. So replicas differ, a resumed run continues the same sequence, and
one device, N replicas or several workers with the same global batch draw the same values.

Every draw names its algorithm, for TensorFlow's default is another one under XLA and on TPUs, and, but for the noise on what a
discriminator sees, makes real numbers of bits itself, for XLA makes others of the same bits.
"""

import dataclasses
import hashlib
import math
import operator
import zlib

import keras
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.serialization import Serializable

__all__ = ["Normal", "Spherical", "Uniform", "sample_rows"]


def __dir__():
    return __all__


def normal(shape, seed):
    """float32 of `shape` from N(0, 1), a function of `seed` (int [2]) alone, the same bits whatever compiles it.

    By Box and Muller, as TensorFlow's kernel on CPUs does it, up to a unit in the last place; XLA's own differs.
    """
    size = _size(shape)
    first, second = tf.unstack(_fractions(((size + 1) // 2, 2), seed), axis=1)
    # In float64, so that every compiler rounds to the same float32.
    logarithm = tf.cast(tf.math.log(tf.cast(tf.maximum(first, 1e-7), tf.float64)), tf.float32)
    angle = tf.cast(tf.cast(2 * math.pi * tf.cast(second, tf.float64), tf.float32), tf.float64)
    turns = tf.stack([tf.cast(tf.sin(angle), tf.float32), tf.cast(tf.cos(angle), tf.float32)], axis=1)
    return tf.reshape(tf.reshape(turns * tf.sqrt(-2.0 * logarithm)[:, None], [-1])[:size], shape)


def training_normal(shape, seed):
    """As `normal`, for noise that only a training sees: TensorFlow's kernel costs half, and XLA and GPUs draw other numbers."""
    return tf.random.stateless_normal(shape, seed, alg="philox")


def uniform(shape, seed, low=0.0, high=1.0, dtype=tf.float32):
    """Numbers of `shape` from U(low, high), likewise; of an integer dtype from low .. high - 1, or any where both are None."""
    if dtype.is_integer:
        return tf.random.stateless_uniform(shape, seed, low, high, dtype, alg="philox")
    return _fractions(shape, seed) * (high - low) + low


def _fractions(shape, seed):
    """float32 of `shape` from U(0, 1): the lowest 23 of 32 random bits, as TensorFlow's kernel on CPUs takes them."""
    bits = tf.random.stateless_uniform(shape, seed, None, None, tf.uint32, alg="philox")
    return tf.bitcast((bits & 0x7FFFFF) | 0x3F800000, tf.float32) - 1.0


def _size(shape):
    known = all(isinstance(side, int) for side in shape)
    return math.prod(shape) if known else tf.reduce_prod(tf.convert_to_tensor(shape, tf.int32))


def folded(seed, number):
    """Another seed, int [2], for each `number` of a seed's."""
    return tf.random.experimental.stateless_fold_in(seed, number, alg="philox")


def parted(seed, count):
    """`count` seeds, int [count, 2], that follow from one."""
    return tf.random.experimental.stateless_split(seed, count, alg="philox")


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Normal(Serializable):
    """Latents from N(0, 1)."""

    def __call__(self, shape, seed):
        """Draws float32 of `shape`, a function of `seed` (int [2]) alone."""
        return normal(shape, seed)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Uniform(Serializable):
    """Latents from U(low, high); the DCGAN paper's prior by default."""

    low: float = -1.0
    high: float = 1.0

    def __call__(self, shape, seed):
        """Draws float32 of `shape`, a function of `seed` (int [2]) alone."""
        return uniform(shape, seed, self.low, self.high)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Spherical(Serializable):
    """Latents uniform on the sphere of radius sqrt(latent_dim), where a Gaussian concentrates."""

    def __call__(self, shape, seed):
        """Draws float32 of `shape`, a function of `seed` (int [2]) alone."""
        direction = tf.math.l2_normalize(normal(shape, seed), axis=-1)
        return direction * math.sqrt(shape[-1])


def seed_of(seed, step, purpose):
    """The int32 [2] seed of one draw.

    Args:
        seed: the run's seed, an integer.
        step: int tensor or integer; the training step (or the number of a block of samples).
        purpose: a string; two purposes never share a draw.
    """
    root = tf.constant([seed & 0x7FFFFFFF, zlib.crc32(purpose.encode()) & 0x7FFFFFFF], tf.int32)
    return folded(root, tf.cast(step, tf.int32))


def folded_seed(seed):
    """A seed as the int32 that the signatures of exports take: itself in that range, else a hash of it.

    Args:
        seed: an integer, of NumPy too.

    Raises:
        UserError: it is none.
    """
    try:
        number = operator.index(seed)
    except TypeError:
        number = None
    if number is None or isinstance(seed, bool):
        raise UserError(f"the seed must be a whole number, not {seed!r}")
    if -(2**31) <= number < 2**31:
        return number
    return int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:4], signed=True)


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


@tf.autograph.experimental.do_not_convert  # conversion finds nothing to do and takes a third of a second
def sample_rows(draw, count, shape, seed, first=0, purpose="latents"):
    """Rows first .. first + count - 1 of the infinite sequence of a `seed`, independent of how it is split into batches.

    Args:
        draw: a function of (shape, seed).
        count: int32 scalar, a tensor or a number.
        shape: one row's shape.
        seed: int32 scalar, a tensor or any integer; one beyond int32 is folded into it.
        first: int32 scalar, a tensor or a number.
        purpose: a string; latents and labels of one seed are drawn independently.

    Returns:
        A tensor [count, *shape].
    """
    seed = seed if tf.is_tensor(seed) else folded_seed(seed)
    root = tf.stack([tf.cast(seed, tf.int32), tf.constant(zlib.crc32(purpose.encode()) & 0x7FFFFFFF, tf.int32)])
    blocks = tf.range(first // BLOCK, (first + count + BLOCK - 1) // BLOCK)

    def block(number):
        return draw((BLOCK, *shape), folded(root, number))

    dtype = tf.type_spec_from_value(block(0)).dtype
    rows = tf.map_fn(block, blocks, fn_output_signature=tf.TensorSpec((BLOCK, *shape), dtype))
    rows = tf.reshape(rows, (-1, *shape))
    return rows[first % BLOCK : first % BLOCK + count]
