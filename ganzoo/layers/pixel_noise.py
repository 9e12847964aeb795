"""Noise in the place of some pixels: put there, read again, and images of a pool that latents choose and are put into."""

import keras
import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError


def places(shape, every):
    """Where noise stands in a flattened example: each `every`-th value, from the one at `every // 2` on, int64 [k].

    Raises:
        UserError: `every` is no positive number, or no value is left for noise.
    """
    pixels = np.arange(every // 2, int(np.prod(shape)), every) if every > 0 else []
    if not len(pixels):
        raise UserError(f"noise in every {every}-th value of {tuple(shape)} leaves none: every is from 1 to twice their number")
    return pixels


def put(images, noise, every):
    """Images [B, ...] with noise [B, k] in `places`."""
    shape, size = images.shape[1:], int(np.prod(images.shape[1:]))
    taken = places(shape, every)
    source = np.arange(size)
    source[taken] = size + np.arange(len(taken))
    values = tf.concat([tf.reshape(images, [-1, size]), tf.cast(noise, images.dtype)], axis=1)
    return tf.reshape(tf.gather(values, source, axis=1), [-1, *shape])


def read(images, every):
    """The values [B, k] that stand in `places` of images [B, ...]."""
    return tf.gather(tf.reshape(images, [-1, int(np.prod(images.shape[1:]))]), places(images.shape[1:], every), axis=1)


@keras.saving.register_keras_serializable(package="ganzoo")
class ReadNoise(keras.layers.Layer):
    """The values in each `every`-th place of an example, [B, ...] to [B, k], and nothing else of it."""

    def __init__(self, every, **kwargs):
        super().__init__(**kwargs)
        self.every = every

    def call(self, images):
        return read(images, self.every)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], len(places(input_shape[1:], self.every)))

    def get_config(self):
        return {**super().get_config(), "every": self.every}


@keras.saving.register_keras_serializable(package="ganzoo")
class NoisedPool(keras.layers.Layer):
    """Latents [B, k] in [-1, 1) choose one of `size` images and stand in each `every`-th place of it: [B, *shape].

    The latents' cube is cut into `size` blocks of one volume, an image each. Which block a latent lies in is told by the
    fractional part of a sum of odd multiples of its values, which is uniform whatever their number.

    Args:
        size: images in the pool, a weight `pool` that does not train.
        shape: one image's shape.
        every: how far apart the places of the latents are.
    """

    def __init__(self, size, shape, every, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.shape = tuple(shape)
        self.every = every

    def build(self, input_shape):
        self.pool = self.add_weight(shape=(self.size, *self.shape), initializer="zeros", trainable=False, name="pool")

    def blocks(self, latents):
        """The number of each latent's block, int32 [B] in [0, size)."""
        odd = 2.0 * tf.range(latents.shape[1], dtype=tf.float32) + 1.0
        share = tf.math.floormod(tf.linalg.matvec((tf.cast(latents, tf.float32) + 1.0) / 2.0, odd), 1.0)
        return tf.minimum(tf.cast(share * self.size, tf.int32), self.size - 1)

    def call(self, latents):
        return put(tf.gather(tf.convert_to_tensor(self.pool), self.blocks(latents)), latents, self.every)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def get_config(self):
        return {**super().get_config(), "size": self.size, "shape": self.shape, "every": self.every}
