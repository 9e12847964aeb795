"""Doubling and halving feature maps with the filter [1, 3, 3, 1], as R3GAN resamples."""

import functools

import keras
import numpy as np
from keras import ops

from ganzoo.errors import UserError

FILTER = (1, 3, 3, 1)


class Interpolated(keras.layers.Layer):
    """What doubling and halving share: a config that says the filter, since files of before have another."""

    revision = f"by the filter {list(FILTER)}"

    def get_config(self):
        return {**super().get_config(), "filter": FILTER}

    @classmethod
    def from_config(cls, config):
        """The layer of a config.

        Raises:
            UserError: it was saved with a filter of its own, as by the versions of ganzoo that resampled by [1, 2, 1].
        """
        config = dict(config)
        saved = tuple(config.pop("filter", (1, 2, 1)))
        if saved != FILTER:
            raise UserError(f"{cls.__name__} was saved with the filter {list(saved)}; now it is {list(FILTER)}, R3GAN's own")
        return super().from_config(config)


@keras.saving.register_keras_serializable(package="ganzoo")
class InterpolatedUpsampling2D(Interpolated):
    """[B, H, W, C] to [B, 2 H, 2 W, C]: each new value is 3/4 of the nearest old one and 1/4 of the next on its other side.

    Outside is 0, so that borders get darker. Mirrored maps give mirrored outputs.

    Reference: Huang et al. 2024, 2501.05441, their code, where [1, 2, 1] is convolved with [1, 1].
    """

    def call(self, inputs):
        return _resampled(inputs, *(2 * _halving(2 * size).T for size in inputs.shape[1:3]))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height * 2, width * 2, channels)


@keras.saving.register_keras_serializable(package="ganzoo")
class InterpolatedDownsampling2D(Interpolated):
    """[B, 2 H, 2 W, C] to [B, H, W, C]: each pair with weights 3/8, the values beside it with 1/8; outside is 0.

    Reference: as for `InterpolatedUpsampling2D`.
    """

    def call(self, inputs):
        return _resampled(inputs, *(_halving(size) for size in inputs.shape[1:3]))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height // 2, width // 2, channels)


@functools.cache
def _halving(size):
    """The matrix [size / 2, size] by which a row of `size` values is halved; twice its transpose doubles size / 2."""
    rows, columns = np.arange(size // 2)[:, None], np.arange(size)[None]
    weights = np.array([0, *FILTER, 0], np.float32) / sum(FILTER)
    return weights[np.clip(columns - 2 * rows + 2, 0, 5)]


def _resampled(x, rows, columns):
    """Both axes of maps by a matrix each: products of matrices have fast gradients, and so have these, unlike slices."""
    height, width, channels = x.shape[1:]
    rows, columns = (ops.convert_to_tensor(matrix, x.dtype) for matrix in (rows, columns))
    x = ops.matmul(rows, ops.reshape(x, (-1, height, width * channels)))
    return ops.matmul(columns, ops.reshape(x, (-1, rows.shape[0], width, channels)))
