"""Minibatch discrimination: lets a discriminator see that a batch's examples are too alike."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ganzoo")
class MinibatchDiscrimination(keras.layers.Layer):
    """Appends to each example's features how close it is to the other examples of its batch.

    Features f [A] become rows M_b [dims] for each kernel b by a tensor T [A, kernels, dims]; the closeness is
    o_b(i) = sum over j != i of exp(-|M_b(i) - M_b(j)|_1). As in the authors' code T's columns have unit length times a
    learned scale, so that closeness neither vanishes nor saturates whatever the number of features. Real and generated
    examples must come in batches of their own. Several replicas each compare within their own part of the batch.

    Args:
        kernels: number B of closenesses for each example.
        dims: length C of the rows that are compared.

    Input: [B, A]. Output: [B, A + kernels].

    Example:
        >>> ganzoo.layers.MinibatchDiscrimination()(keras.Input((512,))).shape
        (None, 612)

    Reference: Salimans et al. 2016, 1606.03498.
    """

    def __init__(self, kernels=100, dims=5, **kwargs):
        super().__init__(**kwargs)
        self.kernels = kernels
        self.dims = dims

    def build(self, input_shape):
        self.tensor = self.add_weight(
            shape=(input_shape[-1], self.kernels * self.dims),
            initializer=keras.initializers.RandomNormal(stddev=0.05),
            name="tensor",
            autocast=False,
        )
        self.log_scale = self.add_weight(
            shape=(self.kernels * self.dims,), initializer="zeros", name="log_scale", autocast=False
        )

    def call(self, inputs):
        length = ops.sqrt(ops.sum(ops.square(self.tensor), axis=0) + 1e-12)
        rows = ops.matmul(ops.cast(inputs, "float32"), self.tensor * (ops.exp(self.log_scale) / length))
        rows = ops.transpose(ops.reshape(rows, (-1, self.kernels, self.dims)), (2, 1, 0))
        # One dimension after the other: [B, B, kernels, dims] in one piece would take several times the memory.
        distances = sum(ops.abs(row[:, :, None] - row[:, None]) for row in ops.unstack(rows, self.dims))
        # An example is at distance 0 from itself: taking that 1 away leaves the others, without a mask.
        closeness = ops.transpose(ops.sum(ops.exp(-distances), axis=-1) - 1.0)
        return ops.concatenate([inputs, ops.cast(closeness, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + self.kernels)

    def get_config(self):
        return {**super().get_config(), "kernels": self.kernels, "dims": self.dims}
