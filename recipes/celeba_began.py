"""BEGAN on CelebA faces at 64x64, with the paper's settings.

Berthelot, Schumm, Metz 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks", arXiv:1703.10717. The paper
halves the learning rate where its metric of convergence stalls; here it halves every 100,000 steps, as in the best-known
reproduction. A larger `gamma` gives more varied, a smaller one smoother faces; the paper shows 0.3, 0.5 and 0.7.

Run: ganzoo train recipes/celeba_began.py

Cost: not measured: a GPU's work. `--smoke` takes it through three steps. The data set's download is 1.4 GB.

Score: not measured. Samples of BEGAN look smooth and vary little; watch `convergence` and `k` in TensorBoard.
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
        data=Images("celeb_a", size=64, crop=108),
        model=BEGAN(
            generator=began_generator(size=64, channels=3, latent_dim=64, width=128),
            discriminator=began_discriminator(size=64, channels=3, code_dim=64, width=128),
            gamma=0.5,
            lambda_k=0.001,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-4, 100_000, 0.5, staircase=True)),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.ExponentialDecay(1e-4, 100_000, 0.5, staircase=True)
            ),
        },
        batch_size=16,
        steps=300000,
        sample_every=2000,
        checkpoint_every=2000,
    )
