"""Residual networks of SNGAN and of cGAN with projection, in mimicry's sizes; without spectral norm WGAN-GP's."""

import dataclasses

import keras

from ganzoo.errors import UserError
from ganzoo.layers.batch_norm import batch_norm
from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm
from ganzoo.layers.global_sum_pooling import GlobalSumPooling2D
from ganzoo.layers.spectral_norm import SpectralNormConv2D, SpectralNormDense
from ganzoo.networks import checks
from ganzoo.networks.blocks import down_block, up_block
from ganzoo.networks.heads import label_input, projected_logits


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the networks of one image size look like; `ups` and `downs` divide the width into each block's channels."""

    start: int
    generator_width: int
    ups: tuple[int, ...]
    discriminator_width: int
    downs: tuple[int, ...]
    halvings: int


# 32, 48, 64 and 128 are mimicry's (github.com/kwotsin/mimicry); 8 and 16 are 32's with fewer doublings and halvings. Other
# sizes follow them: `_plan`.
PLANS = {
    8: Plan(4, 256, (1,), 128, (1, 1, 1, 1), 1),
    16: Plan(4, 256, (1, 1), 128, (1, 1, 1, 1), 2),
    32: Plan(4, 256, (1, 1, 1), 128, (1, 1, 1, 1), 2),
    48: Plan(6, 512, (2, 4, 8), 1024, (16, 8, 4, 2, 1), 4),
    64: Plan(4, 1024, (2, 4, 8, 16), 1024, (16, 8, 4, 2, 1), 5),
    128: Plan(4, 1024, (1, 2, 4, 8, 16), 1024, (16, 8, 4, 2, 1, 1), 5),
}
NORMS = ("spectral", "layer", "none")


def glorot():
    """Glorot's uniform initialiser, a new one each time, since an unseeded one repeats itself."""
    return keras.initializers.GlorotUniform()


def convolution(kind):
    """Maker of `kind` convolutions: Glorot-uniform with gain sqrt 2 in the residual branch and 1 in the shortcut."""

    def make(filters, kernel_size, name, gain=2.0):
        gain = 1.0 if kernel_size == 1 else gain
        initializer = keras.initializers.VarianceScaling(gain, "fan_avg", "uniform")
        return kind(filters, kernel_size, padding="same", kernel_initializer=initializer, name=name)

    return make


