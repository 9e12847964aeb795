"""WGAN with clipped weights on a ring of eight Gaussians.

Arjovsky, Chintala, Bottou 2017, "Wasserstein GAN", arXiv:1701.07875; a clip of 0.1 suits networks this small.

Run: ganzoo train recipes/ring_wgan.py

Cost: 27 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: 8 of 8 modes, 20 % of samples within 3 sd of one (real 99 %), KL 0.015 (floor 0.00035), by
`ganzoo evaluate runs/ring_wgan/default --metrics mode_coverage`.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Points
from ganzoo.families import WGAN
from ganzoo.networks import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Points("ring8"),
        model=WGAN(
            generator=mlp_generator(shape=(2,), latent_dim=16, width=128, depth=2, output="linear"),
            critic=mlp_discriminator(shape=(2,), width=128, depth=2),
            critic_steps=5,
            clip=0.1,
            thorough_steps=100,
        ),
        optimizers={
            "generator": keras.optimizers.RMSprop(5e-4),
            "critic": keras.optimizers.RMSprop(5e-4),
        },
        batch_size=256,
        steps=5000,
    )
