"""Doubling and halving feature maps with the filter [1, 3, 3, 1], as R3GAN resamples."""

import keras
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
        return _doubled(_doubled(inputs, 1), 2)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height * 2, width * 2, channels)


@keras.saving.register_keras_serializable(package="ganzoo")
class InterpolatedDownsampling2D(Interpolated):
    """[B, 2 H, 2 W, C] to [B, H, W, C]: each pair with weights 3/8, the values beside it with 1/8; outside is 0.

    Reference: as for `InterpolatedUpsampling2D`.
    """

    def call(self, inputs):
        return _halved(_halved(inputs, 1), 2)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height // 2, width // 2, channels)


def _take(x, axis, part):
    return x[(slice(None),) * axis + (part,)]


def _neighbours(left, right, axis):
    """The values before those of `left` and after those of `right`, where each is the other's neighbour; 0 outside."""
    zero = ops.zeros_like(_take(left, axis, slice(0, 1)))
    before = ops.concatenate([zero, _take(right, axis, slice(None, -1))], axis=axis)
    after = ops.concatenate([_take(left, axis, slice(1, None)), zero], axis=axis)
    return before, after


def _doubled(x, axis):
    before, after = _neighbours(x, x, axis)
    pairs = ops.stack([0.25 * before + 0.75 * x, 0.75 * x + 0.25 * after], axis=axis + 1)
    shape = list(x.shape)
    shape[0], shape[axis] = -1, 2 * shape[axis]
    return ops.reshape(pairs, shape)


def _halved(x, axis):
    even, odd = _take(x, axis, slice(None, None, 2)), _take(x, axis, slice(1, None, 2))
    before, after = _neighbours(even, odd, axis)
    return 0.375 * (even + odd) + 0.125 * (before + after)
