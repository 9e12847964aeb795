"""R3GAN's objective on a ring of eight Gaussians: a relativistic loss of pairs with both gradient penalties.

Huang, Gokaslan, Kuleshov, Tompkin 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv:2501.05441.

Run: ganzoo train recipes/ring_r3gan.py

Cost: 2.0 minutes (41 s of CPU time) on 2 cores of an AMD EPYC, 2026-11-22, shared with other work.

Score: 8 of 8 modes, 95 % of samples within 3 sd of one (real 99 %), KL 0.0018 (real 0.0002), by
`ganzoo evaluate runs/ring_r3gan/default --metrics mode_coverage`.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses, penalties
from ganzoo.data import Points
from ganzoo.families import GAN
from ganzoo.networks import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Points("ring8"),
        model=GAN(
            generator=mlp_generator(shape=(2,), latent_dim=16, width=128, depth=3, output="linear"),
            discriminator=mlp_discriminator(shape=(2,), width=128, depth=3),
            adversarial_loss=losses.Relativistic(),
            penalties=[penalties.R1(gamma=0.01), penalties.R2(gamma=0.01)],
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(1e-3, 12000, 0.0), beta_1=0.0, beta_2=0.99
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(1e-3, 12000, 0.0), beta_1=0.0, beta_2=0.99
            ),
        },
        batch_size=256,
        steps=12000,
        sample_every=2000,
        checkpoint_every=2000,
    )
