"""The first conditional GAN's networks for MNIST: the label has a layer of its own beside the latents', or the image's."""

import math

import keras

from ganzoo.layers.maxout import Maxout
from ganzoo.networks import checks
from ganzoo.networks.heads import flat_logits, label_input


def cgan_generator(shape, num_classes, latent_dim=100, latent_width=200, label_width=1000, width=1200, name="generator"):
    """A layer of the latents and a layer of the label, a layer of both, and one unit for each value of an example.

    Args:
        shape: one example's shape, such as (28, 28, 1).
        num_classes: number of labels.
        latent_dim: size of the latent vectors.
        latent_width: units of the latents' own layer.
        label_width: units of the label's own layer.
        width: units of the layer of both.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] and `labels` [B], integers, to float32 examples [B, *shape] in
        [-1, 1].

    Raises:
        UserError: for an argument out of range.

    Reference: Mirza and Osindero 2014, 1411.1784.
    """
    checks.positive(
        num_classes=num_classes, latent_dim=latent_dim, latent_width=latent_width, label_width=label_width, width=width
    )
    latents, labels = keras.Input((latent_dim,), name="latents"), label_input()

    def dense(units, layer, x):
        return keras.layers.Dense(units, activation="relu", name=layer)(x)

    pair = [dense(latent_width, "latents_hidden", latents), dense(label_width, "labels_hidden", _one_hot(labels, num_classes))]
    x = dense(width, "hidden", keras.layers.Concatenate(name="pair")(pair))
    x = keras.layers.Dense(math.prod(shape), name="values")(x)
    x = keras.layers.Reshape(tuple(shape), name="reshape")(x)
    return keras.Model([latents, labels], keras.layers.Activation("tanh", dtype="float32", name="tanh")(x), name=name)


def cgan_discriminator(
    shape, num_classes, image_width=240, label_width=50, width=240, pieces=5, joint_pieces=4, dropout=0.5, name="discriminator"
):
    """A maxout layer of the image and one of the label, one of both, and a logit.

    Args:
        shape: one example's shape.
        num_classes: number of labels.
        image_width: units of the image's own layer.
        label_width: units of the label's own layer.
        width: units of the layer of both.
        pieces: linear pieces of the units of the first two layers.
        joint_pieces: of the units of the layer of both.
        dropout: fraction of each layer's outputs that are dropped while training.

    Returns:
        A `keras.Model` from `images` [B, *shape] and `labels` [B], integers, to float32 logits [B, 1]. The layer `features`
        gives what they are computed from.

    Raises:
        UserError: for an argument out of range.

    Reference: Mirza and Osindero 2014, 1411.1784.
    """
    checks.positive(num_classes=num_classes, image_width=image_width, label_width=label_width, width=width)
    checks.positive(pieces=pieces, joint_pieces=joint_pieces)
    checks.fraction(dropout=dropout)
    images, labels = keras.Input(tuple(shape), name="images"), label_input()

    def maxout(units, pieces, layer, x):
        return keras.layers.Dropout(dropout, name=f"{layer}_dropout")(Maxout(units, pieces, name=layer)(x))

    pair = [
        maxout(image_width, pieces, "images_hidden", keras.layers.Flatten(name="flatten")(images)),
        maxout(label_width, pieces, "labels_hidden", _one_hot(labels, num_classes)),
    ]
    x = maxout(width, joint_pieces, "hidden", keras.layers.Concatenate(name="pair")(pair))
    return keras.Model([images, labels], flat_logits(x, lambda x, name: x), name=name)


def _one_hot(labels, num_classes):
    identity = keras.layers.Embedding(
        num_classes, num_classes, embeddings_initializer="identity", trainable=False, name="one_hot"
    )
    return identity(labels)
