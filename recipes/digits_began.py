"""BEGAN on 8x8 handwritten digits: an autoencoder as discriminator, a controller that keeps it in balance.

Berthelot, Schumm, Metz 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks", arXiv:1703.10717.

Run: ganzoo train recipes/digits_began.py

Cost: not measured: see the score.

Score: not good yet: every setting that was tried collapsed onto few digits. With width 16, code and latents of 16, gamma 1,
lambda_k .1 and batch 64, after 3,500 steps (74 s of CPU time), FD[cnn-digits] 64, precision .83, recall 0, 3 of 10 classes, by
`ganzoo evaluate --measures frechet_distance,precision_recall,label_coverage`: the dropping of modes that BEGAN is known for,
and worse.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.images import Images
from ganzoo.families.began import BEGAN
from ganzoo.networks.began import began_discriminator, began_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=BEGAN(
            generator=began_generator(size=8, channels=1, latent_dim=16, width=16, first_side=2),
            discriminator=began_discriminator(size=8, channels=1, code_dim=16, width=16, first_side=2),
            gamma=1.0,
            lambda_k=0.01,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(5e-4, 1000, 0.5, staircase=True)),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.ExponentialDecay(5e-4, 1000, 0.5, staircase=True)
            ),
        },
        batch_size=64,
        steps=3000,
    )
