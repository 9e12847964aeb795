"""DCGAN on MNIST at 32x32.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434.

Run: ganzoo train recipes/mnist_dcgan.py

Cost: 11 minutes of CPU time for 4,540 of the 12,000 steps, 26 minutes by the clock,
on 2 cores of an AMD EPYC, 2026-11-22, shared with other work; so some half an hour of CPU time for all.
Measured with `--precision float32`.

Score: after 4,540 steps FD[cnn-mnist@32] 5.3 with 10,000 samples (held-out real data 0.23, the floor 0.11), precision 0.54
(0.87), recall 0.68 (0.84), by `ganzoo evaluate runs/mnist_dcgan/default --metrics all`. The full run was not measured.
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
        data=Images("mnist", size=32),
        model=GAN(
            generator=dcgan_generator(size=32, channels=1, width=32),
            discriminator=dcgan_discriminator(size=32, channels=1, width=32),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=12000,
    )
