"""R3GAN on 8x8 handwritten digits: no normalisation, no tricks, a loss that is proven to converge locally.

Huang, Gokaslan, Kuleshov, Tompkin 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv:2501.05441,
with a small part of the paper's width.

Run: ganzoo train recipes/digits_r3gan.py

Cost: 139 s of CPU time on one core of a shared AMD EPYC, 2026-11-29.

Score: FD[cnn-digits] 3.23 ± 0.14 over three seeds with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.42
± 0.04 (0.88), recall 0.91 (0.90), by `python benchmarks/families.py --only digits_r3gan --seeds 3`: worse than digits_dcgan
for as much work. With half the discriminator's width, 4.01 at gamma 0.5 and 3.65 at 0.1 (seed 0). The networks that
resampled by [1, 2, 1] had 3.65 ± 0.33 over three seeds, at half that width and gamma 0.5. Its strength is in modes, as in
stacked_digits_r3gan and grid_r3gan.
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
        data=Images("digits"),
        model=GAN(
            generator=r3gan_generator(size=8, channels=1, latent_dim=64, width=(128, 64), blocks=1, output="tanh"),
            discriminator=r3gan_discriminator(size=8, channels=1, width=64, blocks=1),
            adversarial_loss=losses.Relativistic(),
            penalties=[penalties.R1(gamma=0.1), penalties.R2(gamma=0.1)],
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(1e-3, 1800, 1e-4), beta_1=0.0, beta_2=0.99
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(1e-3, 1800, 1e-4), beta_1=0.0, beta_2=0.99
            ),
        },
        batch_size=64,
        steps=1800,
    )
