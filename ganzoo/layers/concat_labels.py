"""Labels as extra features of vectors and extra channels of images: how conditional GANs show labels to a layer."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ganzoo")
class ConcatLabels(keras.layers.Layer):
    """Appends one-hot labels to the last axis, repeated at every position of an image.

    Args:
        num_classes: number of labels K.

    Input: `[x, labels]`, x [B, ..., C] and integer labels [B]. Output: [B, ..., C + K].

    Example:
        >>> ganzoo.layers.ConcatLabels(10)([keras.Input((8, 8, 64)), keras.Input((), dtype="int64")]).shape
        (None, 8, 8, 74)

    Reference: Mirza and Osindero 2014, 1411.1784; the maps at every layer follow DCGAN, 1511.06434.
    """

    def __init__(self, num_classes, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes

    def call(self, inputs):
        x, labels = inputs
        maps = ops.one_hot(labels, self.num_classes, dtype=x.dtype)
        maps = ops.reshape(maps, (-1,) + (1,) * (len(x.shape) - 2) + (self.num_classes,))
        return ops.concatenate([x, ops.broadcast_to(maps, (*ops.shape(x)[:-1], self.num_classes))], axis=-1)

    def compute_output_shape(self, input_shape):
        shape, _ = input_shape
        return (*shape[:-1], shape[-1] + self.num_classes)

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}
