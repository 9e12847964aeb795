"""Products in bfloat16 by TensorFlow, several times as fast as float32's where the processor has them.

A search of pairs needs only to know which few of very many are near, and for that eight bits do. TensorFlow is imported
when such a product is first made.
"""

import functools
import sys
import time

import numpy as np

from ganzoo.metrics.neighbours.products import CHUNK, FARTHEST, parts_of, sum_error

OUTPUT = 2.0**-8 * (1 + 2.0**-7)  # products come out rounded to bfloat16: the greatest relative error
# Below so many samples the choice of precision costs more than it saves.
LEAST = 2048
# Multiplications that take float32 longer than importing TensorFlow takes.
LARGE = 2**40


class CoarseSamples:
    """Samples as factors in bfloat16 of a product that yields squared distances: `products.Samples`, but coarser.

    Distances are those of the rounded vectors, which rounding moved by a known length: copies stay copies.

    Args:
        data: [N, d].
        centre, scale: the frame.

    Attributes:
        size: N.
        squares: float64 [N], the rounded vectors' |x|^2 in the frame.
        moved: float64 [N], how far rounding moved each vector.
    """

    def __init__(self, data, centre, scale):
        import tensorflow as tf

        self.scale = scale
        self.size, dimension = data.shape
        self.slack = sum_error(dimension + 6, np.float32)
        self.squares, self.moved, rights = np.empty(self.size), np.empty(self.size), []
        for part in parts_of(self.size, max(1, CHUNK // dimension)):
            centred = (data[part] - centre) / scale
            rounded = tf.cast(centred, tf.bfloat16)
            exact = tf.cast(rounded, tf.float64).numpy()
            self.moved[part] = np.sqrt(np.square(centred - exact).sum(axis=1))
            rest = self.squares[part] = np.einsum("ij,ij->i", exact, exact)
            norms = []
            for _ in range(3):  # a norm as a sum of three numbers of 8 bits, which keeps its digits
                norms.append(tf.cast(rest, tf.bfloat16))
                rest = rest - tf.cast(norms[-1], tf.float64).numpy()
            ones = [tf.ones_like(norms[0])] * 3
            rights.append(tf.concat([-2 * rounded, tf.stack(ones + norms, 1)], 1))
        self.right = tf.concat(rights, 0)

    def edges(self, distances, part=slice(None), other=None):
        """As `products.Samples.edges`, for pairs with samples of `other`, a `CoarseSamples` (these themselves if None)."""
        distances = np.minimum(np.asarray(distances) / self.scale, FARTHEST)
        moved = self.moved[part] + (other or self).moved.max()
        squares = self.squares[part]
        tolerance = self.slack * (squares + np.square(np.sqrt(squares) + distances + moved))
        low, high = np.square(np.maximum(distances - moved, 0)) - tolerance, np.square(distances + moved) + tolerance
        return low - np.abs(low) * OUTPUT, high + high * OUTPUT

    def left(self, part):
        """The other factor of the samples `part`, a slice."""
        import tensorflow as tf

        vectors, ones, norms = tf.split(self.right[part], [self.right.shape[1] - 6, 3, 3], 1)
        return tf.concat([-0.5 * vectors, norms, ones], 1)

    def product(self, left, part):
        """The squared distances of the samples whose left factor this is from the samples `part`: bfloat16's bits, int16.

        Of numbers that are not negative the bits are in the numbers' order, and below them come all the others.
        """
        import tensorflow as tf

        return np.asarray(memoryview(tf.bitcast(tf.matmul(left, self.right[part], transpose_b=True), tf.int16)))


def floats(bits):
    """The numbers, float32, whose bfloat16 bits these are, int16."""
    return (bits.astype(np.int32) << 16).view(np.float32)


def faster(size, dimension):
    """Whether bfloat16 makes a search of all pairs faster than float32: by a measurement, once, where it can pay.

    Args:
        size, dimension: of the samples.
    """
    if size < LEAST or ("tensorflow" not in sys.modules and size**2 / 2 * dimension < LARGE):
        return False
    return _faster()


@functools.cache
def _faster(size=768):
    import tensorflow as tf

    vectors = tf.cast(tf.random.stateless_normal([128, 4096], seed=(0, 0), alg="philox"), tf.bfloat16)
    exact = tf.cast(vectors, tf.float64)
    error = tf.abs(tf.cast(tf.matmul(vectors, vectors, transpose_b=True), tf.float64) - exact @ tf.transpose(exact))
    allowed = tf.abs(exact @ tf.transpose(exact)) * 2.0**-8 + tf.abs(exact) @ tf.transpose(tf.abs(exact)) * 1e-5
    if tf.reduce_any(error > allowed):  # it does not sum in float32
        return False
    if tf.config.list_logical_devices("GPU"):
        return True
    wide = tf.ones([size, size], tf.bfloat16)
    array = np.ones((size, size), np.float32)
    seconds = []
    for multiply in (lambda: tf.matmul(wide, wide).numpy(), lambda: array @ array):
        multiply()
        start = time.perf_counter()
        multiply()
        seconds.append(time.perf_counter() - start)
    return seconds[0] < seconds[1]
