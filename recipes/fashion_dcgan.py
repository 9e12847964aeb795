"""DCGAN on Fashion-MNIST.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434: the paper's layers at 28x28, by maps of 4, 7 and 14, with 32 channels at 14x14 where the paper
has 128 at its half resolution, and learning rates that fall to nothing at the end.

Run: ganzoo train recipes/fashion_dcgan.py

Cost: 12.8 minutes (769 s) of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: FD[cnn-fashion_mnist] 1.43 [1.39, 1.47] (held-out 0.11), precision 0.64 (0.86), recall 0.74 (0.87), by `ganzoo evaluate
runs/fashion_dcgan/default --metrics frechet_distance,precision_recall`. N_eff 4,166,250 [1,054,601, 7,997,754] (held-out
1,562,188) by `ganzoo evaluate fashion_dcgan --metrics birthday`, 2026-12-01.
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
        data=Images("fashion_mnist"),
        model=GAN(
            generator=dcgan_generator(size=28, channels=1, width=32),
            discriminator=dcgan_discriminator(size=28, channels=1, width=32),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 12000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 12000, 0.0), beta_1=0.5),
        },
        batch_size=64,
        steps=12000,
    )
