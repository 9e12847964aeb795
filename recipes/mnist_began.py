"""BEGAN on MNIST at 32x32, seen while it is still spread over the digits.

Berthelot, Schumm, Metz 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks", arXiv:1703.10717: the paper's
networks at an eighth of its width, with the controller and the pair of learning rates of `digits_began`, whose docstring says
what they do.

Run: ganzoo train recipes/mnist_began.py

Cost: not measured yet.

Score: not measured yet.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import BEGAN
from ganzoo.networks import began_discriminator, began_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist", size=32),
        model=BEGAN(
            generator=began_generator(size=32, channels=1, latent_dim=64, width=16),
            discriminator=began_discriminator(size=32, channels=1, code_dim=64, width=16),
            gamma=0.6,
            lambda_k=0.02,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(4e-4, 1500, 0.5, staircase=True)),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.ExponentialDecay(1e-4, 1500, 0.5, staircase=True)
            ),
        },
        batch_size=16,
        steps=4000,
    )
