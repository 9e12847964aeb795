"""The first GAN on a ring of eight Gaussians: how many modes does it find?

Goodfellow et al. 2014, "Generative Adversarial Nets", arXiv:1406.2661.

Run: ganzoo train recipes/ring_vanilla.py

Cost: 47 seconds (18 s of CPU time) on 2 cores of an AMD EPYC, 2026-11-22, while the machine was also doing other work.

Score: 7 of 8 modes, 91 % of samples within 3 sd of one (real 99 %), KL 0.54, by
`ganzoo evaluate runs/ring_vanilla/default --metrics mode_coverage`: it drops a mode, which is what it is here to show.
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
        data=Points("ring8"),
        model=GAN(
            generator=mlp_generator(shape=(2,), latent_dim=16, width=128, depth=2, output="linear"),
            discriminator=mlp_discriminator(shape=(2,), width=128, depth=2),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(1e-3, beta_1=0.5),
        },
        batch_size=256,
        steps=10000,
    )
