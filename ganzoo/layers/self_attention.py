"""Self-attention over the positions of a feature map."""

import keras
from keras import ops

from ganzoo.layers.spectral_norm import SpectralNormConv2D


@keras.saving.register_keras_serializable(package="ganzoo")
class SelfAttention(keras.layers.Layer):
    """x + gamma * o(x), where each position's o looks at every second position of every second row; gamma begins at 0.

    theta and phi are 1x1 convolutions to C / 8 channels, g to C / 2; phi and g are max-pooled by 2; o maps back to C.

    Args:
        spectral_norm: whether the 1x1 convolutions are spectrally normalised.
        kernel_initializer: of the 1x1 convolutions.

    Input and output: [B, H, W, C], H and W at least 2.

    Example:
        >>> ganzoo.layers.SelfAttention()(keras.Input((32, 32, 64))).shape
        (None, 32, 32, 64)

    Reference: Zhang et al. 2018, 1805.08318; without biases and with the pooling of BigGAN, 1809.11096.
    """

    def __init__(self, spectral_norm=True, kernel_initializer="orthogonal", **kwargs):
        super().__init__(**kwargs)
        self.spectral_norm = spectral_norm
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        height, width, channels = input_shape[1:]
        if min(height, width) < 2:
            raise ValueError(f"self-attention pools by 2 and needs a map of at least 2x2, not {height}x{width}")
        narrow, middle = max(channels // 8, 1), max(channels // 2, 1)
        self.theta = self._convolution("theta", narrow)
        self.phi = self._convolution("phi", narrow)
        self.g = self._convolution("g", middle)
        self.o = self._convolution("o", channels)
        for layer in (self.theta, self.phi, self.g):
            layer.build(input_shape)
        self.o.build((*input_shape[:-1], middle))
        self.gamma = self.add_weight(shape=(), initializer="zeros", name="gamma")

    def _convolution(self, name, filters):
        convolution = SpectralNormConv2D if self.spectral_norm else keras.layers.Conv2D
        initializer = self.kernel_initializer.clone()
        return convolution(filters, 1, use_bias=False, kernel_initializer=initializer, name=name, dtype=self.dtype_policy)

    def call(self, inputs, training=None):
        kwargs = {"training": training} if self.spectral_norm else {}

        def positions(x):
            return ops.reshape(x, (-1, x.shape[1] * x.shape[2], x.shape[3]))

        query = positions(self.theta(inputs, **kwargs))
        key = positions(ops.max_pool(self.phi(inputs, **kwargs), 2, 2))
        value = positions(ops.max_pool(self.g(inputs, **kwargs), 2, 2))
        scores = ops.cast(ops.matmul(query, ops.swapaxes(key, 1, 2)), "float32")
        attended = ops.matmul(ops.cast(ops.softmax(scores), value.dtype), value)
        attended = ops.reshape(attended, (-1, *inputs.shape[1:3], value.shape[-1]))
        return inputs + self.gamma * self.o(attended, **kwargs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "spectral_norm": self.spectral_norm,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
