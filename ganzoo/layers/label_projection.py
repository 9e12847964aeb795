"""The projection discriminator's context that an image shows its label."""

import keras
from keras import ops

from ganzoo.layers.spectral_norm import SpectralNormEmbedding


@keras.saving.register_keras_serializable(package="ganzoo")
class LabelProjection(keras.layers.Layer):
    """The inner product of features with the embedding of the label.

    Args:
        num_classes: number of labels.
        spectral_norm: whether the embedding is spectrally normalised.
        embeddings_initializer: of the embedding.

    Input: `[features, labels]`, features [B, d] and integers [B]. Output: [B, 1].

    Reference: Miyato and Koyama 2018, 1802.05637.
    """

    def __init__(self, num_classes, spectral_norm=True, embeddings_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.spectral_norm = spectral_norm
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)

    def build(self, input_shape):
        features, labels = input_shape
        embedding = SpectralNormEmbedding if self.spectral_norm else keras.layers.Embedding
        self.embedding = embedding(
            self.num_classes,
            features[-1],
            embeddings_initializer=self.embeddings_initializer,
            name="embedding",
            dtype=self.dtype_policy,
        )
        self.embedding.build(labels)

    def call(self, inputs, training=None):
        features, labels = inputs
        kwargs = {"training": training} if self.spectral_norm else {}
        return ops.sum(features * self.embedding(labels, **kwargs), axis=-1, keepdims=True)

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], 1)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "spectral_norm": self.spectral_norm,
            "embeddings_initializer": keras.initializers.serialize(self.embeddings_initializer),
        }
