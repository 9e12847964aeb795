"""Stacked GAN's networks: an encoder that classifies, and a generator with its discriminator for each of its levels.

Kernels are N(0, 0.02) as the authors', but Glorot's where no batch norm sets the scale right: there the authors'
discriminators take hundreds of steps to say anything, while the generators learn to fool the encoder.
"""

import math

import keras
from keras import ops

from ganzoo.layers.batch_norm import batch_norm
from ganzoo.layers.convolution import Conv2D, Conv2DTranspose
from ganzoo.networks import checks
from ganzoo.networks.dcgan import weights
from ganzoo.networks.heads import label_input


def stacked_encoder(size=32, channels=3, width=64, feature_dim=256, num_classes=10, dropout=0.0, name="encoder"):
    """Two 5x5 convolutions, each with a ReLU and 2x2 max-pooling, a dense ReLU layer h1, and the classes' logits.

    At size 8, where no 5x5 stages fit, the convolutions are 3x3 and padded.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        width: channels of the first convolution; the second has twice as many.
        feature_dim: size of h1, which is taken after its ReLU.
        num_classes: number of labels.
        dropout: fraction of h1 that the logits do not see while the encoder trains; the authors had none.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] to a dict of float32 tensors: `features`, which are h1,
        [B, feature_dim], and `classes`, logits [B, num_classes]. Its layer `classes` maps h1 to the logits.

    Raises:
        UserError: for an argument out of range.

    Reference: Huang et al. 2017, 1612.04357.
    """
    checks.stages(size)
    checks.positive(channels=channels, width=width, feature_dim=feature_dim, num_classes=num_classes)
    checks.fraction(dropout=dropout)
    kernel_size, padding = (5, "valid") if size >= 16 else (3, "same")
    x = images = keras.Input((size, size, channels), name="images")
    for i, filters in enumerate((width, 2 * width), 1):
        x = Conv2D(filters, kernel_size, padding=padding, activation="relu", name=f"conv_{i}")(x)
        x = keras.layers.MaxPooling2D(name=f"pool_{i}")(x)
    x = keras.layers.Dense(feature_dim, name="dense")(keras.layers.Flatten(name="flatten")(x))
    x = features = keras.layers.ReLU(dtype="float32", name="features")(x)
    if dropout:
        x = keras.layers.Dropout(dropout, dtype="float32", name="dropout")(x)
    classes = keras.layers.Dense(num_classes, dtype="float32", name="classes")(x)
    return keras.Model(images, {"features": features, "classes": classes}, name=name)


