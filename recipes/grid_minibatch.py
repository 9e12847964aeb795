"""Minibatch discrimination on a grid of 25 Gaussians: it finds the modes that grid_vanilla drops.

Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498, section 3.2; all else is as in grid_vanilla.

Run: ganzoo train recipes/grid_minibatch.py

Cost: 36 s of CPU time on 2 cores of an AMD EPYC, 2026-11-22, shared with other work.

Score: 25, 22, 24 of 25 modes (grid_vanilla: 1), 41, 10, 20 % of samples within 3 sd of one, KL 0.20, 0.14, 0.30 (2.7 to 3.2)
for seeds 0, 1, 2, by `ganzoo evaluate runs/grid_minibatch/default --metrics mode_coverage`. With equal rates, `--set
optimizers.discriminator.learning_rate=1e-3`: 25, 19, 22 modes, 42, 15, 30 % near one, KL 0.20, 0.17, 0.14: more even than
without it, and less sharp.
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
            discriminator=mlp_discriminator(shape=(2,), width=128, depth=3, minibatch_discrimination=True),
            instance_noise=0.1,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=32,
        steps=10000,
    )
