"""Projection discriminator on Fashion-MNIST at 32x32, with small residual networks.

Miyato, Koyama 2018, "cGANs with Projection Discriminator", arXiv:1802.05637: the residual networks for 32x32 with an eighth
of their width, conditional batch norm in the generator, spectral norm and the label's inner product with the features in
the discriminator, hinge loss; two steps of the discriminator to one of the generator where the paper has five.

Run: ganzoo train recipes/fashion_projection.py

Cost: 23 minutes (1,380 s) of CPU time on one core of a shared AMD EPYC with AVX2 alone, 2026-11-30.

Score: FD[cnn-fashion_mnist@32] 23.5 [23.4, 23.6] (held-out 0.12), precision 0.42 (0.86), recall 0.00 (0.86), by `ganzoo
evaluate runs/fashion_projection/default --metrics frechet_distance,precision_recall`. Each class is a garment that can be
named, but nearly always the same one: a collapse within the classes.
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
        data=Images("fashion_mnist", size=32, labels=True),
        model=ConditionalGAN(
            generator=resnet_generator(size=32, channels=1, width=32, num_classes=10),
            discriminator=resnet_discriminator(size=32, channels=1, width=32, num_classes=10),
            adversarial_loss=losses.Hinge(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 8000, 0.0), beta_1=0.0, beta_2=0.9
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(8e-4, 8000, 0.0), beta_1=0.0, beta_2=0.9
            ),
        },
        batch_size=32,
        steps=8000,
    )