def stacked_generator_1(feature_dim=256, latent_dim=50, num_classes=10, width=512, name="generator_1"):
    """The upper generator: dense embeddings of latents and label, two dense layers, and h1 after a ReLU.

    Every layer but the last is normalised.

    Args:
        feature_dim: size of h1.
        latent_dim: size of the latents z1.
        num_classes: number of labels.
        width: units of the dense layers; the latents' embedding has half as many.

    Returns:
        A `keras.Model` from `[latents, labels]`, [B, latent_dim] and integers [B], to float32 h1 [B, feature_dim].

    Raises:
        UserError: for an argument out of range.

    Reference: Huang et al. 2017, 1612.04357.
    """
    checks.positive(feature_dim=feature_dim, latent_dim=latent_dim, num_classes=num_classes, width=width)
    latents, labels = keras.Input((latent_dim,), name="latents"), label_input()
    y = keras.layers.Embedding(num_classes, width, embeddings_initializer=weights(), name="labels_dense")(labels)
    z = _dense(latents, max(width // 2, 1), "latents_dense")
    x = keras.layers.Concatenate(name="both")([z, _normalised(y, "labels_dense")])
    for i in (1, 2):
        x = _dense(x, width, f"dense_{i}")
    x = keras.layers.Dense(feature_dim, kernel_initializer=weights(), name="to_features")(x)
    return keras.Model([latents, labels], keras.layers.ReLU(dtype="float32", name="features")(x), name=name)


def stacked_generator_0(
    size=32,
    channels=3,
    feature_dim=256,
    latent_dim=16,
    width=64,
    embedding=128,
    kernel_size=5,
    first_side=None,
    name="generator_0",
):
    """The lower generator: embedded latents beside h1, a projection to small maps, transposed convolutions that double.

    The authors' maps have sides 5, 10, 14, 28, 32 and 256, 256, 128, 128 channels; these double from `first_side` and
    halve their channels, which suits any size.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        feature_dim: size of h1.
        latent_dim: size of the latents z0.
        width: channels at half the final resolution.
        embedding: units of the two dense layers that z0 passes first.
        kernel_size: of the transposed convolutions.
        first_side: height and width of the first maps, `size` halved some times; by default to 4 or as little above it as can
            be: 4 of powers of two, 7 of 28, 6 of 48 and 96.

    Returns:
        A `keras.Model` from `[features, latents]`, h1 [B, feature_dim] and [B, latent_dim], to float32 images
        [B, size, size, channels] in [-1, 1].

    Raises:
        UserError: for an argument out of range.

    Reference: Huang et al. 2017, 1612.04357.
    """
    smallest = checks.stages(size)[0]
    checks.positive(
        channels=channels,
        feature_dim=feature_dim,
        latent_dim=latent_dim,
        width=width,
        embedding=embedding,
        kernel_size=kernel_size,
    )
    first_side = smallest if first_side is None else first_side
    checks.one_of(
        [size // 2**n for n in range(size.bit_length(), 0, -1) if size % 2**n == 0 and size > 2**n], first_side=first_side
    )
    features, latents = keras.Input((feature_dim,), name="features"), keras.Input((latent_dim,), name="latents")
    z = _dense(_dense(latents, embedding, "latents_dense_1"), embedding, "latents_dense_2")
    x = keras.layers.Concatenate(name="both")([features, z])
    filters, side = width * size // (2 * first_side), first_side
    x = _dense(x, side**2 * filters, f"up_{side}")
    x = keras.layers.Reshape((side, side, filters), name="reshape")(x)
    while side < size:
        side, filters = 2 * side, filters // 2
        last = side == size
        up = Conv2DTranspose(
            channels if last else filters,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=last,
            kernel_initializer=weights(),
            name=f"up_{side}",
        )
        x = up(x)
        if not last:
            x = keras.layers.ReLU(name=f"up_{side}_relu")(batch_norm(name=f"up_{side}_norm")(x))
    images = keras.layers.Activation("tanh", dtype="float32", name="tanh")(x)
    return keras.Model([features, latents], images, name=name)


def stacked_discriminator_1(feature_dim=256, latent_dim=50, num_classes=None, width=512, norm="batch", name="discriminator_1"):
    """The upper discriminator, of h1: two dense layers, and on them the logit and Q's guess of z1.

    Args:
        feature_dim: size of h1.
        latent_dim: size of the latents z1.
        num_classes: if given, a logit l_k for each label; the one for "real" is then log sum exp l_k, as in the
            authors' CIFAR code, so that D = Z / (Z + 1) with Z = sum exp l_k.
        width: units of the dense layers.
        norm: of the second dense layer: "batch", as the authors'; "layer"; "none". Batch norm takes the statistics of real
            and of generated h1 apart, so that the logit hardly sees where the means of the two lie.

    Returns:
        A `keras.Model` from `features` [B, feature_dim] to a dict of float32 tensors: `logits` [B, 1], `codes`
        [B, latent_dim] and, with `num_classes`, `classes` [B, num_classes].

    Raises:
        UserError: for an argument out of range.

    Reference: Huang et al. 2017, 1612.04357; the classes' logits Salimans et al. 2016, 1606.03498.
    """
    checks.positive(feature_dim=feature_dim, latent_dim=latent_dim, width=width)
    checks.one_of(("batch", "layer", "none"), norm=norm)
    x = features = keras.Input((feature_dim,), name="features")
    x = keras.layers.Dense(width, name="dense_1")(x)
    x = keras.layers.LeakyReLU(0.2, name="dense_1_relu")(x)
    if norm == "batch":
        x = _dense(x, width, "dense_2", leaky=True)
    else:
        x = keras.layers.Dense(width, use_bias=norm == "none", name="dense_2")(x)
        if norm == "layer":
            x = keras.layers.LayerNormalization(name="dense_2_norm")(x)
        x = keras.layers.LeakyReLU(0.2, name="dense_2_relu")(x)
    return keras.Model(features, _heads(x, x, latent_dim, num_classes), name=name)


def stacked_discriminator_0(
    size=32, channels=3, latent_dim=16, num_classes=None, width=96, norm="batch", dropout=0.1, name="discriminator_0"
):
    """The lower discriminator, of images: 3x3 convolutions, two of which halve, and on them the logit and Q's guess of z0.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        latent_dim: size of the latents z0.
        num_classes: as of `stacked_discriminator_1`.
        width: channels at full and half resolution; after that twice as many.
        norm: of all convolutions but the first and the last: "batch", as the authors'; "layer", over height, width and
            channels with a gain for each channel; "none". Batch norm takes the statistics of real and of generated
            images apart, and the logit sees means over positions alone: what tells the two batches apart at a glance is
            lost on it, and it learns far more slowly than with "layer".
        dropout: fraction of a map's values that are dropped after each halving; the authors dropped 0.1 in the lower
            stack's own training and 0.3 in the joint one.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] to a dict as of `stacked_discriminator_1`.

    Raises:
        UserError: for an argument out of range.

    Reference: Huang et al. 2017, 1612.04357; the classes' logits Salimans et al. 2016, 1606.03498.
    """
    checks.stages(size)
    checks.positive(channels=channels, latent_dim=latent_dim, width=width)
    checks.fraction(dropout=dropout)
    checks.one_of(("batch", "layer", "none"), norm=norm)

    def convolved(x, filters, name, strides=1, padding="same", kernel_size=3, normalised=norm != "none"):
        x = Conv2D(
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            use_bias=not normalised,
            kernel_initializer=weights() if normalised else keras.initializers.GlorotUniform(),
            name=name,
        )(x)
        if normalised and norm == "batch":
            x = batch_norm(name=f"{name}_norm")(x)
        elif normalised:
            x = keras.layers.GroupNormalization(groups=1, epsilon=1e-5, name=f"{name}_norm")(x)
        return keras.layers.LeakyReLU(0.2, name=f"{name}_relu")(x)

    x = images = keras.Input((size, size, channels), name="images")
    x = convolved(x, width, "conv_1", normalised=False)
    for i, filters in ((2, width), (4, 2 * width)):
        if i > 2:
            x = convolved(x, filters, f"conv_{i - 1}")
        x = convolved(x, filters, f"conv_{i}", strides=2)
        if dropout:
            x = keras.layers.Dropout(dropout, name=f"conv_{i}_dropout")(x)
    x = convolved(x, 2 * width, "conv_5", padding="valid" if size >= 16 else "same")
    x = convolved(x, 2 * width, "conv_6", kernel_size=1, normalised=False)
    pooled = keras.layers.GlobalAveragePooling2D(dtype="float32", name="pooled")(x)
    flat = keras.layers.Flatten(name="flatten")(x)
    return keras.Model(images, _heads(pooled, flat, latent_dim, num_classes), name=name)


def _heads(seen_by_logits, seen_by_codes, latent_dim, num_classes):
    """A discriminator's outputs: the logit and Q's guess, both on the same trunk."""
    if num_classes is None:
        outputs = {"logits": keras.layers.Dense(1, dtype="float32", name="logits")(seen_by_logits)}
    else:
        checks.positive(num_classes=num_classes)
        undecided = keras.initializers.Constant(-math.log(num_classes))  # D = 1/2: log sum exp is 0
        classes = keras.layers.Dense(num_classes, bias_initializer=undecided, dtype="float32", name="classes")(seen_by_logits)
        outputs = {"logits": ops.logsumexp(classes, axis=-1, keepdims=True), "classes": classes}
    return {**outputs, "codes": keras.layers.Dense(latent_dim, dtype="float32", name="codes")(seen_by_codes)}


def _dense(x, units, name, leaky=False):
    """A dense layer, normalised before its ReLU."""
    x = keras.layers.Dense(units, use_bias=False, kernel_initializer=weights(), name=name)(x)
    return _normalised(x, name, leaky)


def _normalised(x, name, leaky=False):
    x = batch_norm(name=f"{name}_norm")(x)
    relu = keras.layers.LeakyReLU(0.2, name=f"{name}_relu") if leaky else keras.layers.ReLU(name=f"{name}_relu")
    return relu(x)
