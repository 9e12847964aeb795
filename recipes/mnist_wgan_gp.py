"""WGAN-GP on MNIST.

Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", arXiv:1704.00028; the networks of the authors' gan_mnist.py,
without a normalisation, with a width of 16 in the place of 64, Gaussian weights at first, and some fortieth of its 200,000
steps, in which the learning rates fall to nothing.

Run: ganzoo train recipes/mnist_wgan_gp.py

Cost: 19 minutes (1,161 s) of CPU time on one core of a shared AMD EPYC with AVX2 alone, 2026-11-30.

Score: FD[cnn-mnist] 10.03 [9.79, 10.26] (held-out 0.21), precision 0.45 (0.86), recall 0.55 (0.85), by `ganzoo evaluate
runs/mnist_wgan_gp/default --metrics frechet_distance,precision_recall`. To the eye two digits in three can be read. No twins
among 10,000 samples, so N_eff is at least 4,445,269 (held-out at least 415,675) by `ganzoo evaluate mnist_wgan_gp --metrics
birthday`, 2026-12-01.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import penalties
from ganzoo.data import Images
from ganzoo.families import WGAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist"),
        model=WGAN(
            generator=dcgan_generator(size=28, channels=1, latent_dim=128, width=16, norm="none"),
            critic=dcgan_discriminator(size=28, channels=1, width=16, norm="none"),
            critic_steps=5,
            clip=None,
            penalties=[penalties.WGANGP(weight=10.0)],
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 4500, 0.0), beta_1=0.5, beta_2=0.9
            ),
            "critic": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 22500, 0.0), beta_1=0.5, beta_2=0.9
            ),
        },
        batch_size=50,
        steps=4500,
    )
