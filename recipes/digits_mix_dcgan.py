"""MIX+DCGAN on 8x8 handwritten digits: three generators against three discriminators.

Arora, Ge, Liang, Ma, Zhang 2017, "Generalization and Equilibrium in Generative Adversarial Nets", arXiv:1703.00573;
the networks of digits_dcgan, and nine pairs of them in every step.

Run: ganzoo train recipes/digits_mix_dcgan.py

Cost: 3.1 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 1.45 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.50 (0.88), recall 0.93
(0.90), by `ganzoo evaluate runs/digits_mix_dcgan/default`. The model in `exported/` is narrower, to be small: widths of 40,
1.91, 0.46 and .92.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import MIXGAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=MIXGAN(
            generator=dcgan_generator(size=8, channels=1, latent_dim=64, width=64, first_side=2, kernel_size=3),
            discriminator=dcgan_discriminator(size=8, channels=1, width=64, last_side=2, kernel_size=3),
            components=3,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=2500,
    )
