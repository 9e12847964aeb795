"""BiGAN on 8x8 handwritten digits.

Donahue, Krähenbühl, Darrell 2017, "Adversarial Feature Learning", arXiv:1605.09782;
the networks of digits_dcgan.

Run: ganzoo train recipes/digits_bigan.py

Cost: not measured yet.

Score: not measured yet.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.images import Images
from ganzoo.families.bigan import BiGAN
from ganzoo.networks.bigan import dcgan_encoder, dcgan_joint_discriminator
from ganzoo.networks.dcgan import dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=BiGAN(
            generator=dcgan_generator(size=8, channels=1, latent_dim=32, width=64, first_side=2, kernel_size=3),
            encoder=dcgan_encoder(size=8, channels=1, latent_dim=32, width=64, last_side=2, kernel_size=3),
            discriminator=dcgan_joint_discriminator(
                size=8, channels=1, latent_dim=32, width=64, last_side=2, kernel_size=3, latent_width=128, joint_width=256
            ),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=6000,
    )
