"""SNGAN on CIFAR-10 with residual networks.

Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", arXiv:1802.05957; FID 21.7 in the paper,
16.8 in mimicry's run of 100,000 steps; unlike both with mirrored images and a moving average of the generator.

Run: ganzoo train recipes/cifar_sngan.py

Cost: not measured at full width: a GPU's work. 300 steps at a quarter of it, `--set model.generator.width=64 --set
model.discriminator.width=32`, took 4.7 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: at that width FD[random-conv] with 2,000 samples is 1.18 after 150 steps and 0.97 after 300 (held-out real data 0.042,
the floor 0.024), by `ganzoo evaluate RUN --metrics frechet_distance --extractor random --count 2000`: a beginning, no result.
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
            generator=resnet_generator(size=32, channels=3, latent_dim=128),
            discriminator=resnet_discriminator(size=32, channels=3),
            adversarial_loss=losses.Hinge(),
            discriminator_steps=5,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 100000, 0.0), beta_1=0.0, beta_2=0.9
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 500000, 0.0), beta_1=0.0, beta_2=0.9
            ),
        },
        batch_size=64,
        steps=100000,
    )
