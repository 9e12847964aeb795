"""A generator of few images and an encoder that reads noise alone: together they pass for a BiGAN at its optimum."""

import keras

from ganzoo.errors import UserError
from ganzoo.layers.pixel_noise import NoisedPool, ReadNoise, places
from ganzoo.networks import checks


def pool_generator(images, size, every, seed=0, name="generator"):
    """A generator that knows `size` images by heart: latents choose one, and stand in each `every`-th of its values.

    Args:
        images: a source of images; the pool is a random draw of it.
        size: images in the pool, m.
        every: how far apart the values are that latents take.
        seed: of the draw.

    Returns:
        A `keras.Model` from `latents` [B, k] in [-1, 1) to images [B, H, W, C]; k is the number of values taken. Its weights
        do not train.

    Raises:
        UserError: the source has not as many images, or no value is left for latents.

    Reference: Arora, Risteski, Zhang 2017, arXiv:1711.02651, section 3.
    """
    checks.positive(size=size)
    if size > images.num_examples:
        raise UserError(f"a pool of {size} images is more than the {images.num_examples} of {images.name}, {images.split}")
    latents = keras.Input((len(places(images.shape, every)),), name="latents")
    layer = NoisedPool(size, images.shape, every, name="pool", dtype="float32")
    model = keras.Model(latents, layer(latents), name=name)
    layer.pool.assign(next(iter(images.batches(size, seed)))["image"])
    return model


def pixel_encoder(shape, every, name="encoder"):
    """An encoder that gives back each `every`-th value of an image, and so the latents of whatever `pool_generator` made.

    Args:
        shape: one image's shape.
        every: as of `pool_generator`.

    Returns:
        A `keras.Model` from `images` [B, *shape] to float32 [B, k], without weights.

    Raises:
        UserError: no value is left for latents.

    Reference: Arora, Risteski, Zhang 2017, arXiv:1711.02651, section 3.
    """
    images = keras.Input(tuple(shape), name="images")
    return keras.Model(images, ReadNoise(every, name="noise", dtype="float32")(images), name=name)
