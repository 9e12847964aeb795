"""DCGAN on Fashion-MNIST at 32x32.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434.

Run: ganzoo train recipes/fashion_dcgan.py

Cost: as mnist_dcgan, whose networks and batches are the same: some half an hour of CPU time.

Score: not measured yet; `ganzoo train recipes/fashion_dcgan.py --smoke` was run.
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
        data=Images("fashion_mnist", size=32),
        model=GAN(
            generator=dcgan_generator(size=32, channels=1, width=32),
            discriminator=dcgan_discriminator(size=32, channels=1, width=32),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=12000,
    )
