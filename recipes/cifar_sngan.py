"""SNGAN on CIFAR-10 with small residual networks.

Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", arXiv:1802.05957: the residual networks for
32x32 with some fifth (G) and three eighths (D) of their width; in the place of the paper's five discriminator steps one at
four times the generator's rate (Heusel et al. 2017, arXiv:1706.08500); with mirrored images and a moving average of the
generator, which the paper has not. Its size, a GPU's work, has FID 21.7 there and 16.8 in mimicry's run of 100,000 steps:

    --set model.generator.width=256 --set model.discriminator.width=128 --set model.discriminator_steps=5
    --set batch_size=64 --set steps=100000 --set optimizers.generator.learning_rate.decay_steps=100000
    --set optimizers.discriminator.learning_rate.decay_steps=500000
    --set optimizers.discriminator.learning_rate.initial_learning_rate=2e-4

Run: ganzoo train recipes/cifar_sngan.py

Cost: 35 minutes (2,127 s) of CPU time on one core of a shared AMD EPYC with AVX-512 and bfloat16, 2026-12-01.

Score: FD[inception768] 0.63 (held-out 0.12; cifar_ali 0.61, cifar_dcgan and cifar_stacked 0.72), precision 0.81 (0.76), recall
0.01 (0.75), by `ganzoo evaluate runs/cifar_sngan/default --metrics frechet_distance,precision_recall --data
'cifar10:train[:2000]' --count 1000 --extractor PATH:features_768`, PATH a SavedModel of Inception's first blocks. Outlines of
animals, ships and cars before their grounds, hardly one that can be named for sure: after 12 of the paper's 128 epochs. N_eff
5,555,000 [1,125,848, 12,169,270] (held-out 595,119) by `ganzoo evaluate runs/cifar_sngan/default --metrics birthday`,
2026-12-01. Widths of 32 for 5,000 steps of batch 32, 30 minutes without bfloat16, had FD 0.86.
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
            generator=resnet_generator(size=32, channels=3, latent_dim=128, width=48),
            discriminator=resnet_discriminator(size=32, channels=3, width=48),
            adversarial_loss=losses.Hinge(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 9000, 0.0), beta_1=0.0, beta_2=0.9
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(8e-4, 9000, 0.0), beta_1=0.0, beta_2=0.9
            ),
        },
        batch_size=64,
        steps=9000,
    )
