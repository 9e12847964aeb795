"""DCGAN on 8x8 handwritten digits: the first thing to run, real data without a download.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434; the paper's guidelines at 8x8, where two stages are all there is.

Run: ganzoo train recipes/digits_dcgan.py

Cost: 1.8 minutes (109 s of CPU time) on 2 cores of an AMD EPYC, 2026-11-22, while the machine was also doing other work.

Score: FD[cnn-digits] 1.51 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.57 (0.88), recall 0.92
(0.90), by `ganzoo evaluate runs/digits_dcgan/default`; N_eff 39,815 [35,248, 43,780] by `ganzoo birthday`, automatic threshold.
"""

import keras
from fiddle.experimental.auto_config import auto_config

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
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=6000,
    )
