"""DCGAN on CIFAR-10.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434.

Run: ganzoo train recipes/cifar_dcgan.py

Cost: 35 minutes of CPU time for 4,000 of the 40,000 steps, 47 minutes by the clock,
on 2 cores of an AMD EPYC, 2026-11-22, shared with other work; so some 6 hours of CPU time for all: a GPU's work.
Measured with `--precision float32`.

Score: after 4,000 steps FD[random-conv] 0.084 with 10,000 samples (held-out real data 0.014, the floor 0.008), by
`ganzoo evaluate runs/cifar_dcgan/default --metrics frechet_distance --extractor random`. The full run was not measured.
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
        data=Images("cifar10", flip=True),
        model=GAN(
            generator=dcgan_generator(size=32, channels=3, width=64),
            discriminator=dcgan_discriminator(size=32, channels=3, width=64),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=40000,
    )
