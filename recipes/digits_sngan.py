"""SNGAN on 8x8 handwritten digits: spectral normalisation, hinge loss, residual networks.

Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", arXiv:1802.05957; its networks for 32x32
at 8x8 and a quarter of the width.

Run: ganzoo train recipes/digits_sngan.py

Cost: 2.5 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 1.03 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.61 (0.88), recall 0.91
(0.90), by `ganzoo evaluate runs/digits_sngan/default`; three seeds are in docs/families.md.
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
        data=Images("digits"),
        model=GAN(
            generator=resnet_generator(size=8, channels=1, latent_dim=64, width=64),
            discriminator=resnet_discriminator(size=8, channels=1, width=32),
            adversarial_loss=losses.Hinge(),
            discriminator_steps=2,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.9),
            "discriminator": keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.9),
        },
        batch_size=64,
        steps=4000,
    )
