"""DCGAN on the birds of CUB-200-2011 at 64x64.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434.

Run: ganzoo train recipes/cub_dcgan.py

Cost: not measured: 320 epochs, a GPU's work. The data set's download is 1.1 GB.

Score: not measured yet; `ganzoo train recipes/cub_dcgan.py --smoke` was run.
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
        data=Images("caltech_birds2011", size=64, flip=True),
        model=GAN(
            generator=dcgan_generator(size=64, channels=3, width=64),
            discriminator=dcgan_discriminator(size=64, channels=3, width=64),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=64,
        steps=60000,
    )
