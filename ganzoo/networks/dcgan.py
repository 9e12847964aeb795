"""DCGAN: all-convolutional generator and discriminator for any power-of-two size from 8 to 128."""

import keras

from ganzoo.errors import UserError
from ganzoo.layers.batch_norm import batch_norm
from ganzoo.layers.convolution import Conv2D, Conv2DTranspose
from ganzoo.layers.spectral_norm import SpectralNormConv2D, SpectralNormDense
from ganzoo.layers.virtual_batch_norm import DropReference, PrependReference, VirtualBatchNorm
from ganzoo.networks import checks
from ganzoo.networks.heads import flat_logits, with_labels

NORMS = ("batch", "layer", "none", "spectral")


def weights():
    """Initialiser of every kernel, N(0, 0.02); a new one each time, since an unseeded one repeats itself."""
    return keras.initializers.RandomNormal(stddev=0.02)


def gain():
    """Initialiser of batch norm's gain, N(1, 0.02)."""
    return keras.initializers.RandomNormal(mean=1.0, stddev=0.02)


def dcgan_generator(
    size=64,
    channels=3,
    latent_dim=100,
    width=64,
    first_side=4,
    kernel_size=5,
    norm="batch",
    reference_size=64,
    use_bias=False,
    num_classes=None,
    name="generator",
):
    """A projection to 4x4 maps with width * size / 8 channels, then stride-2 transposed convolutions that halve them.

    Args:
        size: height and width of the images, a power of two from 8 to 128.
        channels: of the images.
        latent_dim: size of the latent vectors.
        width: channels at half the final resolution: 64 at size 64 starts with 512 channels at 4x4.
        first_side: height and width of the first maps, a power of two: 2 gives images of 8x8 a second stage.
        kernel_size: of the transposed convolutions.
        norm: before every ReLU: "batch"; "virtual", by a fixed batch of latents, which only an unconditional generator
            can have; "none".
        reference_size: number of those fixed latents.
        use_bias: whether layers before a normalisation have a bias too: idle, but in some papers' counts of parameters.
        num_classes: if given, the model takes `[latents, labels]` and every layer sees the label's one-hot maps.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] (and `labels` [B], integers) to float32 images
        [B, size, size, channels] in [-1, 1].

    Raises:
        UserError: for an argument out of range.

    Reference: Radford, Metz and Chintala 2015, 1511.06434.
    """
    _check(size, channels, width, first_side, kernel_size, num_classes)
    checks.positive(latent_dim=latent_dim, reference_size=reference_size)
    checks.one_of(("batch", "virtual", "none"), norm=norm)
    virtual = norm == "virtual"
    if virtual and num_classes is not None:
        raise UserError('norm="virtual" has no labels for its reference: leave num_classes out or use norm="batch"')
    use_bias = use_bias or norm == "none"
    latents = keras.Input((latent_dim,), name="latents")
    inputs, see = with_labels(latents, num_classes)

    def normalised(x, stage):
        if virtual:
            x = VirtualBatchNorm(reference_size, gamma_initializer=gain(), name=f"{stage}_norm")(x)
        elif norm == "batch":
            x = batch_norm(name=f"{stage}_norm", gamma_initializer=gain())(x)
        return keras.layers.ReLU(name=f"{stage}_relu")(x)

    filters = width * size // (2 * first_side)
    x = see(latents, f"labels_{first_side}")
    if virtual:
        x = PrependReference(reference_size, name="reference")(x)
    first = f"up_{first_side}"
    x = keras.layers.Dense(first_side**2 * filters, use_bias=use_bias, kernel_initializer=weights(), name=first)(x)
    x = normalised(keras.layers.Reshape((first_side, first_side, filters), name="reshape")(x), first)
    for side in _sides(2 * first_side, size):
        filters //= 2
        last = side == size
        x = Conv2DTranspose(
            channels if last else filters,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=use_bias or last,
            kernel_initializer=weights(),
            name=f"up_{side}",
        )(see(x, f"labels_{side}"))
        if not last:
            x = normalised(x, f"up_{side}")
    if virtual:
        x = DropReference(reference_size, name="examples")(x)
    return keras.Model(inputs, keras.layers.Activation("tanh", dtype="float32", name="tanh")(x), name=name)


