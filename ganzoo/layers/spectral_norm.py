"""Dense, convolutional and embedding layers with spectrally normalised weights, as SNGAN defines them.

`keras.layers.SpectralNormalization` overwrites its kernel with the normalised one and so loses the part of the gradient
that flows through the norm. Here the kernel stays a free variable and every call computes W / sigma(W).
"""

import keras
from keras import ops

from ganzoo.layers.convolution import convolved, finished, spread


def power_iteration(weights, u, iterations=1, epsilon=1e-12):
    """Estimates the largest singular value of a matrix.

    Args:
        weights: [n, out], the matrix (the paper's is its transpose).
        u: [out], the last estimate of the first singular vector on the side of the outputs, of any length but 0.
        iterations: how often to refine it.
        epsilon: keeps the division safe where a vector is 0.

    Returns:
        sigma, a scalar through which gradients reach `weights` (with both singular vectors constant), and the new u.

    Reference: Miyato et al. 2018, 1802.05957, appendix A.
    """
    fixed = ops.stop_gradient(weights)
    for _ in range(iterations):
        v = _unit(ops.matmul(fixed, u), epsilon)
        u = _unit(ops.matmul(v, fixed), epsilon)
    u, v = ops.stop_gradient(u), ops.stop_gradient(v)
    return ops.sum(ops.matmul(v, weights) * u), u


def _unit(vector, epsilon):
    return vector / (ops.sqrt(ops.sum(ops.square(vector))) + epsilon)


class SpectralNorm:
    """What the layers below add to Keras' own: `normalised`, the constructor's two arguments and the vector `u`.

    `u` moves by `power_iterations` steps in each call with `training=True` and never else. Its replicas need no word
    with each other: from equal weights and an equal u each computes the same.
    """

    def __init__(self, *args, power_iterations=1, epsilon=1e-12, **kwargs):
        super().__init__(*args, **kwargs)
        if power_iterations < 1:
            raise ValueError(f"power_iterations must be at least 1, not {power_iterations}")
        self.power_iterations = power_iterations
        self.epsilon = epsilon

    def add_weight(self, *args, **kwargs):
        # Half precision is for the layer's product; sigma and W / sigma are computed in float32.
        return super().add_weight(*args, **{**kwargs, "autocast": False})

    def save_own_variables(self, store):
        # Keras' own layers save kernel and bias only, and would lose u.
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store):
        keras.layers.Layer.load_own_variables(self, store)

    def add_u(self, size):
        """Creates the persistent vector; each layer's `build` calls it with its number of outputs."""
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.u = self.add_weight(shape=(size,), initializer=normal, trainable=False, aggregation="none", name="u")

    def normalised(self, weights, matrix, training):
        """weights / sigma in the layer's compute dtype; `matrix` is the same weights as [n, outputs]."""
        sigma, u = power_iteration(matrix, ops.convert_to_tensor(self.u), self.power_iterations, self.epsilon)
        if training:
            self.u.assign(u)
        return ops.cast(weights / (sigma + self.epsilon), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "power_iterations": self.power_iterations, "epsilon": self.epsilon}


@keras.saving.register_keras_serializable(package="ganzoo")
class SpectralNormDense(SpectralNorm, keras.layers.Dense):
    """`keras.layers.Dense` with kernel W / sigma(W).

    Args:
        power_iterations: refinements of sigma in each training call.
        epsilon: keeps divisions safe.
        Others: as `keras.layers.Dense`.

    Input: [B, ..., n]. Output: [B, ..., units].

    Reference: Miyato et al. 2018, 1802.05957.
    """

    def build(self, input_shape):
        super().build(input_shape)
        self.add_u(self.units)

    def call(self, inputs, training=None):
        kernel = ops.convert_to_tensor(self.kernel)
        return finished(self, ops.matmul(inputs, self.normalised(kernel, kernel, training)))


@keras.saving.register_keras_serializable(package="ganzoo")
class SpectralNormConv2D(SpectralNorm, keras.layers.Conv2D):
    """`keras.layers.Conv2D` with kernel W / sigma(W), sigma that of W as a matrix [in * k * k, filters].

    Args:
        power_iterations: refinements of sigma in each training call.
        epsilon: keeps divisions safe.
        Others: as `keras.layers.Conv2D`, channels last.

    Input: [B, H, W, C]. Output: [B, H', W', filters].

    Reference: Miyato et al. 2018, 1802.05957.
    """

    def build(self, input_shape):
        super().build(input_shape)
        self.add_u(self.filters)

    def call(self, inputs, training=None):
        kernel = ops.convert_to_tensor(self.kernel)
        matrix = ops.reshape(kernel, (-1, self.filters))
        return finished(self, convolved(self, inputs, self.normalised(kernel, matrix, training), training))


@keras.saving.register_keras_serializable(package="ganzoo")
class SpectralNormConv2DTranspose(SpectralNorm, keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose` with kernel W / sigma(W), sigma that of W as a matrix [in * k * k, filters].

    Args:
        power_iterations: refinements of sigma in each training call.
        epsilon: keeps divisions safe.
        Others: as `keras.layers.Conv2DTranspose`, channels last.

    Input: [B, H, W, C]. Output: [B, H', W', filters].

    Reference: Miyato et al. 2018, 1802.05957.
    """

    def build(self, input_shape):
        super().build(input_shape)
        self.add_u(self.filters)

    def call(self, inputs, training=None):
        kernel = ops.convert_to_tensor(self.kernel)  # [k, k, filters, in]
        matrix = ops.reshape(ops.swapaxes(kernel, 2, 3), (-1, self.filters))
        return finished(self, spread(self, inputs, self.normalised(kernel, matrix, training), training))


@keras.saving.register_keras_serializable(package="ganzoo")
class SpectralNormEmbedding(SpectralNorm, keras.layers.Embedding):
    """`keras.layers.Embedding` with table W / sigma(W), sigma that of W [input_dim, output_dim].

    Args:
        power_iterations: refinements of sigma in each training call.
        epsilon: keeps divisions safe.
        Others: as `keras.layers.Embedding`.

    Input: integers [B, ...]. Output: [B, ..., output_dim].

    Reference: Miyato and Koyama 2018, 1802.05637.
    """

    def build(self, input_shape=None):
        super().build(input_shape)
        self.add_u(self.output_dim)

    def call(self, inputs, training=None):
        table = ops.convert_to_tensor(self.embeddings)
        return ops.take(self.normalised(table, table, training), ops.cast(inputs, "int32"), axis=0)
