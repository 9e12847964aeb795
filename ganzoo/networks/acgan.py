"""AC-GAN's discriminator for small images: 3x3 convolutions, every other of stride 2, with dropout after each."""

import keras

from ganzoo.errors import UserError
from ganzoo.layers.batch_norm import batch_norm
from ganzoo.layers.convolution import Conv2D
from ganzoo.networks import checks
from ganzoo.networks.dcgan import weights
from ganzoo.networks.heads import flat_logits


def acgan_discriminator(size=32, channels=3, width=16, dropout=0.5, name="discriminator"):
    """Six convolutions whose channels double each time, of stride 2 and 1 in turn, and a logit. It sees no label.

    The generator that the paper sets against it is DCGAN's, of the width that the discriminator has at half the resolution,
    times six.

    Args:
        size: height and width of the images, from 8 to 256; three times it is halved, rounded up.
        channels: of the images.
        width: channels of the first convolution.
        dropout: fraction of each convolution's outputs that are dropped while training.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] to float32 logits [B, 1]. The layer `features` gives what they
        are computed from.

    Raises:
        UserError: for an argument out of range.

    Reference: Odena, Olah and Shlens 2017, 1610.09585, appendix A, table 2.
    """
    if not isinstance(size, int) or not 8 <= size <= 256:
        raise UserError(f"size must be a whole number from 8 to 256, not {size!r}")
    checks.positive(channels=channels, width=width)
    checks.fraction(dropout=dropout)
    x = images = keras.Input((size, size, channels), name="images")
    for i in range(6):
        first, stage = i == 0, f"conv_{i + 1}"
        x = Conv2D(width * 2**i, 3, 2 - i % 2, "same", use_bias=first, kernel_initializer=weights(), name=stage)(x)
        if not first:
            x = batch_norm(name=f"{stage}_norm")(x)
        x = keras.layers.LeakyReLU(0.2, name=f"{stage}_relu")(x)
        if dropout:
            x = keras.layers.Dropout(dropout, name=f"{stage}_dropout")(x)
    return keras.Model(images, flat_logits(x, lambda x, name: x, kernel_initializer=weights()), name=name)
