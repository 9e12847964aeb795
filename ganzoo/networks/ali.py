"""ALI's networks for images of 32 and 64 pixels: convolutions without padding down to one position, and back."""

import dataclasses

import keras

from ganzoo.layers.batch_norm import batch_norm
from ganzoo.layers.convolution import Conv2D, Conv2DTranspose
from ganzoo.layers.maxout import ChannelMaxout
from ganzoo.layers.pixel_bias import PixelBias
from ganzoo.networks import checks


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the networks of one image size look like.

    Attributes:
        down: kernel size, stride and channels of each convolution of the encoder and of the discriminator's image part.
        encoder_hidden: channels of the encoder's 1x1 convolution after these, 0 for none.
        up: the same of each transposed convolution of the generator.
        generator_hidden: channels of the generator's 1x1 convolution after these, 0 for none.
        slope: of the leaky rectifiers.
        latent_width, joint_width: units of the discriminator's layers that see the latents alone, and both.
    """

    down: tuple
    encoder_hidden: int
    up: tuple
    generator_hidden: int
    slope: float
    latent_width: int
    joint_width: int


# The tables of the paper's appendix and the authors' code: of SVHN and CIFAR-10, and of CelebA.
PLANS = {
    32: Plan(
        down=((5, 1, 32), (4, 2, 64), (4, 1, 128), (4, 2, 256), (4, 1, 512)),
        encoder_hidden=512,
        up=((4, 1, 256), (4, 2, 128), (4, 1, 64), (4, 2, 32), (5, 1, 32)),
        generator_hidden=32,
        slope=0.1,
        latent_width=512,
        joint_width=1024,
    ),
    64: Plan(
        down=((2, 1, 64), (7, 2, 128), (5, 2, 256), (7, 2, 256), (4, 1, 512)),
        encoder_hidden=0,
        up=((4, 1, 512), (7, 2, 256), (5, 2, 256), (7, 2, 128), (2, 1, 64)),
        generator_hidden=0,
        slope=0.02,
        latent_width=1024,
        joint_width=2048,
    ),
}


def ali_generator(size=64, channels=3, latent_dim=256, width=None, slope=None, name="generator"):
    """Transposed convolutions from one position to the image, with batch norm and leaky ReLU, and a bias for each pixel.

    Kernels 4, 7, 5, 7, 2 for images of 64 pixels, 4, 4, 4, 4, 5 and a 1x1 convolution for 32, without padding. The last
    layer's values are logits: their sigmoid, scaled to [-1, 1], is the image.

    Args:
        size: height and width of the images, 32 or 64.
        channels: of the images.
        latent_dim: size of the latent vectors.
        width: channels of the last hidden layer, by default the paper's: 64 for images of 64 pixels, 32 for 32. All other
            layers keep their proportion to it.
        slope: of the leaky ReLU, by default the paper's: 0.02 for 64, 0.1 for 32.

    Returns:
        A `keras.Model` from `latents` [B, latent_dim] to float32 images [B, size, size, channels] in [-1, 1].

    Raises:
        UserError: for an argument out of range.

    Reference: Dumoulin et al. 2017, 1606.00704, tables 5 and 7.
    """
    plan, slope = _plan(size, channels, latent_dim, width, slope)
    latents = keras.Input((latent_dim,), name="latents")
    x = keras.layers.Reshape((1, 1, latent_dim), name="reshape")(latents)
    for kernel_size, stride, filters in plan.up:
        side = (x.shape[1] - 1) * stride + kernel_size
        x = Conv2DTranspose(filters, kernel_size, stride, "valid", use_bias=False, **_named(f"up_{side}"))(x)
        x = _activated(x, slope, f"up_{side}", norm=True)
    if plan.generator_hidden:
        x = Conv2D(plan.generator_hidden, 1, use_bias=False, **_named("mix"))(x)
        x = _activated(x, slope, "mix", norm=True)
    x = Conv2D(channels, 1, use_bias=False, **_named("to_image"))(x)
    x = PixelBias(name="logits")(x)
    x = keras.layers.Activation("sigmoid", dtype="float32", name="sigmoid")(x)
    return keras.Model(latents, keras.layers.Rescaling(2.0, -1.0, dtype="float32", name="scale")(x), name=name)


def ali_encoder(size=64, channels=3, latent_dim=256, width=None, slope=None, gaussian=True, name="encoder"):
    """Convolutions from the image to one position, with batch norm and leaky ReLU, and latents.

    Kernels 2, 7, 5, 7, 4 for images of 64 pixels, 5, 4, 4, 4, 4 and a 1x1 convolution for 32, without padding.

    Args:
        size, channels, latent_dim, width, slope: as in `ali_generator`.
        gaussian: whether the output is a mean and a logarithm of the standard deviation for each latent.

    Returns:
        A `keras.Model` from `images` [B, size, size, channels] to float32 [B, 2 latent_dim], or [B, latent_dim] if not
        `gaussian`. The layer `features` gives what the output is linear in.

    Raises:
        UserError: for an argument out of range.

    Reference: Dumoulin et al. 2017, 1606.00704, tables 5 and 7.
    """
    plan, slope = _plan(size, channels, latent_dim, width, slope)
    x = images = keras.Input((size, size, channels), name="images")
    for kernel_size, stride, filters in plan.down:
        side = (x.shape[1] - kernel_size) // stride + 1
        x = Conv2D(filters, kernel_size, stride, "valid", use_bias=False, **_named(f"down_{side}"))(x)
        x = _activated(x, slope, f"down_{side}", norm=True)
    if plan.encoder_hidden:
        x = Conv2D(plan.encoder_hidden, 1, use_bias=False, **_named("hidden"))(x)
        x = _activated(x, slope, "hidden", norm=True)
    x = keras.layers.Flatten(name="features")(x)
    outputs = latent_dim * (2 if gaussian else 1)
    return keras.Model(images, keras.layers.Dense(outputs, dtype="float32", **_named("code"))(x), name=name)


def ali_discriminator(
    size=64,
    channels=3,
    latent_dim=256,
    width=None,
    slope=None,
    maxout=None,
    dropout=0.2,
    hidden_dropout=None,
    name="discriminator",
):
    """The encoder's convolutions see the image, two dense layers the latents, and two more both; dropout before each layer.

    Args:
        size, channels, latent_dim, width, slope: as in `ali_generator`.
        maxout: linear pieces of each hidden unit: then there is neither leaky ReLU nor batch norm, and a layer has its
            width divided by `maxout` outputs, as of the paper's CIFAR-10. None has a bias in the first convolution alone,
            and batch norm after the others.
        dropout: fraction of each layer's inputs, image and latents included, that are dropped while training.
        hidden_dropout: of all layers' but the image's and the latents' own; `dropout` if None.

    Returns:
        A `keras.Model` from `[images, latents]` to float32 logits [B, 1]; the layer `features` gives what the logit is
        computed from.

    Raises:
        UserError: for an argument out of range.

    Reference: Dumoulin et al. 2017, 1606.00704, tables 5 and 7.
    """
    plan, slope = _plan(size, channels, latent_dim, width, slope)
    hidden_dropout = dropout if hidden_dropout is None else hidden_dropout
    checks.fraction(dropout=dropout, hidden_dropout=hidden_dropout)
    if maxout is not None:
        checks.positive(maxout=maxout)

    def activated(x, name, norm):
        if maxout is not None:
            return ChannelMaxout(maxout, name=f"{name}_maxout")(x)
        return _activated(x, slope, name, norm)

    def dropped(x, name, share):
        return keras.layers.Dropout(share, name=f"{name}_dropout")(x)

    x = images = keras.Input((size, size, channels), name="images")
    for i, (kernel_size, stride, filters) in enumerate(plan.down):
        stage = f"down_{(x.shape[1] - kernel_size) // stride + 1}"
        x = dropped(x, stage, hidden_dropout if i else dropout)
        norm = i > 0 and maxout is None
        x = Conv2D(filters, kernel_size, stride, "valid", use_bias=not norm, **_named(stage))(x)
        x = activated(x, stage, norm)
    y = latents = keras.Input((latent_dim,), name="latents")
    for i in (1, 2):
        y = dropped(y, f"latents_{i}", dropout if i == 1 else hidden_dropout)
        y = keras.layers.Dense(plan.latent_width, use_bias=False, **_named(f"latents_{i}"))(y)
        y = activated(y, f"latents_{i}", norm=False)
    x = keras.layers.Concatenate(name="pair")([keras.layers.Flatten(name="image_features")(x), y])
    for i in (1, 2):
        x = dropped(x, f"joint_{i}", hidden_dropout)
        x = activated(keras.layers.Dense(plan.joint_width, **_named(f"joint_{i}"))(x), f"joint_{i}", norm=False)
    x = keras.layers.Identity(name="features")(x)
    x = dropped(x, "logits", hidden_dropout)
    return keras.Model([images, latents], keras.layers.Dense(1, dtype="float32", **_named("logits"))(x), name=name)


def _named(name):
    # A new initialiser each time, since an unseeded one repeats itself.
    return {"name": name, "kernel_initializer": keras.initializers.RandomNormal(stddev=0.01)}


def _activated(x, slope, name, norm):
    x = batch_norm(name=f"{name}_norm")(x) if norm else x
    return keras.layers.LeakyReLU(slope, name=f"{name}_relu")(x)


def _plan(size, channels, latent_dim, width, slope):
    checks.one_of(list(PLANS), size=size)
    plan = PLANS[size]
    whole = plan.up[-1][2]
    width = whole if width is None else width
    checks.positive(channels=channels, latent_dim=latent_dim, width=width)

    def scaled(value):
        return value * width // whole

    def stages(of):
        return tuple((kernel_size, stride, scaled(filters)) for kernel_size, stride, filters in of)

    others = ("encoder_hidden", "generator_hidden", "latent_width", "joint_width")
    others = {name: scaled(getattr(plan, name)) for name in others}
    plan = dataclasses.replace(plan, down=stages(plan.down), up=stages(plan.up), **others)
    return plan, plan.slope if slope is None else slope
