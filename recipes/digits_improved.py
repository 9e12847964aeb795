"""DCGAN on 8x8 handwritten digits with the improved techniques, each by an argument; none is on: digits_dcgan, bit for bit.

Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498. One `--set` each:
feature matching `'model.feature_matching=FeatureMatching()'`, historical averaging `model.historical_averaging=1e-3`,
one-sided label smoothing `model.adversarial_loss.smoothing=0.9`, minibatch discrimination
`model.discriminator.minibatch_discrimination=true`, virtual batch normalisation `model.generator.norm=virtual`.
The sixth, semi-supervised learning, is digits_semi_supervised.

Run: ganzoo train recipes/digits_improved.py --set model.generator.norm=virtual

Cost: as digits_dcgan; minibatch discrimination nearly doubles it, the others add a fifth at most (200 steps, start included:
5.0 s of CPU time, 9.3 s with minibatch discrimination, on 2 cores of an AMD EPYC, 2026-11-22, shared with other work).

Score: `python benchmarks/tricks.py` puts the techniques side by side; docs/training.md has its table.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families.improved import FeatureMatching, ImprovedGAN  # noqa: F401 - for --set
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=ImprovedGAN(
            generator=dcgan_generator(size=8, channels=1, latent_dim=64, width=64, first_side=2, kernel_size=3),
            discriminator=dcgan_discriminator(size=8, channels=1, width=64, last_side=2, kernel_size=3),
            feature_matching=None,
            historical_averaging=0.0,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=6000,
    )
