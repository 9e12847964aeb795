"""The first GAN on a grid of 25 Gaussians: how many modes does it find?

Goodfellow et al. 2014, "Generative Adversarial Nets", arXiv:1406.2661.

Run: ganzoo train recipes/grid_vanilla.py

Cost: not measured yet.

Score: not measured yet.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.mixtures import Points
from ganzoo.families.gan import GAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Points("grid25"),
        model=GAN(
            generator=mlp_generator(shape=(2,), latent_dim=16, width=128, depth=3, output="linear"),
            discriminator=mlp_discriminator(shape=(2,), width=128, depth=3),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(1e-3, beta_1=0.5),
        },
        batch_size=64,
        steps=8000,
    )
