"""WGAN-GP on MNIST.

Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", arXiv:1704.00028; the networks of the authors' gan_mnist.py,
without a normalisation, with a width of 24 in the place of 64, Gaussian weights at first, and a fortieth of its 200,000
steps, in which the learning rates fall to nothing.

Run: ganzoo train recipes/mnist_wgan_gp.py

Cost: 62 s of CPU time for the first 300 steps on one core of a shared AMD EPYC, 2026-11-30; so some 17 minutes for all
5,000 (reckoned).

Score: not measured: the training was not run to its end. After 300 steps samples are strokes of the right size.
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
            generator=dcgan_generator(size=28, channels=1, latent_dim=128, width=24, norm="none"),
            critic=dcgan_discriminator(size=28, channels=1, width=24, norm="none"),
            critic_steps=5,
            clip=None,
            penalties=[penalties.WGANGP(weight=10.0)],
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 5000, 0.0), beta_1=0.5, beta_2=0.9
            ),
            "critic": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 25000, 0.0), beta_1=0.5, beta_2=0.9
            ),
        },
        batch_size=50,
        steps=5000,
    )
