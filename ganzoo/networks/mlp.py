"""Fully connected generator and discriminator: the first GAN's, for small images and for points of the plane."""

import math

import keras

from ganzoo.errors import UserError
from ganzoo.layers.batch_norm import batch_norm as batch_norm_layer
from ganzoo.layers.maxout import Maxout
from ganzoo.networks import checks
from ganzoo.networks.heads import flat_logits, with_labels


def mlp_generator(
    shape,
    latent_dim=100,
    width=256,
    depth=2,
    activation="relu",
    batch_norm=False,
    output="tanh",
    num_classes=None,
    name="generator",
):
    """`depth` hidden layers of `width` units, then one unit for each value of an example.

    Args:
        shape: one example's shape: (H, W, C) of an image or (2,) of a point.
        latent_dim: size of the latent vectors.
        width: units of each hidden layer.
        depth: number of hidden layers; 0 gives a linear generator.
        activation: of the hidden layers, any that Keras knows ("leaky_relu" has slope 0.2).
        batch_norm: whether each hidden layer is normalised before its activation (it then has no bias).
        output: "tanh" for images in [-1, 1], "linear" for points.
        num_classes: if given, the model takes `[latents, labels]` and every layer sees the one-hot label.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] (and `labels` [B], integers) to float32 examples [B, *shape].

    Raises:
        UserError: for an argument out of range.

    Reference: Goodfellow et al. 2014, 1406.2661; with labels Mirza and Osindero 2014, 1411.1784.
    """
    _check(shape, width, depth, num_classes)
    checks.positive(latent_dim=latent_dim)
    checks.one_of(("tanh", "linear"), output=output)
    x = latents = keras.Input((latent_dim,), name="latents")
    inputs, see = with_labels(latents, num_classes)
    for i in range(1, depth + 1):
        x = keras.layers.Dense(width, use_bias=not batch_norm, name=f"hidden_{i}")(see(x, f"labels_{i}"))
        if batch_norm:
            x = batch_norm_layer(name=f"norm_{i}")(x)
        x = keras.layers.Activation(activation, name=f"activation_{i}")(x)
    x = keras.layers.Dense(math.prod(shape), name="values")(see(x, "labels_out"))
    x = keras.layers.Reshape(tuple(shape), name="reshape")(x)
    return keras.Model(inputs, keras.layers.Activation(output, dtype="float32", name=output)(x), name=name)


def mlp_discriminator(
    shape,
    width=256,
    depth=2,
    activation="leaky_relu",
    maxout=None,
    dropout=0.0,
    noise=0.0,
    minibatch_discrimination=False,
    outputs=1,
    num_classes=None,
    name="discriminator",
):
    """`depth` hidden layers of `width` units and a logit.

    Args:
        shape: one example's shape: (H, W, C) of an image or (2,) of a point.
        width: units of each hidden layer, a number or a tuple of each layer's.
        depth: number of hidden layers; 0 gives a linear discriminator. Where `width` is a tuple, its length counts.
        activation: of the hidden layers, any that Keras knows ("leaky_relu" has slope 0.2).
        maxout: if given, hidden layers are maxout units of that many linear pieces instead (the first GAN had 5).
        dropout: fraction of each hidden layer's outputs that are dropped while training.
        noise: standard deviation of the Gaussian noise that is added to each hidden layer's outputs while training.
        minibatch_discrimination: whether the logit also sees how close an example is to the others of its batch.
        outputs: number of logits: the classes of a semi-supervised GAN, else 1.
        num_classes: if given, the model takes `[images, labels]` and every layer sees the one-hot label.

    Returns:
        A `keras.Model` from `images` [B, *shape] (and `labels` [B], integers) to float32 logits [B, outputs]. The
        layer `features` gives what they are computed from.

    Raises:
        UserError: for an argument out of range.

    Reference: Goodfellow et al. 2014, 1406.2661; with labels Mirza and Osindero 2014, 1411.1784.
    """
    given = list(width) if isinstance(width, list | tuple) else None
    for units in given or [width]:
        _check(shape, units, depth, num_classes)
    if maxout is not None:
        checks.positive(maxout=maxout)
    checks.positive(outputs=outputs)
    checks.fraction(dropout=dropout)
    if not noise >= 0:
        raise UserError(f"noise is a standard deviation, 0 or more, not {noise!r}")
    images = keras.Input(tuple(shape), name="images")
    inputs, see = with_labels(images, num_classes)
    x = keras.layers.Flatten(name="flatten")(images)
    for i, units in enumerate(given or [width] * depth, 1):
        x = see(x, f"labels_{i}")
        if maxout:
            x = Maxout(units, pieces=maxout, name=f"hidden_{i}")(x)
        else:
            x = keras.layers.Dense(units, name=f"hidden_{i}")(x)
            x = keras.layers.Activation(activation, name=f"activation_{i}")(x)
        if dropout:
            x = keras.layers.Dropout(dropout, name=f"dropout_{i}")(x)
        if noise:
            x = keras.layers.GaussianNoise(noise, name=f"noise_{i}")(x)
    return keras.Model(inputs, flat_logits(x, see, minibatch_discrimination, outputs=outputs), name=name)


def _check(shape, width, depth, num_classes):
    for axis in shape:
        checks.positive(**{"each axis of shape": axis})
    checks.positive(width=width, **({} if num_classes is None else {"num_classes": num_classes}))
    if not isinstance(depth, int) or depth < 0:
        raise UserError(f"depth must be the number of hidden layers, 0 or more, not {depth!r}")
