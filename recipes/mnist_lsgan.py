"""LSGAN on MNIST.

Mao et al. 2017, "Least Squares Generative Adversarial Networks", arXiv:1611.04076, whose networks are for 112x112; here the
networks of mnist_dcgan.

Run: ganzoo train recipes/mnist_lsgan.py

Cost: not measured yet.

Score: not measured yet.
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
        data=Images("mnist"),
        model=GAN(
            generator=dcgan_generator(size=28, channels=1, width=32),
            discriminator=dcgan_discriminator(size=28, channels=1, width=32),
            adversarial_loss=losses.LeastSquares(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 10000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 10000, 0.0), beta_1=0.5),
        },
        batch_size=128,
        steps=10000,
    )
