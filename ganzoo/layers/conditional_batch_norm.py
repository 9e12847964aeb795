"""Batch normalisation whose gain and bias depend on a label or on a vector."""

import keras
from keras import ops

from ganzoo.layers.batch_norm import batch_norm
from ganzoo.layers.spectral_norm import SpectralNormDense


@keras.saving.register_keras_serializable(package="ganzoo")
class ConditionalBatchNorm(keras.layers.Layer):
    """(1 + gain(c)) * x_normalised + bias(c), gain and bias of each channel given by the condition c.

    Args:
        num_classes: if given, c is a label and gain and bias are looked up (both begin at 0). If None, c is a vector,
            such as an embedding that all layers share and a chunk of latents, and gain and bias are linear in it.
        spectral_norm: whether those linear maps are spectrally normalised.
        kernel_initializer: of those linear maps.

    Input: `[x, c]`, x [B, ..., C], c integers [B] or vectors [B, d]. Output: [B, ..., C].

    Example:
        >>> layer = ganzoo.layers.ConditionalBatchNorm(10)
        >>> layer([keras.Input((8, 8, 64)), keras.Input((), dtype="int64")]).shape
        (None, 8, 8, 64)
        >>> sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights) == 2 * 10 * 64
        True

    Reference: Dumoulin et al. 2016, 1610.07629; by a shared vector Brock et al. 2019, 1809.11096.
    """

    def __init__(self, num_classes=None, spectral_norm=False, kernel_initializer="orthogonal", **kwargs):
        super().__init__(**kwargs)
        if num_classes is not None and spectral_norm:
            raise ValueError("spectral_norm is for linear maps of a vector; leave it out where num_classes is given")
        self.num_classes = num_classes
        self.spectral_norm = spectral_norm
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        shape, condition_shape = input_shape
        self.norm = batch_norm(name="norm", center=False, scale=False, dtype=self.dtype_policy)
        self.norm.build(shape)
        self.gain = self._map("gain", shape[-1])
        self.bias = self._map("bias", shape[-1])
        for layer in (self.gain, self.bias):
            layer.build(condition_shape)

    def _map(self, name, channels):
        if self.num_classes is not None:
            return keras.layers.Embedding(
                self.num_classes, channels, embeddings_initializer="zeros", name=name, dtype=self.dtype_policy
            )
        dense = SpectralNormDense if self.spectral_norm else keras.layers.Dense
        initializer = keras.initializers.get(self.kernel_initializer).clone()
        return dense(channels, use_bias=False, kernel_initializer=initializer, name=name, dtype=self.dtype_policy)

    def call(self, inputs, training=None):
        x, condition = inputs
        x = self.norm(x, training=training)
        kwargs = {"training": training} if self.spectral_norm else {}
        gain, bias = self.gain(condition, **kwargs), self.bias(condition, **kwargs)
        over = (-1,) + (1,) * (len(x.shape) - 2) + (x.shape[-1],)
        return x * (1.0 + ops.reshape(gain, over)) + ops.reshape(bias, over)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "spectral_norm": self.spectral_norm,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
