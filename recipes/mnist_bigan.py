"""BiGAN on MNIST at 32x32.

Donahue, Krähenbühl, Darrell 2017, "Adversarial Feature Learning", arXiv:1605.09782: nearest
neighbours by its encodings name 97.4 % of test digits.

Run: ganzoo train recipes/mnist_bigan.py

Cost: 4.2 minutes of CPU time for 1,200 of the 12,000 steps on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: after those 1,200 steps, 89.1 % of 2,000 test digits have the label of the nearest of 10,000 training codes (raw pixels
95.5 %), a linear probe names 87.5 % (88.1 %), G(E(x)) is 14.6 from x (another digit 22.2), by `ganzoo probe
runs/mnist_bigan/default`. The whole training was not run.
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
        data=Images("mnist", size=32),
        model=BiGAN(
            generator=dcgan_generator(size=32, channels=1, latent_dim=50, width=32),
            encoder=dcgan_encoder(size=32, channels=1, latent_dim=50, width=32),
            discriminator=dcgan_joint_discriminator(
                size=32, channels=1, latent_dim=50, width=32, latent_width=512, joint_width=1024
            ),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=12000,
    )
