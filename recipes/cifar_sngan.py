"""SNGAN on CIFAR-10 with small residual networks.

Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", arXiv:1802.05957: the residual networks for
32x32 with an eighth (G) and a quarter (D) of their width, half the batch, two discriminator steps of five at twice the rate;
unlike the paper with mirrored images and a moving average of the generator. The paper's size, a GPU's work, has FID 21.7
there and 16.8 in mimicry's run of 100,000 steps:

    --set model.generator.width=256 --set model.discriminator.width=128 --set model.discriminator_steps=5
    --set batch_size=64 --set steps=100000 --set optimizers.generator.learning_rate.decay_steps=100000
    --set optimizers.discriminator.learning_rate.decay_steps=500000
    --set optimizers.discriminator.learning_rate.initial_learning_rate=2e-4

Run: ganzoo train recipes/cifar_sngan.py

Cost: not measured: the training was not run to its end.

Score: not measured.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import resnet_discriminator, resnet_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("cifar10", flip=True),
        model=GAN(
            generator=resnet_generator(size=32, channels=3, latent_dim=128, width=32),
            discriminator=resnet_discriminator(size=32, channels=3, width=32),
            adversarial_loss=losses.Hinge(),
            discriminator_steps=2,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 4000, 0.0), beta_1=0.0, beta_2=0.9
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(4e-4, 8000, 0.0), beta_1=0.0, beta_2=0.9
            ),
        },
        batch_size=32,
        steps=4000,
    )
