"""The first GAN on a grid of 25 Gaussians, set up to collapse: the pair of grid_minibatch, which shows the way out.

Goodfellow et al. 2014, "Generative Adversarial Nets", arXiv:1406.2661. The discriminator learns five times more slowly than the
generator, which piles up its samples wherever the other has not yet looked.

Run: ganzoo train recipes/grid_vanilla.py

Cost: 10 s of CPU time on 2 cores of an AMD EPYC, 2026-11-22, shared with other work.

Score: 1 of 25 modes, at most 9 % of samples within 3 sd of one, KL 2.7 to 3.2 (seeds 0, 1, 2), by
`ganzoo evaluate runs/grid_vanilla/default --metrics mode_coverage`. With equal rates,
`--set optimizers.discriminator.learning_rate=1e-3`: 25, 22, 22 modes, 83, 57, 52 % near one, KL 0.20, 0.36, .54.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Points
from ganzoo.families import GAN
from ganzoo.networks import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Points("grid25"),
        model=GAN(
            generator=mlp_generator(shape=(2,), latent_dim=2, width=128, depth=3, output="linear"),
            discriminator=mlp_discriminator(shape=(2,), width=128, depth=3),
            instance_noise=0.1,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=32,
        steps=10000,
    )
