"""MIX+DCGAN on CIFAR-10.

Arora, Ge, Liang, Ma, Zhang 2017, "Generalization and Equilibrium in Generative Adversarial Nets", arXiv:1703.00573, who report
an inception score of 7.65 with five components and 7.16 with one, both with labels; here without.

Run: ganzoo train recipes/cifar_mix_dcgan.py

Cost: not measured: a GPU's work.

Score: not measured yet; `ganzoo train recipes/cifar_mix_dcgan.py --smoke` was run.
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
        data=Images("cifar10", flip=True),
        model=MIXGAN(
            generator=dcgan_generator(size=32, channels=3, width=64),
            discriminator=dcgan_discriminator(size=32, channels=3, width=64),
            components=3,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=40000,
    )
