"""R3GAN on MNIST at 32x32.

Huang, Gokaslan, Kuleshov, Tompkin 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv:2501.05441. The
paper's layers, loss and penalties with widths of 8 to 128 where it has 768, one block a stage, no labels, no augmentation,
and learning rates that fall to nothing.

Run: ganzoo train recipes/mnist_r3gan.py

Cost: not measured; fashion_r3gan, of the same networks, batches and steps, takes 36 minutes of CPU time.

Score: not measured: it was not trained. Its penalties and its discriminator of half the generator's width are fashion_r3gan's,
which does better with them than with penalties of 0.1 and as wide a discriminator.
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
        data=Images("mnist", size=32),
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
