"""A bias for each value of an example, which no convolution has: it learns the mean image."""

import keras


@keras.saving.register_keras_serializable(package="ganzoo")
class PixelBias(keras.layers.Layer):
    """Adds a learned value of its own, at first 0, to each place and channel: [B, ...] to the same shape.

    Reference: Dumoulin et al. 2017, 1606.00704, whose generators and encoders end so ("untied biases" in their code).
    """

    def build(self, input_shape):
        self.bias = self.add_weight(shape=tuple(input_shape[1:]), initializer="zeros", name="bias")

    def call(self, inputs):
        return inputs + keras.ops.cast(self.bias, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape
