"""DCGAN on stacked digits, three in the channels of an image: how many of 1,000 known modes does it find?

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434; the test is that of Metz et al. 2017, "Unrolled Generative Adversarial Networks",
arXiv:1611.02163, at 8x8.

Run: ganzoo train recipes/stacked_digits_dcgan.py

Cost: 2.0 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: all 1,000 modes with 10,000 samples (997 after 3,000 steps), KL to uniform 0.082 (real 0.053, floor 0.050), by
`ganzoo evaluate runs/stacked_digits_dcgan/default --metrics label_coverage`: a plain GAN drops none at this size.
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
        data=Images("stacked_digits"),
        model=GAN(
            generator=dcgan_generator(size=8, channels=3, latent_dim=64, width=64, first_side=2, kernel_size=3),
            discriminator=dcgan_discriminator(size=8, channels=3, width=64, last_side=2, kernel_size=3),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=8000,
        sample_every=1000,
        checkpoint_every=1000,
    )
