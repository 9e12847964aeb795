"""DCGAN: stride-2 convolutions up from small maps and down to them, for images of any size from 8 to 256."""

import itertools

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
    first_side=None,
    kernel_size=5,
    norm="batch",
    reference_size=64,
    use_bias=False,
    hidden=None,
    num_classes=None,
    name="generator",
):
    """A projection to 4x4 maps with many channels, then stride-2 transposed convolutions, each with half the channels.

    Args:
        size: height and width of the images, from 8 to 256.
        channels: of the images.
        latent_dim: size of the latent vectors.
        width: channels at half the final resolution: 64 at size 64 starts with 512 channels at 4x4.
        first_side: height and width of the first maps, which halving `size` must reach: 2 gives images of 8x8 a second
            stage. Halves are rounded up, and doubled maps cropped to them: 28 comes from 7, and 7 from 4. By default the
            smallest of at least 4: 4 of most sizes, 6 of 48 and 96.
        kernel_size: of the transposed convolutions.
        norm: before every ReLU: "batch"; "virtual", by a fixed batch of latents, which only an unconditional generator
            can have; "none".
        reference_size: number of those fixed latents.
        use_bias: whether layers before a normalisation have a bias too: idle, but in some papers' counts of parameters.
        hidden: units of a dense layer before the projection, as networks for MNIST often have; None for none.
        num_classes: if given, the model takes `[latents, labels]` and every layer sees the label's one-hot maps.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] (and `labels` [B], integers) to float32 images
        [B, size, size, channels] in [-1, 1].

    Raises:
        UserError: for an argument out of range.

    Reference: Radford, Metz and Chintala 2015, 1511.06434.
    """
    _check(channels, width, kernel_size, hidden, num_classes)
    checks.positive(latent_dim=latent_dim, reference_size=reference_size)
    sides = _sides(size, first_side)
    first_side = sides[0]
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

    filters = width * 2 ** (len(sides) - 2)
    x = see(latents, f"labels_{first_side}")
    if virtual:
        x = PrependReference(reference_size, name="reference")(x)
    if hidden:
        x = keras.layers.Dense(hidden, use_bias=use_bias, kernel_initializer=weights(), name="hidden")(x)
        x = see(normalised(x, "hidden"), "labels_hidden")
    first = f"up_{first_side}"
    x = keras.layers.Dense(first_side**2 * filters, use_bias=use_bias, kernel_initializer=weights(), name=first)(x)
    x = normalised(keras.layers.Reshape((first_side, first_side, filters), name="reshape")(x), first)
    for before, side in itertools.pairwise(sides):
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
        if side != 2 * before:
            x = keras.layers.Cropping2D(((0, 1), (0, 1)), name=f"up_{side}_crop")(x)
        if not last:
            x = normalised(x, f"up_{side}")
    if virtual:
        x = DropReference(reference_size, name="examples")(x)
    return keras.Model(inputs, keras.layers.Activation("tanh", dtype="float32", name="tanh")(x), name=name)


def dcgan_discriminator(
    size=64,
    channels=3,
    width=64,
    last_side=None,
    kernel_size=5,
    norm="batch",
    use_bias=False,
    slope=0.2,
    hidden=None,
    dropout=0.0,
    minibatch_discrimination=False,
    outputs=1,
    num_classes=None,
    name="discriminator",
):
    """Stride-2 convolutions down to 4x4, the generator's mirror image, and a logit, mostly without a hidden dense layer.

    Args:
        size: height and width of the images, from 8 to 256.
        channels: of the images.
        width: channels at half the resolution, doubled at each further stage.
        last_side: height and width of the last maps, which halving `size` must reach: 2 gives images of 8x8 a second
            stage. Halves are rounded up: 28 becomes 14, 7, 4. By default the smallest of at least 4.
        kernel_size: of the convolutions.
        norm: "batch" or "layer" (over height, width and channels with a gain for each channel, for losses with a
            gradient penalty) after every convolution but the first; "spectral", of all weights; "none".
        use_bias: whether layers before a normalisation have a bias too: idle, but in some papers' counts of parameters.
        slope: of the leaky ReLUs where they are negative.
        hidden: units of a dense layer before the logit, normalised like the convolutions; None for none.
        dropout: fraction of each layer's outputs that are dropped while training.
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
    _check(channels, width, kernel_size, hidden, num_classes)
    checks.one_of(NORMS, norm=norm)
    checks.positive(outputs=outputs)
    checks.fraction(dropout=dropout, slope=slope)
    sides = _sides(size, last_side)
    convolution, dense = Conv2D, keras.layers.Dense
    if norm == "spectral":
        convolution, dense = SpectralNormConv2D, SpectralNormDense
    x = images = keras.Input((size, size, channels), name="images")
    inputs, see = with_labels(images, num_classes)

    def activated(x, stage, normalised=True):
        if normalised and norm == "batch":
            x = batch_norm(name=f"{stage}_norm", gamma_initializer=gain())(x)
        elif normalised and norm == "layer":
            x = keras.layers.GroupNormalization(groups=1, epsilon=1e-5, name=f"{stage}_norm")(x)
        x = keras.layers.LeakyReLU(slope, name=f"{stage}_relu")(x)
        return keras.layers.Dropout(dropout, name=f"{stage}_dropout")(x) if dropout else x

    biased = use_bias or norm not in ("batch", "layer")
    filters = width
    for side in sides[-2::-1]:
        first = side == sides[-2]
        x = convolution(
            filters,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=biased or first,
            kernel_initializer=weights(),
            name=f"down_{side}",
        )(see(x, f"labels_{side}"))
        x = activated(x, f"down_{side}", normalised=not first)
        filters *= 2
    if hidden:
        x = see(keras.layers.Flatten(name="flatten")(x), "labels_hidden")
        x = activated(dense(hidden, use_bias=biased, kernel_initializer=weights(), name="hidden")(x), "hidden")
    logits = flat_logits(x, see, minibatch_discrimination, dense, outputs, kernel_initializer=weights())
    return keras.Model(inputs, logits, name=name)


def _sides(size, smallest):
    """The sides of the maps from the smallest to the images' own, each half of the next, rounded up; None leaves it open."""
    if not isinstance(size, int) or not 8 <= size <= 256:
        raise UserError(f"size must be a whole number from 8 to 256, not {size!r}")
    sides = [size]
    while sides[0] > 1:
        sides.insert(0, (sides[0] + 1) // 2)
    if smallest is None:
        smallest = next(side for side in sides if side >= 4)
    if smallest not in sides[:-1]:
        raise UserError(f"size {size} halves to {', '.join(map(str, sides[-2::-1]))}, not to smallest maps of {smallest!r}")
    return sides[sides.index(smallest) :]


def _check(channels, width, kernel_size, hidden, num_classes):
    optional = {name: value for name, value in {"hidden": hidden, "num_classes": num_classes}.items() if value is not None}
    checks.positive(channels=channels, width=width, kernel_size=kernel_size, **optional)
    if kernel_size < 2:
        raise UserError(f"kernel_size must be at least the stride, 2, not {kernel_size}")
