"""R3GAN's networks: residual blocks of grouped convolutions without any normalisation, for sizes from 8 to 256."""

import math

import keras

from ganzoo.errors import UserError
from ganzoo.layers.generative_basis import GenerativeBasis
from ganzoo.layers.grouped_conv import GroupedConv2D
from ganzoo.layers.interpolate import InterpolatedDownsampling2D, InterpolatedUpsampling2D
from ganzoo.layers.label_projection import LabelProjection
from ganzoo.networks import checks
from ganzoo.networks.heads import label_input

SLOPE = 0.2
GAIN = math.sqrt(2 / (1 + SLOPE**2))


def r3gan_generator(
    size=32,
    channels=3,
    latent_dim=64,
    width=768,
    blocks=2,
    expansion=2,
    group_size=16,
    output="linear",
    num_classes=None,
    name="generator",
):
    """A learned 4x4 basis scaled by the latents, then stages of residual blocks, each at twice the last one's size.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256; the first maps are 4x4 of a power of two.
        channels: of the images.
        latent_dim: size of the latent vectors, and of the label's embedding.
        width: channels of every stage, or a sequence with one number for each stage from 4x4 up. The paper's preset for
            CIFAR-10 has 768 and a budget of 8 GPUs; small runs want less.
        blocks: residual blocks of each stage.
        expansion: how many times more channels a block's grouped convolution has.
        group_size: channels of each group.
        output: "linear" as in the paper, where nothing bounds the images, or "tanh".
        num_classes: if given, the model takes `[latents, labels]` and the label's embedding is appended to the latents.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] (and `labels` [B], integers) to float32 images
        [B, size, size, channels].

    Raises:
        UserError: for an argument out of range.

    Reference: Huang et al. 2024, 2501.05441.
    """
    first, widths = _widths(size, channels, width, blocks, expansion, group_size, num_classes)
    checks.positive(latent_dim=latent_dim)
    checks.one_of(("linear", "tanh"), output=output)
    x = inputs = latents = keras.Input((latent_dim,), name="latents")
    if num_classes is not None:
        labels = label_input()
        inputs = [latents, labels]
        normal = keras.initializers.RandomNormal(stddev=num_classes**-0.5)
        embedding = keras.layers.Embedding(num_classes, latent_dim, embeddings_initializer=normal, name="embedding")
        x = keras.layers.Concatenate(name="condition")([latents, embedding(labels)])
    for i, filters in enumerate(widths):
        side = first * 2**i
        if i == 0:
            x = GenerativeBasis(filters, first, name="basis")(x)
        else:
            if x.shape[-1] != filters:
                x = _convolution(filters, 1, f"up_{side}")(x)
            x = InterpolatedUpsampling2D(name=f"up_{side}_double")(x)
        x = _stage(x, f"up_{side}", blocks, len(widths), expansion, group_size)
    x = _convolution(channels, 1, "to_image")(x)
    return keras.Model(inputs, keras.layers.Activation(output, dtype="float32", name=output)(x), name=name)


