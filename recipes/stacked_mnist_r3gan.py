"""R3GAN on Stacked MNIST at 32x32: how many of 1,000 known modes does it find?

Huang, Gokaslan, Kuleshov, Tompkin 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv:2501.05441. Its
first experiment is this one, with all 1,000 modes and a KL of 0.029. The widths and rates of mnist_r3gan.

Run: ganzoo train recipes/stacked_mnist_r3gan.py

Cost: under 130 s for the first 300 steps on one core of a shared AMD EPYC, 2026-11-30; so up to half an hour for all 4,000
(reckoned).

Score: not measured: the training was not run to its end. After 300 steps each colour has a stroke or a ring of its own.
3,000 steps from 1e-3 to nothing with 16 for 32 channels, the optimizers and widths of fashion_r3gan, 30 minutes with AVX2
alone, 2026-11-30, ended with a discriminator that had won: 141 modes and FD[stacked-cnn-mnist@32] 225 (held-out 1.5), by
`ganzoo evaluate runs/stacked_mnist_r3gan/default --metrics label_coverage --count 26000` and with `frechet_distance`.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses, penalties
from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import r3gan_discriminator, r3gan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("stacked_mnist", size=32),
        model=GAN(
            generator=r3gan_generator(size=32, channels=3, latent_dim=64, width=(128, 64, 32, 8), blocks=1),
            discriminator=r3gan_discriminator(size=32, channels=3, width=(128, 64, 32, 8), blocks=1),
            adversarial_loss=losses.Relativistic(),
            penalties=[penalties.R1(gamma=0.1), penalties.R2(gamma=0.1)],
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(5e-4, 4000, 0.0), beta_1=0.0, beta_2=0.99
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(5e-4, 4000, 0.0), beta_1=0.0, beta_2=0.99
            ),
        },
        batch_size=64,
        steps=4000,
    )
