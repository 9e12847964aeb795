"""R3GAN on Fashion-MNIST at 32x32.

Huang, Gokaslan, Kuleshov, Tompkin 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv:2501.05441. The
paper's layers, loss and penalties with widths of 8 to 128 where it has 768, one block a stage, no labels, no augmentation,
and learning rates that fall to nothing.

Run: ganzoo train recipes/fashion_r3gan.py

Cost: 36 minutes (2,180 s) of CPU time on one core of a shared AMD EPYC with AVX2 alone, 2026-12-01.

Score: FD[cnn-fashion_mnist@32] 2.89 [2.74, 3.05] (held-out 0.12), precision 0.70 (0.86), recall 0.23 (0.86), by `ganzoo
evaluate runs/fashion_r3gan/default --metrics frechet_distance,precision_recall`. All but a few, to the eye, are garments, shoes
or bags that can be named. N_eff 135,488 [90,310, 174,119] (held-out 961,346) by `ganzoo evaluate fashion_r3gan --metrics
birthday`, 2026-12-01.

Tried, 2026-11-30: penalties of 0.1 and a discriminator as wide as the generator, 128-64-16-8, for 3,000 steps of 64, 30
minutes, had 9.46, and a third of its samples were outlines of nothing.
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
        data=Images("fashion_mnist", size=32),
        model=GAN(
            generator=r3gan_generator(size=32, channels=1, latent_dim=64, width=(128, 64, 32, 16), blocks=1),
            discriminator=r3gan_discriminator(size=32, channels=1, width=(64, 32, 16, 8), blocks=1),
            adversarial_loss=losses.Relativistic(),
            penalties=[penalties.R1(gamma=10.0), penalties.R2(gamma=10.0)],
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(1e-3, 8000, 0.0), beta_1=0.0, beta_2=0.99
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(1e-3, 8000, 0.0), beta_1=0.0, beta_2=0.99
            ),
        },
        batch_size=32,
        steps=8000,
    )
