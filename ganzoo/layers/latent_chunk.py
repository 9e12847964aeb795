"""A part of the latent vector, for networks that feed each block its own."""

import keras


@keras.saving.register_keras_serializable(package="ganzoo")
class LatentChunk(keras.layers.Layer):
    """Features `start` to `stop` (exclusive) of vectors: [B, n] to [B, stop - start].

    Args:
        start: the first feature.
        stop: the one after the last.
    """

    def __init__(self, start, stop, **kwargs):
        super().__init__(**kwargs)
        self.start = start
        self.stop = stop

    def call(self, inputs):
        return inputs[:, self.start : self.stop]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.stop - self.start)

    def get_config(self):
        return {**super().get_config(), "start": self.start, "stop": self.stop}
