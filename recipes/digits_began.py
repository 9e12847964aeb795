"""BEGAN on 8x8 handwritten digits: an autoencoder as discriminator, a controller that keeps it in balance.

Berthelot, Schumm, Metz 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks", arXiv:1703.10717.

Run: ganzoo train recipes/digits_began.py

Cost: some 20 s of CPU time on one core of a shared AMD EPYC, 2026-11-29.

Score: in a training of 3,000 steps (seed 0) 10 of 10 classes had more than 1 % of 3,600 samples at step 1,500, 9 at 1,800 and
2,100, 4.4 effective classes, eights 41 %; 8 at 2,400, 7 at 3,000: so it ends at 2,000. By `python benchmarks/began_classes.py`,
but for the steps. Other seeds and scores are not measured yet; `exported/digits_began` has earlier settings, and 3 classes.

The autoencoder feels data and samples at a kind of digit with weights p and -k q, which cancel at k = p / q: kinds spread only
while k rises, and samples must stay better reconstructed than data meanwhile. Hence a controller twenty times as quick as the
paper's, for a hundredth of its steps, and a discriminator that learns at a fourth of the generator's rate. On the same seed,
with gamma 1 ones, fours and sevens went; with gamma 0.7, lambda_k 0.001 and both rates 1e-4 eights were 69 % after 6,000 steps.
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
        data=Images("digits"),
        model=BEGAN(
            generator=began_generator(size=8, channels=1, latent_dim=32, width=32),
            discriminator=began_discriminator(size=8, channels=1, code_dim=32, width=32),
            gamma=0.6,
            lambda_k=0.02,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(2e-4, 1500, 0.5, staircase=True)),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.ExponentialDecay(5e-5, 1500, 0.5, staircase=True)
            ),
        },
        batch_size=16,
        steps=2000,
    )
