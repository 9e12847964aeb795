"""Minibatch discrimination on a ring of eight Gaussians: does it find the modes that ring_vanilla drops?

Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498, section 3.2; all else is as in ring_vanilla.

Run: ganzoo train recipes/ring_minibatch.py

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
        data=Points("ring8"),
        model=GAN(
            generator=mlp_generator(shape=(2,), latent_dim=2, width=128, depth=2, output="linear"),
            discriminator=mlp_discriminator(shape=(2,), width=128, depth=2, minibatch_discrimination=True),
            instance_noise=0.1,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=32,
        steps=10000,
    )
