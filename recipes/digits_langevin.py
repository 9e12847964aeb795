"""Generation from a discriminator alone, on 8x8 handwritten digits: negatives by Langevin dynamics with a replay buffer.

Du and Mordatch 2019, "Implicit Generation and Modeling with Energy Based Models", arXiv:1903.08689.

Run: ganzoo train recipes/digits_langevin.py

Cost: 107 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 8.18 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.28 (0.88), recall 0.82
(0.90), by `ganzoo evaluate runs/digits_langevin/default`.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data import Images
from ganzoo.families import EnergyModel
from ganzoo.negative_sampling import Langevin
from ganzoo.networks import dcgan_discriminator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=EnergyModel(
            discriminator=dcgan_discriminator(size=8, channels=1, width=64, last_side=2, kernel_size=3, norm="none"),
            search=Langevin(steps=20, step_size=0.1, noise=0.02),
            sample_search=Langevin(steps=200, step_size=0.1, noise=0.02),
            adversarial_loss=losses.Wasserstein(),
            l2=0.1,
            buffer=5000,
        ),
        optimizers={"discriminator": keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.999)},
        batch_size=64,
        steps=3000,
    )
