"""The start of R3GAN's generator: a learned small image for each channel, scaled by the latents."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ganzoo")
class GenerativeBasis(keras.layers.Layer):
    """basis[h, w, c] * (latents W)[c], without a bias.

    Args:
        filters: number of channels C.
        side: height and width of the map.

    Input: [B, n]. Output: [B, side, side, filters].

    Reference: Huang et al. 2024, 2501.05441.
    """

    def __init__(self, filters, side=4, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.side = side

    def build(self, input_shape):
        self.basis = self.add_weight(
            shape=(self.side, self.side, self.filters),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            name="basis",
        )
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.filters),
            initializer=keras.initializers.RandomNormal(stddev=input_shape[-1] ** -0.5),
            name="kernel",
        )

    def call(self, inputs):
        return self.basis * ops.matmul(inputs, self.kernel)[:, None, None]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.side, self.side, self.filters)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "side": self.side}
