"""BiGAN's fully connected networks for MNIST: 1,024 units twice, normalised once, and latents that come in again midway."""

import math

import keras

from ganzoo.layers.batch_norm import batch_norm
from ganzoo.networks import checks
from ganzoo.networks.dcgan import weights


def bigan_mlp_generator(shape=(28, 28, 1), latent_dim=50, width=1024, name="generator"):
    """Two layers of batch norm and ReLU, of which the second sees the latents again, and the image's values.

    The last layer's values are logits: their sigmoid, scaled to [-1, 1], is the image. No layer has a bias, batch norm no
    gain and no bias.

    Args:
        shape: one image's shape.
        latent_dim: size of the latent vectors.
        width: units of each hidden layer.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] to float32 images [B, *shape] in [-1, 1].

    Raises:
        UserError: for an argument out of range.

    Reference: Donahue, Krähenbühl, Darrell 2017, 1605.09782, and their code.
    """
    _check(shape, latent_dim, width)
    latents = keras.Input((latent_dim,), name="latents")
    x = keras.layers.ReLU(name="relu_1")(_normalised(_dense(latents, width, "hidden_1"), 1))
    x = keras.layers.Add(name="latents_again")([_dense(x, width, "hidden_2"), _dense(latents, width, "latents_2")])
    x = keras.layers.ReLU(name="relu_2")(_normalised(x, 2))
    x = keras.layers.Reshape(tuple(shape), name="reshape")(_dense(x, math.prod(shape), "logits"))
    x = keras.layers.Activation("sigmoid", dtype="float32", name="sigmoid")(x)
    return keras.Model(latents, keras.layers.Rescaling(2.0, -1.0, dtype="float32", name="scale")(x), name=name)


def bigan_mlp_encoder(shape=(28, 28, 1), latent_dim=50, width=1024, name="encoder"):
    """Two layers of leaky ReLU, the second with batch norm, and latents.

    Args:
        shape, latent_dim, width: as in `bigan_mlp_generator`.

    Returns:
        A `keras.Model` from `images` [B, *shape] to float32 [B, latent_dim]. The layer `features` gives what the output is
        linear in.

    Raises:
        UserError: for an argument out of range.

    Reference: Donahue, Krähenbühl, Darrell 2017, 1605.09782, and their code.
    """
    _check(shape, latent_dim, width)
    images = keras.Input(tuple(shape), name="images")
    x = _normalised(_dense(_first(images, width), width, "hidden_2"), 2)
    x = keras.layers.LeakyReLU(0.2, name="features")(x)
    return keras.Model(images, _dense(x, latent_dim, "code", dtype="float32"), name=name)


def bigan_mlp_discriminator(shape=(28, 28, 1), latent_dim=50, width=1024, name="discriminator"):
    """The encoder's layers, of which the second sees the latents too, and a logit.

    Args:
        shape, latent_dim, width: as in `bigan_mlp_generator`.

    Returns:
        A `keras.Model` from `[images, latents]` to float32 logits [B, 1]; the layer `features` gives what the logit is
        computed from.

    Raises:
        UserError: for an argument out of range.

    Reference: Donahue, Krähenbühl, Darrell 2017, 1605.09782, and their code.
    """
    _check(shape, latent_dim, width)
    images, latents = keras.Input(tuple(shape), name="images"), keras.Input((latent_dim,), name="latents")
    x = _dense(_first(images, width), width, "hidden_2")
    x = keras.layers.Add(name="pair")([x, _dense(latents, width, "latents_2")])
    x = keras.layers.LeakyReLU(0.2, name="features")(_normalised(x, 2))
    return keras.Model([images, latents], _dense(x, 1, "logits", dtype="float32"), name=name)


def _first(images, width):
    x = _dense(keras.layers.Flatten(name="flatten")(images), width, "hidden_1")
    return keras.layers.LeakyReLU(0.2, name="relu_1")(x)


def _dense(x, units, name, **kwargs):
    return keras.layers.Dense(units, use_bias=False, kernel_initializer=weights(), name=name, **kwargs)(x)


def _normalised(x, number):
    return batch_norm(name=f"norm_{number}", center=False, scale=False)(x)


def _check(shape, latent_dim, width):
    for axis in shape:
        checks.positive(**{"each axis of shape": axis})
    checks.positive(latent_dim=latent_dim, width=width)
