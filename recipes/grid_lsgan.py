"""LSGAN on a grid of 25 Gaussians.

Mao et al. 2017, "Least Squares Generative Adversarial Networks", arXiv:1611.04076.

Run: ganzoo train recipes/grid_lsgan.py

Cost: 19 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: 23 of 25 modes, 85 % of samples within 3 sd of one (real 99 %), KL 0.6 (floor 0.0012), by
`ganzoo evaluate runs/grid_lsgan/default --metrics mode_coverage`.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data import Points
from ganzoo.families import GAN
from ganzoo.networks import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Points("grid25"),
        model=GAN(
            generator=mlp_generator(shape=(2,), latent_dim=16, width=128, depth=3, output="linear"),
            discriminator=mlp_discriminator(shape=(2,), width=128, depth=3),
            adversarial_loss=losses.LeastSquares(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(1e-3, beta_1=0.5),
        },
        batch_size=256,
        steps=10000,
    )
