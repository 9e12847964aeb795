"""Projection discriminator on Fashion-MNIST at 32x32, with small residual networks.

Miyato, Koyama 2018, "cGANs with Projection Discriminator", arXiv:1802.05637: the residual networks for 32x32 with an eighth
of their width, conditional batch norm in the generator, spectral norm and the label's inner product with the features in
the discriminator, hinge loss; the discriminator at four times the generator's rate where the paper has five steps of it.

Run: ganzoo train recipes/fashion_projection.py

Cost: 38 minutes (2,259 s) of CPU time on one core of a shared AMD EPYC with AVX2 alone, 2026-12-01.

Score: FD[cnn-fashion_mnist@32] 6.72 [6.58, 6.86] (held-out 0.12), precision 0.74 (0.86), recall 0.12 (0.86), by `ganzoo
evaluate runs/fashion_projection/default --metrics frechet_distance,precision_recall`. Nearly all but sandals and some coats can
be named, and those of a class differ. 90.7 % of 10,000 samples are of the class asked for (held-out 90.5 %), by `ganzoo
evaluate fashion_projection --metrics label_accuracy`. N_eff 531,862 [282,587, 745,594] (held-out 961,346) by `ganzoo evaluate
fashion_projection --metrics birthday`, 2026-12-01.

Tried, 2026-11-30: a discriminator of width 16 at the generator's rate, two steps to one, for 5,000 steps, 23 minutes, had
23.5, one and the same garment for each class.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data import Images
from ganzoo.families import ConditionalGAN
from ganzoo.networks import resnet_discriminator, resnet_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("fashion_mnist", size=32, labels=True),
        model=ConditionalGAN(
            generator=resnet_generator(size=32, channels=1, width=32, num_classes=10),
            discriminator=resnet_discriminator(size=32, channels=1, width=32, num_classes=10),
            adversarial_loss=losses.Hinge(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 8000, 0.0), beta_1=0.0, beta_2=0.9
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(8e-4, 8000, 0.0), beta_1=0.0, beta_2=0.9
            ),
        },
        batch_size=32,
        steps=8000,
    )
