"""DCGAN on CIFAR-10.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434.

A quarter of the paper's widths for maps of these sides, and rates that fall to nothing: it ends within the hour on a CPU.

Run: ganzoo train recipes/cifar_dcgan.py

Cost: 35 minutes of CPU time (37 by the clock) for all 8,000 steps, ten epochs, in float32 on one core of a shared AMD EPYC with
AVX2 alone, 2026-11-30.

Score: FD[inception768] 0.72 (real 0.12, the floor 0.10), precision 0.54 (0.76), recall 0.00 (0.75), by `ganzoo evaluate
runs/cifar_dcgan/default --data 'cifar10:train[:2000]' --count 1000 --metrics frechet_distance,precision_recall --extractor
PATH:features_768`, where PATH is a SavedModel of the first blocks of Inception. Scenes and animals' outlines, few objects that
can be named. Of twice the width, 4,000 steps of batch 128 at constant rates had 0.66 (docs/support.md). This model's N_eff is
1,086,848 [320,866, 2,706,735] (held-out 462,870) by `ganzoo evaluate cifar_dcgan --metrics birthday`, 2026-12-01.
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
            generator=dcgan_generator(size=32, channels=3, width=32),
            discriminator=dcgan_discriminator(size=32, channels=3, width=32),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 8000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 8000, 0.0), beta_1=0.5),
        },
        batch_size=64,
        steps=8000,
    )
