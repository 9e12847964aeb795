"""BEGAN on 8x8 handwritten digits: an autoencoder as discriminator, a controller that keeps it in balance.

Berthelot, Schumm, Metz 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks", arXiv:1703.10717.

Run: ganzoo train recipes/digits_began.py

Cost: 15 s of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: 10, 10 and 9 of 10 classes have more than 1 % of 3,600 samples on three seeds, 4.5 effective classes, eights 40 %, by
`python benchmarks/began_classes.py`, which also drew `docs/images/digits_began.png` of k and M. FD[cnn-digits] 18.1 with 360
samples (held-out real data 0.51), precision 0.34 (0.88), recall 0.51 (0.90), by `ganzoo evaluate runs/digits_began/default`;
N_eff 125,205 [120,488, 130,106] by `ganzoo birthday`. A training of 3,000 steps had 8 classes at 2,400 and 7 at 3,000: so it
ends at 2,000.

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
