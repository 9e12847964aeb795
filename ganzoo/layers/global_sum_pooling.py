"""Sum over all positions of a feature map, as projection discriminators pool."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ganzoo")
class GlobalSumPooling2D(keras.layers.Layer):
    """[B, H, W, C] to [B, C], the sum over positions; sum or mean changes a hinge loss's scale by H * W.

    Reference: Miyato and Koyama 2018, 1802.05637.
    """

    def call(self, inputs):
        return ops.sum(inputs, axis=(1, 2))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])
