"""LSGAN on 8x8 handwritten digits.

Mao et al. 2017, "Least Squares Generative Adversarial Networks", arXiv:1611.04076; the networks of digits_dcgan.

Run: ganzoo train recipes/digits_lsgan.py

Cost: 82 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 1.51 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.56 (0.88), recall 0.93
(0.90), by `ganzoo evaluate runs/digits_lsgan/default`; three seeds are in docs/families.md.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=GAN(
            generator=dcgan_generator(size=8, channels=1, latent_dim=64, width=64, first_side=2, kernel_size=3),
            discriminator=dcgan_discriminator(size=8, channels=1, width=64, last_side=2, kernel_size=3),
            adversarial_loss=losses.LeastSquares(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=6000,
    )
