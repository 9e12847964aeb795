"""Generation from a discriminator alone, on a ring of eight Gaussians: negatives by exhaustive search of the plane.

Lazarow, Jin, Tu 2017, "Introspective Neural Networks for Generative Modeling", arXiv:1704.07820, with the search that two
dimensions allow: all 10,000 cells of a grid in each step, the highest as negatives.

Run: ganzoo train recipes/ring_search.py

Cost: 25 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: 8 of 8 modes, 60 % of samples within 3 sd of one (real 99 %), KL 0.011 (floor 0.00035), by
`ganzoo evaluate runs/ring_search/default --metrics mode_coverage`.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Points
from ganzoo.families import EnergyModel
from ganzoo.negative_sampling import GridSearch
from ganzoo.networks import mlp_discriminator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Points("ring8"),
        model=EnergyModel(
            discriminator=mlp_discriminator(shape=(2,), width=128, depth=3),
            search=GridSearch(low=-3.0, high=3.0, side=100, argmax=True),
            l2=0.02,
        ),
        optimizers={"discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-3, 4000, 0.0))},
        batch_size=256,
        steps=4000,
        checkpoint_every=200,
        keep_checkpoints=20,
    )
