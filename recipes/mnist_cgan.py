"""Conditional GAN on MNIST: a digit on request.

Mirza, Osindero 2014, "Conditional Generative Adversarial Nets", arXiv:1411.1784: the paper's fully connected networks and
prior at a third of their widths, and Adam, whose rates fall to nothing, in the place of SGD with momentum.

Run: ganzoo train recipes/mnist_cgan.py

Cost: not measured yet.

Score: not measured yet.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import noise
from ganzoo.data import Images
from ganzoo.families import ConditionalGAN
from ganzoo.networks import cgan_discriminator, cgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist", labels=True),
        model=ConditionalGAN(
            generator=cgan_generator(shape=(28, 28, 1), num_classes=10, latent_width=70, label_width=330, width=400),
            discriminator=cgan_discriminator(shape=(28, 28, 1), num_classes=10, image_width=80, label_width=16, width=80),
            latents=noise.Uniform(0.0, 1.0),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 40000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 40000, 0.0), beta_1=0.5),
        },
        batch_size=100,
        steps=40000,
    )
