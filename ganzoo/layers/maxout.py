"""Maxout units: the activation of the first GAN's discriminator."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ganzoo")
class Maxout(keras.layers.Layer):
    """A dense layer whose every output is the largest of `pieces` linear functions of the input.

    Args:
        units: number of outputs.
        pieces: linear functions for each output.
        kernel_initializer: of the weights.

    Input: [B, ..., A]. Output: [B, ..., units].

    Example:
        >>> layer = ganzoo.layers.Maxout(240, pieces=5)
        >>> layer(keras.Input((784,))).shape
        (None, 240)
        >>> layer.count_params() == 1200 * 785
        True

    Reference: Goodfellow et al. 2013, 1302.4389.
    """

    def __init__(self, units, pieces=5, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.pieces = pieces
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units * self.pieces), initializer=self.kernel_initializer, name="kernel"
        )
        self.bias = self.add_weight(shape=(self.units * self.pieces,), initializer="zeros", name="bias")

    def call(self, inputs):
        values = ops.matmul(inputs, self.kernel) + self.bias
        return ops.max(ops.reshape(values, (*ops.shape(inputs)[:-1], self.units, self.pieces)), axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "pieces": self.pieces,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


@keras.saving.register_keras_serializable(package="ganzoo")
class ChannelMaxout(keras.layers.Layer):
    """The largest of each `pieces` neighbouring channels: [B, ..., C] to [B, ..., C / pieces].

    Args:
        pieces: linear functions for each output, computed by the layer before; C is a multiple of it.

    Reference: Goodfellow et al. 2013, 1302.4389.
    """

    def __init__(self, pieces=2, **kwargs):
        super().__init__(**kwargs)
        self.pieces = pieces

    def call(self, inputs):
        *outer, channels = inputs.shape[1:]
        return ops.max(ops.reshape(inputs, (-1, *outer, channels // self.pieces, self.pieces)), axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] // self.pieces)

    def get_config(self):
        return {**super().get_config(), "pieces": self.pieces}
