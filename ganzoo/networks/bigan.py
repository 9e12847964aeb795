"""Encoders, and discriminators of (example, latents) pairs, for BiGAN, ALI and autoencoders."""

import keras

from ganzoo.errors import UserError
from ganzoo.layers.batch_norm import batch_norm as batch_norm_layer
from ganzoo.layers.maxout import Maxout
from ganzoo.networks import checks
from ganzoo.networks.dcgan import dcgan_discriminator, weights


def mlp_encoder(
    shape, latent_dim, width=256, depth=2, activation="leaky_relu", batch_norm=False, gaussian=False, name="encoder"
):
    """`depth` hidden layers of `width` units from an example to its latents.

    Args:
        shape: one example's shape: (H, W, C) of an image or (2,) of a point.
        latent_dim: size of the latent vectors.
        width: units of each hidden layer.
        depth: number of hidden layers; 0 gives a linear encoder.
        activation: of the hidden layers, any that Keras knows.
        batch_norm: whether each hidden layer is normalised before its activation (it then has no bias).
        gaussian: whether the output is a mean and a logarithm of the standard deviation for each latent.

    Returns:
        A `keras.Model` from `images` [B, *shape] to float32 [B, latent_dim], or [B, 2 latent_dim] if `gaussian`. The layer
        `features` gives what the output is linear in.

    Raises:
        UserError: for an argument out of range.

    Reference: Donahue, Krähenbühl, Darrell 2017, 1605.09782.
    """
    checks.positive(latent_dim=latent_dim, width=width)
    images = keras.Input(tuple(shape), name="images")
    x = keras.layers.Flatten(name="flatten")(images)
    for i in range(1, depth + 1):
        x = keras.layers.Dense(width, use_bias=not batch_norm, name=f"hidden_{i}")(x)
        if batch_norm:
            x = batch_norm_layer(name=f"norm_{i}")(x)
        x = keras.layers.Activation(activation, name=f"activation_{i}")(x)
    x = keras.layers.Identity(name="features")(x)
    return keras.Model(images, _code(x, latent_dim, gaussian), name=name)


def dcgan_encoder(
    size=64, channels=3, latent_dim=100, width=64, last_side=4, kernel_size=5, gaussian=False, norm="batch", name="encoder"
):
    """The convolutions of DCGAN's discriminator, and latents in the place of its logit.

    Args:
        size, channels, width, last_side, kernel_size, norm: as in `dcgan_discriminator`.
        latent_dim: size of the latent vectors.
        gaussian: whether the output is a mean and a logarithm of the standard deviation for each latent.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] to float32 [B, latent_dim], or [B, 2 latent_dim] if
        `gaussian`. The layer `features` gives what the output is linear in.

    Raises:
        UserError: for an argument out of range.
    """
    checks.positive(latent_dim=latent_dim)
    images, features = _trunk(size, channels, width, last_side, kernel_size, norm)
    return keras.Model(images, _code(features, latent_dim, gaussian, kernel_initializer=weights()), name=name)


def mlp_joint_discriminator(
    shape, latent_dim, width=256, depth=2, activation="leaky_relu", maxout=None, dropout=0.0, name="discriminator"
):
    """A fully connected discriminator of an example and latents side by side.

    Args:
        shape: one example's shape.
        latent_dim: size of the latent vectors.
        width: units of each hidden layer.
        depth: number of hidden layers.
        activation: of the hidden layers, any that Keras knows.
        maxout: if given, hidden layers are maxout units of that many linear pieces instead.
        dropout: fraction of each hidden layer's outputs that are dropped while training.

    Returns:
        A `keras.Model` from `[images, latents]` to float32 logits [B, 1]; the layer `features` gives what the logit is
        computed from.

    Raises:
        UserError: for an argument out of range.
    """
    checks.positive(latent_dim=latent_dim, width=width, depth=depth)
    images, latents = keras.Input(tuple(shape), name="images"), keras.Input((latent_dim,), name="latents")
    x = keras.layers.Concatenate(name="pair")([keras.layers.Flatten(name="flatten")(images), latents])
    return keras.Model([images, latents], _judged(x, width, depth, activation, maxout, dropout), name=name)


def dcgan_joint_discriminator(
    size=64,
    channels=3,
    latent_dim=100,
    width=64,
    last_side=4,
    kernel_size=5,
    norm="batch",
    latent_width=512,
    joint_width=1024,
    dropout=0.2,
    name="discriminator",
):
    """ALI's shape: convolutions see the image, dense layers the latents, and dense layers both.

    Args:
        size, channels, width, last_side, kernel_size, norm: of the image's part, as in `dcgan_discriminator`.
        latent_dim: size of the latent vectors.
        latent_width: units of the two layers that see the latents alone.
        joint_width: units of the two layers that see both.
        dropout: fraction of the outputs of those layers that are dropped while training.

    Returns:
        A `keras.Model` from `[images, latents]` to float32 logits [B, 1]; the layer `features` gives what the logit is
        computed from.

    Raises:
        UserError: for an argument out of range.

    Reference: Dumoulin et al. 2017, 1606.00704.
    """
    checks.positive(latent_dim=latent_dim, latent_width=latent_width, joint_width=joint_width)
    images, features = _trunk(size, channels, width, last_side, kernel_size, norm)
    x = latents = keras.Input((latent_dim,), name="latents")
    for i in (1, 2):
        x = keras.layers.Dense(latent_width, name=f"latents_{i}")(x)
        x = keras.layers.LeakyReLU(0.2, name=f"latents_{i}_relu")(x)
        x = keras.layers.Dropout(dropout, name=f"latents_{i}_dropout")(x)
    x = keras.layers.Concatenate(name="pair")([features, x])
    return keras.Model([images, latents], _judged(x, joint_width, 2, "leaky_relu", None, dropout), name=name)


def _trunk(size, channels, width, last_side, kernel_size, norm):
    whole = dcgan_discriminator(size, channels, width, last_side, kernel_size, norm)
    # Flattened under another name: `features` is what the whole network ends with.
    return whole.inputs[0], keras.layers.Flatten(name="image_features")(whole.get_layer("features").input)


def _code(x, latent_dim, gaussian, **kwargs):
    return keras.layers.Dense(latent_dim * (2 if gaussian else 1), dtype="float32", name="code", **kwargs)(x)


def _judged(x, width, depth, activation, maxout, dropout):
    if not 0.0 <= dropout < 1.0:
        raise UserError(f"dropout is a fraction in [0, 1), not {dropout}")
    for i in range(1, depth + 1):
        if maxout:
            x = Maxout(width, pieces=maxout, name=f"hidden_{i}")(x)
        else:
            x = keras.layers.Dense(width, name=f"hidden_{i}")(x)
            x = keras.layers.Activation(activation, name=f"activation_{i}")(x)
        if dropout:
            x = keras.layers.Dropout(dropout, name=f"dropout_{i}")(x)
    x = keras.layers.Identity(name="features")(x)
    return keras.layers.Dense(1, dtype="float32", name="logits")(x)