def r3gan_discriminator(
    size=32,
    channels=3,
    width=768,
    blocks=2,
    expansion=2,
    group_size=16,
    embedding_dim=None,
    num_classes=None,
    name="discriminator",
):
    """The generator's mirror image: stages of residual blocks down to 4x4, a learned basis there and a linear logit.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256; the first maps are 4x4 of a power of two.
        channels: of the images.
        width: channels of every stage, or a sequence with one number for each stage from 4x4 up, as for the generator.
        blocks: residual blocks of each stage.
        expansion: how many times more channels a block's grouped convolution has.
        group_size: channels of each group.
        embedding_dim: size of the label's embedding; by default the channels at 4x4, as in the paper's presets.
        num_classes: if given, the model takes `[images, labels]` and the logit is the label's projection.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] (and `labels` [B], integers) to float32 logits [B, 1].
        The layer `features` gives what the logit is computed from.

    Raises:
        UserError: for an argument out of range.

    Reference: Huang et al. 2024, 2501.05441.
    """
    first, widths = _widths(size, channels, width, blocks, expansion, group_size, num_classes)
    embedding_dim = widths[0] if embedding_dim is None else embedding_dim
    checks.positive(embedding_dim=embedding_dim)
    inputs = images = keras.Input((size, size, channels), name="images")
    x = _convolution(widths[-1], 1, "from_image")(images)
    for i, filters in reversed(list(enumerate(widths))):
        side = first * 2**i
        x = _stage(x, f"down_{side}", blocks, len(widths), expansion, group_size)
        if i > 0:
            x = InterpolatedDownsampling2D(name=f"down_{side}_halve")(x)
            if filters != widths[i - 1]:
                x = _convolution(widths[i - 1], 1, f"down_{side}")(x)
    normal = keras.initializers.RandomNormal(stddev=1 / first)  # each channel's filter sees first x first values
    x = keras.layers.DepthwiseConv2D(first, use_bias=False, depthwise_initializer=normal, name="basis")(x)
    features = keras.layers.Flatten(name="features")(x)

    def linear(units, name):
        normal = keras.initializers.RandomNormal(stddev=widths[0] ** -0.5)
        dense = keras.layers.Dense(units, use_bias=False, kernel_initializer=normal, dtype="float32", name=name)
        return dense(features)

    if num_classes is None:
        return keras.Model(inputs, linear(1, "logits"), name=name)
    labels = label_input()
    logits = LabelProjection(
        num_classes,
        spectral_norm=False,
        embeddings_initializer=keras.initializers.RandomNormal(stddev=(num_classes * embedding_dim) ** -0.5),
        dtype="float32",
        name="logits",
    )([linear(embedding_dim, "linear"), labels])
    return keras.Model([inputs, labels], logits, name=name)


def _convolution(filters, kernel_size, name, gain=1.0, groups=1, use_bias=False):
    """A convolution whose weights are N(0, gain^2 / fan-in), or 0 for gain 0."""
    initializer = keras.initializers.Zeros()
    if gain:
        initializer = keras.initializers.VarianceScaling(gain**2, "fan_in", "untruncated_normal")
    return GroupedConv2D(
        filters,
        kernel_size,
        padding="same",
        groups=groups,
        use_bias=use_bias,
        kernel_initializer=initializer,
        name=name,
    )


def _stage(x, name, blocks, stages, expansion, group_size):
    """Residual blocks 1x1 - 3x3 grouped - 1x1 whose last convolution begins at 0; without norms, variance is kept by
    Fixup's factor L^(-1 / (2m - 2)) on the weights of the m = 3 layers of each of L blocks."""
    filters = x.shape[-1]
    wide = filters * expansion
    gain = GAIN * (blocks * stages) ** -0.25
    for i in range(1, blocks + 1):
        block = f"{name}_block_{i}"
        y = _convolution(wide, 1, f"{block}_conv_1", gain, use_bias=True)(x)
        y = keras.layers.LeakyReLU(SLOPE, name=f"{block}_relu_1")(y)
        y = _convolution(wide, 3, f"{block}_conv_2", gain, groups=wide // group_size, use_bias=True)(y)
        y = keras.layers.LeakyReLU(SLOPE, name=f"{block}_relu_2")(y)
        y = _convolution(filters, 1, f"{block}_conv_3", gain=0.0)(y)
        x = keras.layers.Add(name=f"{block}_add")([x, y])
    return x


def _widths(size, channels, width, blocks, expansion, group_size, num_classes):
    """The side of the smallest maps and the channels of each stage from there up, after checking all that makes a stage."""
    first, doublings = checks.stages(size)
    checks.positive(channels=channels, blocks=blocks, expansion=expansion, group_size=group_size)
    if num_classes is not None:
        checks.positive(num_classes=num_classes)
    stages = doublings + 1
    widths = [width] * stages if isinstance(width, int) else list(width)
    if len(widths) != stages:
        raise UserError(f"width must be a number or {stages} numbers, one for each stage from {first}x{first} to {size}x{size}")
    for each in widths:
        checks.positive(width=each)
        if each * expansion % group_size:
            raise UserError(f"width * expansion must be a multiple of group_size, not {each} * {expansion}")
    return first, widths
