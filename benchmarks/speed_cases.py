"""The trainings whose speed is measured: networks, losses and sizes, each a paper's, at a width that one core can take."""

import dataclasses
import functools

import keras
import numpy as np

from ganzoo import losses, penalties
from ganzoo.data import Images, Points
from ganzoo.data.source import Source
from ganzoo.networks import (
    dcgan_discriminator,
    dcgan_generator,
    mlp_discriminator,
    mlp_generator,
    r3gan_discriminator,
    r3gan_generator,
    resnet_discriminator,
    resnet_generator,
)

NETWORKS = {
    "dcgan": (dcgan_generator, dcgan_discriminator),
    "resnet": (resnet_generator, resnet_discriminator),
    "r3gan": (r3gan_generator, r3gan_discriminator),
    "mlp": (mlp_generator, mlp_discriminator),
}


class RandomImages(Source):
    """Images of noise, of which training takes as long as of any."""

    def __init__(self, shape, count=2048):
        super().__init__(shape)
        self.count = count

    def arrays(self):
        rng = np.random.default_rng(0)
        return {"image": rng.integers(0, 256, (self.count, *self.shape), dtype=np.uint8)}


NON_SATURATING = losses.NonSaturating()


@dataclasses.dataclass(frozen=True)
class Case:
    """One training.

    Attributes:
        about: what it is, in a few words.
        kind: of its networks, a name in `NETWORKS`, and of their peers in PyTorch.
        generator, discriminator: what its networks are called with; the peers understand the same.
        batch: real examples of a discriminator's step.
        steps: rounds in one measurement.
        latent_dim: size of the latents.
        loss: from `ganzoo.losses`.
        penalties: from `ganzoo.penalties`.
        discriminator_steps: of a round.
        adam: learning rate, beta 1 and beta 2.
        data: a function without arguments that opens the data; None for images of noise.
    """

    about: str
    kind: str
    generator: dict
    discriminator: dict
    batch: int
    steps: int
    latent_dim: int
    loss: losses.Loss = NON_SATURATING
    penalties: tuple = ()
    discriminator_steps: int = 1
    adam: tuple = (2e-4, 0.5, 0.999)
    data: object = None

    @property
    def is_image(self):
        return self.kind != "mlp"

    def networks(self):
        """A new generator and a new discriminator."""
        keras.utils.set_random_seed(0)
        generator, discriminator = NETWORKS[self.kind]
        return generator(latent_dim=self.latent_dim, **self.generator), discriminator(**self.discriminator)

    def optimizer(self):
        learning_rate, beta_1, beta_2 = self.adam
        return keras.optimizers.Adam(learning_rate, beta_1=beta_1, beta_2=beta_2)

    def source(self):
        """The data, a `Source`."""
        if self.data:
            return self.data()
        return RandomImages((self.generator["size"], self.generator["size"], self.generator["channels"]))


def images(size, **sizes):
    return {"size": size, "channels": 3, **sizes}


def both(**sizes):
    return {"generator": sizes, "discriminator": sizes}


def dcgan(size):
    return both(**images(size, width=64))


digits = {"size": 8, "channels": 1, "width": 64, "kernel_size": 3}
ring = {"shape": (2,), "width": 128, "depth": 2}
CASES = {
    "dcgan_32": Case(
        "DCGAN, 32x32, width 64, batch 64", "dcgan", **both(**images(32, width=64)), batch=64, steps=4, latent_dim=100
    ),
    "dcgan_64": Case(
        "DCGAN, 64x64, width 64, batch 32", "dcgan", **both(**images(64, width=64)), batch=32, steps=1, latent_dim=100
    ),
    "sngan_32": Case(
        "SNGAN's residual networks, 32x32, widths 128 and 64, batch 16, five discriminator steps",
        "resnet",
        images(32, width=128),
        images(32, width=64),
        batch=16,
        steps=1,
        latent_dim=128,
        loss=losses.Hinge(),
        discriminator_steps=5,
        adam=(2e-4, 0.0, 0.9),
    ),
    "wgan_gp_32": Case(
        "WGAN-GP with a DCGAN's networks, 32x32, width 64, batch 32, five critic steps",
        "dcgan",
        images(32, width=64),
        images(32, width=64, norm="layer"),
        batch=32,
        steps=1,
        latent_dim=100,
        loss=losses.Wasserstein(),
        penalties=(penalties.WGANGP(),),
        discriminator_steps=5,
        adam=(2e-4, 0.5, 0.9),
    ),
    "wgan_gp_resnet_32": Case(
        "WGAN-GP with residual networks, 32x32, width 64, batch 16, five critic steps",
        "resnet",
        images(32, width=64),
        images(32, width=64, norm="none", pooling="mean"),
        batch=16,
        steps=1,
        latent_dim=128,
        loss=losses.Wasserstein(),
        penalties=(penalties.WGANGP(),),
        discriminator_steps=5,
        adam=(2e-4, 0.0, 0.9),
    ),
    "r3gan_32": Case(
        "R3GAN, 32x32, width 96, batch 16",
        "r3gan",
        **both(**images(32, width=96, blocks=1)),
        batch=16,
        steps=1,
        latent_dim=64,
        loss=losses.Relativistic(),
        penalties=(penalties.R1(0.02), penalties.R2(0.02)),
        adam=(2e-4, 0.0, 0.99),
    ),
    "ring": Case(
        "the ring of recipes/ring_vanilla.py",
        "mlp",
        {**ring, "output": "linear"},
        ring,
        batch=256,
        steps=200,
        latent_dim=16,
        adam=(1e-3, 0.5, 0.999),
        data=functools.partial(Points, "ring8"),
    ),
    "digits": Case(
        "the digits of recipes/digits_dcgan.py",
        "dcgan",
        {**digits, "first_side": 2},
        {**digits, "last_side": 2},
        batch=128,
        steps=20,
        latent_dim=64,
        data=functools.partial(Images, "digits"),
    ),
}
