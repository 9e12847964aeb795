"""Projection discriminator on CIFAR-10, with residual networks and conditional batch norm.

Miyato, Koyama 2018, "cGANs with Projection Discriminator", arXiv:1802.05637; sizes, schedule and learning rates as in
mimicry (github.com/kwotsin/mimicry), whose run of 100,000 steps had FID 10.84; unlike it with
mirrored images and a moving average of the generator.

Run: ganzoo train recipes/cifar_projection.py

Cost: not measured at full width: a GPU's work. 100 steps at a quarter of it, `--set model.generator.width=64 --set
model.discriminator.width=32`, took 2.0 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: at that width FD[random-conv] with 2,000 samples is 2.34 after 50 steps and 1.52 after 100 (held-out real data 0.042, the
floor 0.024), by `ganzoo evaluate RUN --metrics frechet_distance --extractor random --count 2000`: a beginning, no result.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data import Images
from ganzoo.families import ConditionalGAN
from ganzoo.networks import resnet_discriminator, resnet_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("cifar10", flip=True, labels=True),
        model=ConditionalGAN(
            generator=resnet_generator(size=32, channels=3, num_classes=10),
            discriminator=resnet_discriminator(size=32, channels=3, num_classes=10),
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
