"""Doubling and halving feature maps with the filter [1, 2, 1], as R3GAN resamples."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ganzoo")
class InterpolatedUpsampling2D(keras.layers.Layer):
    """[B, H, W, C] to [B, 2 H, 2 W, C]: old positions stay, new ones are the mean of their neighbours (edges repeat).

    Reference: Huang et al. 2024, 2501.05441.
    """

    def call(self, inputs):
        return _doubled(_doubled(inputs, 1), 2)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height * 2, width * 2, channels)


@keras.saving.register_keras_serializable(package="ganzoo")
class InterpolatedDownsampling2D(keras.layers.Layer):
    """[B, 2 H, 2 W, C] to [B, H, W, C]: each even position with weight 1/2, its neighbours with 1/4 (edges repeat).

    Reference: Huang et al. 2024, 2501.05441.
    """

    def call(self, inputs):
        return _halved(_halved(inputs, 1), 2)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height // 2, width // 2, channels)


def _take(x, axis, part):
    return x[(slice(None),) * axis + (part,)]


def _doubled(x, axis):
    after = ops.concatenate([_take(x, axis, slice(1, None)), _take(x, axis, slice(-1, None))], axis=axis)
    pairs = ops.stack([x, 0.5 * (x + after)], axis=axis + 1)
    shape = list(x.shape)
    shape[0], shape[axis] = -1, 2 * shape[axis]
    return ops.reshape(pairs, shape)


def _halved(x, axis):
    even, odd = _take(x, axis, slice(None, None, 2)), _take(x, axis, slice(1, None, 2))
    before = ops.concatenate([_take(x, axis, slice(None, 1)), _take(odd, axis, slice(None, -1))], axis=axis)
    return 0.5 * even + 0.25 * (odd + before)
