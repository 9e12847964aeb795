"""WGAN-GP on 8x8 handwritten digits.

Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", arXiv:1704.00028.

Run: ganzoo train recipes/digits_wgan_gp.py

Cost: 2.1 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 2.02 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.47 (0.88), recall 0.92
(0.90), by `ganzoo evaluate runs/digits_wgan_gp/default`; three seeds are in docs/families.md.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import penalties
from ganzoo.data import Images
from ganzoo.families import WGAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=WGAN(
            generator=dcgan_generator(size=8, channels=1, latent_dim=64, width=64, first_side=2, kernel_size=3),
            critic=dcgan_discriminator(size=8, channels=1, width=64, last_side=2, kernel_size=3, norm="layer"),
            critic_steps=5,
            clip=None,
            penalties=[penalties.WGANGP(weight=10.0)],
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9),
            "critic": keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9),
        },
        batch_size=64,
        steps=3000,
    )
