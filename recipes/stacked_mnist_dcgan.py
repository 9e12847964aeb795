"""DCGAN on Stacked MNIST, three digits in the channels of an image: how many of 1,000 known modes does it find?

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434; the test is that of Metz et al. 2017, "Unrolled Generative Adversarial Networks",
arXiv:1611.02163. Here at 32x32.

Run: ganzoo train recipes/stacked_mnist_dcgan.py

Cost: 88 s of CPU time for the first 900 of 12,000 steps on one core of a shared AMD EPYC, 2026-11-29; so some 20 minutes
for all.

Score: not measured: the training was not run to its end. After 900 steps the samples are blurs of the digits' mean.
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
        data=Images("stacked_mnist", size=32),
        model=GAN(
            generator=dcgan_generator(size=32, channels=3, width=32),
            discriminator=dcgan_discriminator(size=32, channels=3, width=32),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 10000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 10000, 0.0), beta_1=0.5),
        },
        batch_size=64,
        steps=10000,
    )
