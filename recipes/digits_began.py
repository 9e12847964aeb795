"""BEGAN on 8x8 handwritten digits: an autoencoder as discriminator, a controller that keeps it in balance.

Berthelot, Schumm, Metz 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks", arXiv:1703.10717.

Run: ganzoo train recipes/digits_began.py

Cost: 55 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 59 with 360 samples (held-out real data 0.51), precision 0.91, recall 0.00, 3 of 10 classes, N_eff 7, by
`ganzoo evaluate runs/digits_began/default --metrics frechet_distance,precision_recall,label_coverage`: it drops modes, which
BEGAN is known for. The autoencoder feels data and samples at a kind of digit with weights p and -k q, which cancel at
k = p / q: with samples of two kinds k rests near 0.1, and ways to other kinds lead over images that it reconstructs badly.
Lower gamma, higher rates, wider networks and codes of 8 and 32 all ended with one or two kinds.
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
