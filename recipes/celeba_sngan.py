"""SNGAN on CelebA faces at 64x64: residual networks, spectral normalisation, the hinge loss.

Miyato, Kataoka, Koyama, Yoshida 2018, "Spectral Normalization for Generative Adversarial Networks", arXiv:1802.05957;
networks and settings as in mimicry (Lee and Town 2020, arXiv:2005.02494).

Run: ganzoo train recipes/celeba_sngan.py

Cost: not measured: 100,000 steps are a GPU's work. `--smoke` takes it through three. The data set's download is 1.4 GB.

Score: not measured; mimicry reports FID 5.71.
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
        data=Images("celeb_a", size=64),
        model=GAN(
            generator=resnet_generator(size=64, channels=3, latent_dim=128),
            discriminator=resnet_discriminator(size=64, channels=3),
            adversarial_loss=losses.Hinge(),
            discriminator_steps=5,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 100_000, 0.0), beta_1=0.0, beta_2=0.9
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 500_000, 0.0), beta_1=0.0, beta_2=0.9
            ),
        },
        batch_size=64,
        steps=100000,
        sample_every=1000,
        checkpoint_every=1000,
    )
