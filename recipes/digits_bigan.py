"""BiGAN on 8x8 handwritten digits.

Donahue, Krähenbühl, Darrell 2017, "Adversarial Feature Learning", arXiv:1605.09782;
the networks of digits_dcgan.

Run: ganzoo train recipes/digits_bigan.py

Cost: 2.4 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 1.24 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.60 (0.88), recall 0.93
(0.90), by `ganzoo evaluate runs/digits_bigan/default`.
By `ganzoo probe`: G(E(x)) is 2.77 from x (another image 6.01); nearest neighbours by codes name 93.9 % of 360 held-out
digits (by pixels 98.6 %), a linear probe 93.3 % (96.9 %).
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import BiGAN
from ganzoo.networks import dcgan_encoder, dcgan_generator, dcgan_joint_discriminator
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
