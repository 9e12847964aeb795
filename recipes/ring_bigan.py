"""BiGAN on a ring of eight Gaussians: does the encoder invert the generator?

Donahue, Krähenbühl, Darrell 2017, "Adversarial Feature Learning", arXiv:1605.09782.

Run: ganzoo train recipes/ring_bigan.py

Cost: 33 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: 8 of 8 modes, 49 % of samples within 3 sd of one (real 99 %), KL 0.0014 (floor 0.00035), by
`ganzoo evaluate runs/ring_bigan/default --metrics mode_coverage`.
By `ganzoo probe`: G(E(x)) is 0.074 from x (another point 2.46), E(G(z)) 0.65 from z (another latent 1.83): the encoder
inverts the generator from mode to mode, while a mode of 0.02 across tells it little of where in the mode a latent lies.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Points
from ganzoo.families import BiGAN
from ganzoo.networks import mlp_encoder, mlp_generator, mlp_joint_discriminator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Points("ring8"),
        model=BiGAN(
            generator=mlp_generator(shape=(2,), latent_dim=2, width=128, depth=2, output="linear"),
            encoder=mlp_encoder(shape=(2,), latent_dim=2, width=128, depth=2),
            discriminator=mlp_joint_discriminator(shape=(2,), latent_dim=2, width=128, depth=2),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(1e-3, 20000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(1e-3, 20000, 0.0), beta_1=0.5),
        },
        batch_size=256,
        steps=20000,
    )
