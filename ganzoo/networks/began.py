"""BEGAN's networks: a decoder, and an autoencoder whose second half is the same decoder."""

import keras

from ganzoo.errors import UserError
from ganzoo.layers.convolution import Conv2D
from ganzoo.networks import checks


def began_generator(size=64, channels=3, latent_dim=64, width=128, first_side=None, skips=False, name="generator"):
    """A projection to 8x8 maps, then two 3x3 convolutions with ELU for each size and nearest-neighbour doubling between.

    No normalisation, no transposed convolution, and an output that nothing bounds.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        latent_dim: size of the latent vectors.
        width: channels of every map, the paper's n.
        first_side: height and width of the first maps, `size` halved some times; 8 by default, or the next above it.
        skips: whether every doubled map is joined with the first maps, enlarged, as the paper does for its larger images.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] to float32 images [B, size, size, channels].

    Raises:
        UserError: for an argument out of range.

    Reference: Berthelot, Schumm and Metz 2017, 1703.10717.
    """
    first_side = _checked(size, channels, width, first_side)
    checks.positive(latent_dim=latent_dim)
    latents = keras.Input((latent_dim,), name="latents")
    return keras.Model(latents, _decoded(latents, size, channels, width, first_side, skips, "up"), name=name)


def began_discriminator(size=64, channels=3, code_dim=64, width=128, first_side=None, skips=False, name="discriminator"):
    """An autoencoder: convolutions whose channels grow by `width` at every halving, a linear code, and the decoder.

    Each size has two 3x3 convolutions with ELU, then one of stride 2.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        code_dim: size of the code, the paper's N_h, as large as its latents.
        width: channels of the first convolutions and of every map of the decoder.
        first_side: height and width of the smallest maps, as of the generator.
        skips: as of the generator.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] to float32 reconstructions of the same shape. The layer
        `code` gives the code [B, code_dim].

    Raises:
        UserError: for an argument out of range.

    Reference: Berthelot, Schumm and Metz 2017, 1703.10717.
    """
    first_side = _checked(size, channels, width, first_side)
    checks.positive(code_dim=code_dim)
    images = keras.Input((size, size, channels), name="images")
    x = _convolution(width, "from_image")(images)
    side, filters = size, width
    while True:
        for i in (1, 2):
            x = _convolution(filters, f"down_{side}_conv_{i}")(x)
        if side == first_side:
            break
        x = _convolution(filters, f"down_{side}_halve", strides=2)(x)
        side, filters = side // 2, filters + width
    code = keras.layers.Dense(code_dim, name="code")(keras.layers.Flatten(name="flatten")(x))
    return keras.Model(images, _decoded(code, size, channels, width, first_side, skips, "up"), name=name)


def _decoded(code, size, channels, width, first_side, skips, name):
    x = keras.layers.Dense(first_side**2 * width, name=f"{name}_{first_side}")(code)
    x = first = keras.layers.Reshape((first_side, first_side, width), name=f"{name}_reshape")(x)
    side = first_side
    while True:
        for i in (1, 2):
            x = _convolution(width, f"{name}_{side}_conv_{i}")(x)
        if side == size:
            break
        side *= 2
        x = keras.layers.UpSampling2D(2, name=f"{name}_{side}_double")(x)
        if skips:
            enlarged = keras.layers.UpSampling2D(side // first_side, name=f"{name}_{side}_enlarge")(first)
            x = keras.layers.Concatenate(name=f"{name}_{side}_skip")([x, enlarged])
    x = _convolution(channels, "to_image", activation=None)(x)
    return keras.layers.Activation("linear", dtype="float32", name="linear")(x)


def _convolution(filters, name, strides=1, activation="elu"):
    return Conv2D(filters, 3, strides, "same", activation=activation, name=name)


def _checked(size, channels, width, first_side):
    """The side of the smallest maps, after checking what it goes with."""
    checks.stages(size)
    checks.positive(channels=channels, width=width)
    sides = [size]
    while sides[-1] % 2 == 0:
        sides.append(sides[-1] // 2)
    if first_side is None:
        return min(side for side in sides if side >= 8)
    if first_side not in sides:
        halves = ", ".join(map(str, sides))
        raise UserError(f"first_side must be {size} halved some times, one of {halves}, not {first_side!r}")
    return first_side
