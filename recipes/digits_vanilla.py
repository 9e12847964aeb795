"""The first GAN, fully connected, on 8x8 handwritten digits.

Goodfellow et al. 2014, "Generative Adversarial Nets", arXiv:1406.2661; both players move from the same
point, as in the authors' code, with Adam in the place of SGD with momentum.

Run: ganzoo train recipes/digits_vanilla.py

Cost: PENDING

Score: PENDING
"""

import keras
from fiddle.experimental.auto_config import auto_config
from ganzoo.data.images import Images

from ganzoo.families.gan import GAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=GAN(
            generator=mlp_generator(shape=(8, 8, 1), latent_dim=32, width=256, depth=2),
            discriminator=mlp_discriminator(shape=(8, 8, 1), width=128, depth=2, maxout=5, dropout=0.5),
            simultaneous=True,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=20000,
    )
