"""DCGAN on Stacked MNIST, three digits in the channels of an image: how many of 1,000 known modes does it find?

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434; the test is that of Metz et al. 2017, "Unrolled Generative Adversarial Networks",
arXiv:1611.02163. Here at 32x32.

Run: ganzoo train recipes/stacked_mnist_dcgan.py

Cost: 12.7 minutes (765 s) of CPU time on one core of a shared AMD EPYC, 2026-11-30: 497 s for the last 6,500 of the 10,000
steps, before which it was stopped once, and the rest reckoned from these.

Score: all 1,000 modes in 26,000 samples, KL of the modes' shares to uniform 0.249 (held-out real data 0.055, by chance 0.019),
FD[stacked-cnn-mnist@32] 36.2 (1.18), precision 0.26 (0.85), recall 0.22 (0.86), by `ganzoo evaluate
runs/stacked_mnist_dcgan/default --metrics frechet_distance,precision_recall,label_coverage --count 26000`: every mode is
there, but most digits have specks or gaps. No twins among 10,000 samples, so N_eff is at least 4,445,269 (held-out at least
214,111) by `ganzoo evaluate stacked_mnist_dcgan --metrics birthday`, 2026-12-01.
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
        data=Images("stacked_mnist", size=32),
        model=GAN(
            generator=dcgan_generator(size=32, channels=3, width=32),
            discriminator=dcgan_discriminator(size=32, channels=3, width=32),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 10000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 10000, 0.0), beta_1=0.5),
        },
        batch_size=64,
        steps=10000,
    )
