"""DCGAN on CelebA faces at 64x64: the model of the birthday study.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434.
The study, Arora and Zhang 2017, arXiv:1706.08224, crops the middle 108 pixels.

Run: ganzoo train recipes/celeba_dcgan.py

Cost: not measured: 25 epochs, a GPU's work. The data set's download is 1.4 GB.

Score: not measured yet; Arora and Zhang saw duplicates in half of the batches of about 400 samples.
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
        data=Images("celeb_a", size=64, crop=108),
        model=GAN(
            generator=dcgan_generator(size=64, channels=3, width=64),
            discriminator=dcgan_discriminator(size=64, channels=3, width=64),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=64,
        steps=79000,
    )
