"""Stacked GAN on 8x8 handwritten digits: a classifier, a GAN for each of its levels, and both together.

Huang, Li, Poursaeed, Hopcroft, Belongie 2017, "Stacked Generative Adversarial Networks", arXiv:1612.04357; the method at
8x8.

Run: ganzoo train recipes/digits_stacked.py

Cost: 147 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 1.38 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.92 (0.88), recall 0.71
(0.90), label_accuracy 1.00 (0.997), within_condition_diversity 0.34 (0.43), by `ganzoo evaluate exported/digits_stacked
--metrics frechet_distance,precision_recall,label_accuracy,within_condition_diversity`, labels by the data's class shares;
N_eff 8,473 [7,483, 9,594] by `ganzoo birthday`, automatic threshold: the fewest different samples of the models in
docs/support.md.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses, noise
from ganzoo.data import Images
from ganzoo.families import StackedGAN
from ganzoo.networks import (
    stacked_discriminator_0,
    stacked_discriminator_1,
    stacked_encoder,
    stacked_generator_0,
    stacked_generator_1,
)
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits", labels=True),
        model=StackedGAN(
            encoder=stacked_encoder(size=8, channels=1, width=16, feature_dim=64),
            generator_1=stacked_generator_1(feature_dim=64, latent_dim=16, width=128),
            discriminator_1=stacked_discriminator_1(feature_dim=64, latent_dim=16, num_classes=10, width=128),
            generator_0=stacked_generator_0(
                size=8, channels=1, feature_dim=64, latent_dim=16, width=64, embedding=32, kernel_size=3, first_side=2
            ),
            discriminator_0=stacked_discriminator_0(size=8, channels=1, latent_dim=16, num_classes=10, width=32, norm="layer"),
            adversarial_loss=losses.NonSaturating(),
            latents=noise.Uniform(0.0, 1.0),
            average_decay=0.995,
        ),
        optimizers={
            "encoder": keras.optimizers.Adam(1e-3),
            "generator_1": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator_1": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "generator_0": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator_0": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=100,
        steps=6500,
        phases={"encoder": 500, "stack_1": 2000, "stack_0": 2000, "joint": 2000},
    )