def dcgan_discriminator(
    size=64,
    channels=3,
    width=64,
    last_side=4,
    kernel_size=5,
    norm="batch",
    use_bias=False,
    dropout=0.0,
    minibatch_discrimination=False,
    outputs=1,
    num_classes=None,
    name="discriminator",
):
    """Stride-2 convolutions down to 4x4, the generator's mirror image, and a logit without a hidden dense layer.

    Args:
        size: height and width of the images, a power of two from 8 to 128.
        channels: of the images.
        width: channels at half the resolution, doubled at each further stage.
        last_side: height and width of the last maps, a power of two: 2 gives images of 8x8 a second stage.
        kernel_size: of the convolutions.
        norm: "batch" or "layer" (over height, width and channels with a gain for each channel, for losses with a
            gradient penalty) after every convolution but the first; "spectral", of all weights; "none".
        use_bias: whether layers before a normalisation have a bias too: idle, but in some papers' counts of parameters.
        dropout: fraction of each convolution's outputs that are dropped while training.
        minibatch_discrimination: whether the logit also sees how close an image is to the others of its batch.
        outputs: number of logits: the classes of a semi-supervised GAN, else 1.
        num_classes: if given, the model takes `[images, labels]` and every layer sees the label's one-hot maps.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] (and `labels` [B], integers) to float32 logits
        [B, outputs]. The layer `features` gives what they are computed from.

    Raises:
        UserError: for an argument out of range.

    Reference: Radford, Metz and Chintala 2015, 1511.06434.
    """
    _check(size, channels, width, last_side, kernel_size, num_classes)
    checks.one_of(NORMS, norm=norm)
    checks.positive(outputs=outputs)
    checks.fraction(dropout=dropout)
    convolution, dense = Conv2D, keras.layers.Dense
    if norm == "spectral":
        convolution, dense = SpectralNormConv2D, SpectralNormDense
    x = images = keras.Input((size, size, channels), name="images")
    inputs, see = with_labels(images, num_classes)
    filters = width
    for side in _sides(last_side, size // 2)[::-1]:
        first = side == size // 2
        normalised = norm in ("batch", "layer") and not first
        x = convolution(
            filters,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=use_bias or not normalised,
            kernel_initializer=weights(),
            name=f"down_{side}",
        )(see(x, f"labels_{side}"))
        if normalised and norm == "batch":
            x = batch_norm(name=f"down_{side}_norm", gamma_initializer=gain())(x)
        elif normalised:
            x = keras.layers.GroupNormalization(groups=1, epsilon=1e-5, name=f"down_{side}_norm")(x)
        x = keras.layers.LeakyReLU(0.2, name=f"down_{side}_relu")(x)
        if dropout:
            x = keras.layers.Dropout(dropout, name=f"down_{side}_dropout")(x)
        filters *= 2
    logits = flat_logits(x, see, minibatch_discrimination, dense, outputs, kernel_initializer=weights())
    return keras.Model(inputs, logits, name=name)


def _sides(first, last):
    """Powers of two from `first` to `last`."""
    return [2**n for n in range(first.bit_length() - 1, last.bit_length())]


def _check(size, channels, width, smallest_side, kernel_size, num_classes):
    checks.image_size(size)
    if smallest_side not in _sides(1, size // 2):
        raise UserError(f"the smallest maps have a power of two from 1 to {size // 2} as their side, not {smallest_side}")
    checks.positive(channels=channels, width=width, kernel_size=kernel_size)
    if num_classes is not None:
        checks.positive(num_classes=num_classes)
    if kernel_size < 2:
        raise UserError(f"kernel_size must be at least the stride, 2, not {kernel_size}")
