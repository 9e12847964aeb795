"""Virtual batch normalisation: an example is normalised with a batch fixed at the start, not with its neighbours.

A network with it begins with `PrependReference`, which puts the reference batch before its input, so that one pass
carries both through all layers, and ends with `DropReference`.
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ganzoo")
class PrependReference(keras.layers.Layer):
    """Puts the fixed reference batch before the examples of a batch.

    Args:
        size: number of reference examples.
        initializer: how the reference is drawn when the layer is built, N(0, 1) as latents are; for images, assign
            `layer.reference` a batch of real ones before training. It is saved with the model and never trained.

    Input: [B, ...]. Output: [size + B, ...].

    Reference: Salimans et al. 2016, 1606.03498.
    """

    def __init__(self, size=64, initializer=None, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.initializer = keras.initializers.get(initializer) or keras.initializers.RandomNormal(stddev=1.0)

    def build(self, input_shape):
        self.reference = self.add_weight(
            shape=(self.size, *input_shape[1:]), initializer=self.initializer, trainable=False, name="reference"
        )

    def call(self, inputs):
        return ops.concatenate([ops.cast(self.reference, inputs.dtype), inputs], axis=0)

    def compute_output_shape(self, input_shape):
        batch = input_shape[0]
        return (None if batch is None else batch + self.size, *input_shape[1:])

    def get_config(self):
        initializer = keras.initializers.serialize(self.initializer)
        return {**super().get_config(), "size": self.size, "initializer": initializer}


@keras.saving.register_keras_serializable(package="ganzoo")
class DropReference(keras.layers.Layer):
    """Takes away the reference batch that `PrependReference` put first.

    Args:
        size: number of reference examples.

    Input: [size + B, ...]. Output: [B, ...].
    """

    def __init__(self, size=64, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, inputs):
        return inputs[self.size :]

    def compute_output_shape(self, input_shape):
        batch = input_shape[0]
        return (None if batch is None else batch - self.size, *input_shape[1:])

    def get_config(self):
        return {**super().get_config(), "size": self.size}


@keras.saving.register_keras_serializable(package="ganzoo")
class VirtualBatchNorm(keras.layers.Layer):
    """Normalises each example with the moments of the n reference examples and itself, itself with weight 1 / (n + 1).

    The reference is normalised with its own moments. Training and inference do the same, and examples of one batch do
    not know of each other.

    Args:
        size: number n of reference examples, which come first in the batch.
        epsilon: added to the variance.
        gamma_initializer: of the gain.

    Input and output: [n + B, ..., C].

    Reference: Salimans et al. 2016, 1606.03498.
    """

    def __init__(self, size=64, epsilon=1e-5, gamma_initializer="ones", **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.epsilon = epsilon
        self.gamma_initializer = keras.initializers.get(gamma_initializer)

    def build(self, input_shape):
        channels = (input_shape[-1],)
        self.gamma = self.add_weight(shape=channels, initializer=self.gamma_initializer, name="gamma", autocast=False)
        self.beta = self.add_weight(shape=channels, initializer="zeros", name="beta", autocast=False)

    def call(self, inputs):
        x = ops.cast(inputs, "float32")
        reference, examples = x[: self.size], x[self.size :]
        positions = tuple(range(1, len(x.shape) - 1))
        mean, variance = ops.moments(reference, axes=(0, *positions), keepdims=True)
        own_mean, own_variance = examples, ops.zeros_like(examples)
        if positions:
            own_mean, own_variance = ops.moments(examples, axes=positions, keepdims=True)
        w = 1.0 / (self.size + 1)
        away = own_mean - mean
        # Moments of the mixture, the variance by the law of total variance: never negative, unlike E x^2 - (E x)^2.
        mixed_variance = (1 - w) * variance + w * own_variance + w * (1 - w) * ops.square(away)
        reference = (reference - mean) * ops.rsqrt(variance + self.epsilon)
        examples = (examples - mean - w * away) * ops.rsqrt(mixed_variance + self.epsilon)
        x = ops.concatenate([reference, examples], axis=0) * self.gamma + self.beta
        return ops.cast(x, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "size": self.size,
            "epsilon": self.epsilon,
            "gamma_initializer": keras.initializers.serialize(self.gamma_initializer),
        }
