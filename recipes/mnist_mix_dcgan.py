"""MIX+DCGAN on MNIST: three generators against three discriminators.

Arora, Ge, Liang, Ma, Zhang 2017, "Generalization and Equilibrium in Generative Adversarial Nets", arXiv:1703.00573, where
three of each play on MNIST too, in DCGANs that are told the label. Here none is; the layers of mnist_dcgan at half its
width, and nine pairs of them in every step.

Run: ganzoo train recipes/mnist_mix_dcgan.py

Cost: 64 s of CPU time for the first 400 of 10,000 steps on one core of a shared AMD EPYC, 2026-11-30; so some 27 minutes for
all.

Score: not measured: the training was not run to its end. After 400 steps each of the three generators draws one ragged
shape.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import MIXGAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist"),
        model=MIXGAN(
            generator=dcgan_generator(size=28, channels=1, width=16),
            discriminator=dcgan_discriminator(size=28, channels=1, width=16),
            components=3,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 10000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 10000, 0.0), beta_1=0.5),
        },
        batch_size=64,
        steps=10000,
    )