def resnet_generator(
    size=32, channels=3, latent_dim=128, width=None, num_classes=None, interpolation="bilinear", name="generator"
):
    """A projection to a small map, then residual blocks that double it, with batch norm.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        latent_dim: size of the latent vectors.
        width: channels of the first map, by default mimicry's: 256 up to size 32, 512 for 48 and 1024 above. Up to 32
            all blocks have as many, above they halve.
        num_classes: if given, the model takes `[latents, labels]` and batch norm is conditioned on the label.
        interpolation: of the doublings: "bilinear" as in mimicry, or "nearest" as in SNGAN's and WGAN-GP's own code.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] (and `labels` [B], integers) to float32 images
        [B, size, size, channels] in [-1, 1].

    Raises:
        UserError: for an argument out of range.

    Reference: Miyato et al. 2018, 1802.05957; with labels Miyato and Koyama 2018, 1802.05637; WGAN-GP's Gulrajani et al.
    2017, 1704.00028.
    """
    plan = _plan(size, channels, num_classes)
    checks.positive(latent_dim=latent_dim)
    checks.one_of(("bilinear", "nearest"), interpolation=interpolation)
    width = _width(width, plan.generator_width, plan.ups, size)
    make = convolution(keras.layers.Conv2D)
    latents = keras.Input((latent_dim,), name="latents")
    labels = None if num_classes is None else label_input()

    def normalise(x, name):
        if labels is None:
            return batch_norm(name=name)(x)
        return ConditionalBatchNorm(num_classes, name=name)([x, labels])

    side = plan.start
    x = keras.layers.Dense(side * side * width, kernel_initializer=glorot(), name=f"up_{side}")(latents)
    x = keras.layers.Reshape((side, side, width), name="reshape")(x)
    for divisor in plan.ups:
        side *= 2
        x = up_block(x, width // divisor, f"up_{side}", make, normalise, interpolation)
    x = keras.layers.ReLU(name="relu")(batch_norm(name="norm")(x))
    x = make(channels, 3, "to_image", gain=1.0)(x)
    images = keras.layers.Activation("tanh", dtype="float32", name="tanh")(x)
    return keras.Model(latents if labels is None else [latents, labels], images, name=name)


def resnet_discriminator(
    size=32, channels=3, width=None, norm="spectral", pooling="sum", num_classes=None, name="discriminator"
):
    """Residual blocks, some of which halve the map, ReLU, global pooling and a linear logit.

    Args:
        size: height and width of the images, a multiple of 4 from 8 to 256.
        channels: of the images.
        width: channels of the last block, by default mimicry's: 128 up to size 32 and 1024 above. Up to 32 all blocks
            have as many, above they grow to it from a sixteenth.
        norm: "spectral", of all weights; "layer" (over height, width and channels with a gain for each channel) before
            each ReLU but the first block's, or "none", both for losses with a gradient penalty.
        pooling: "sum" over the positions as in SNGAN, or "mean" as in WGAN-GP.
        num_classes: if given, the model takes `[images, labels]` and adds the label's projection to the logit.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] (and `labels` [B], integers) to float32 logits [B, 1].
        The layer `features` gives what the logit is computed from.

    Raises:
        UserError: for an argument out of range.

    Reference: Miyato et al. 2018, 1802.05957; with labels Miyato and Koyama 2018, 1802.05637; for WGAN-GP Gulrajani
    et al. 2017, 1704.00028.
    """
    plan = _plan(size, channels, num_classes)
    checks.one_of(NORMS, norm=norm)
    checks.one_of(("sum", "mean"), pooling=pooling)
    width = _width(width, plan.discriminator_width, plan.downs, size)
    spectral = norm == "spectral"
    make = convolution(SpectralNormConv2D if spectral else keras.layers.Conv2D)
    x = images = keras.Input((size, size, channels), name="images")
    labels = None if num_classes is None else label_input()

    def normalise(x, name):
        return keras.layers.GroupNormalization(groups=1, epsilon=1e-5, name=name)(x)

    for i, divisor in enumerate(plan.downs):
        first = i == 0
        x = down_block(
            x,
            width // divisor,
            f"block_{i + 1}",
            make,
            normalise=normalise if norm == "layer" and not first else None,
            hidden=None if first else x.shape[-1],
            first=first,
            down=i < plan.halvings,
        )
    x = keras.layers.ReLU(name="relu")(x)
    pool = GlobalSumPooling2D if pooling == "sum" else keras.layers.GlobalAveragePooling2D
    features = pool(dtype="float32", name="features")(x)
    dense = SpectralNormDense if spectral else keras.layers.Dense
    logits = projected_logits(features, labels, num_classes, dense, spectral, glorot)
    return keras.Model(images if labels is None else [images, labels], logits, name=name)


def _plan(size, channels, num_classes):
    start, doublings = checks.stages(size)
    checks.positive(channels=channels)
    if num_classes is not None:
        checks.positive(num_classes=num_classes)
    if size in PLANS:
        return PLANS[size]
    if size < 48:
        return Plan(start, 256, (1,) * doublings, 128, (1,) * 4, min(doublings, 2))
    ups = (1,) * (doublings - 4) + (2, 4, 8, 16)[:doublings]
    return Plan(start, 1024, ups, 1024, (16, 8, 4, 2, 1) + (1,) * max(doublings - 4, 0), min(doublings, 5))


def _width(width, default, divisors, size):
    width = default if width is None else width
    checks.positive(width=width)
    if width % max(divisors):
        raise UserError(f"width must be a multiple of {max(divisors)} at size {size}, not {width}")
    return width
