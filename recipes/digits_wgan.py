"""WGAN with clipped weights on 8x8 handwritten digits.

Arjovsky, Chintala, Bottou 2017, "Wasserstein GAN", arXiv:1701.07875: RMSprop, a clip of 0.01 and thorough rounds of 100 critic
steps are the authors'; the learning rate is ten times theirs, since these networks and this budget are small.

Run: ganzoo train recipes/digits_wgan.py

Cost: 2.0 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 4.77 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.29 (0.88), recall 0.93
(0.90), by `ganzoo evaluate runs/digits_wgan/default`; three seeds are in docs/families.md.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import WGAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=WGAN(
            generator=dcgan_generator(size=8, channels=1, latent_dim=64, width=64, first_side=2, kernel_size=3),
            critic=dcgan_discriminator(size=8, channels=1, width=64, last_side=2, kernel_size=3),
            critic_steps=5,
            clip=0.01,
            thorough_steps=100,
        ),
        optimizers={
            "generator": keras.optimizers.RMSprop(5e-4),
            "critic": keras.optimizers.RMSprop(5e-4),
        },
        batch_size=64,
        steps=4000,
    )
