"""Stacked GAN on CIFAR-10, the model of the birthday study's table of classes.

Huang, Li, Poursaeed, Hopcroft, Belongie 2017, "Stacked Generative Adversarial Networks", arXiv:1612.04357.

The encoder and the upper generator have the size of the authors' code. To suit a CPU the lower generator is a plain chain of
doublings (4, 8, 16, 32) with 256 to 64 channels instead of maps of 5, 10, 14, 28 and 32 with 256 to 128, and its
discriminator is a third as wide. Both discriminators have layer norm for batch norm (see `stacked_discriminator_0` and `_1`).
Beyond that: the non-saturating loss instead of the saturating one, mirrored images, dropout in the encoder, ten times the
learning rate in the upper stack and twice in the lower one. The authors trained each stack, and both together, for 200
epochs: 100,000 steps of batch 100 each; here it is 6 to 12 epochs a phase, of batch 64, with rates of the encoder and the
lower stack that fall to nothing. Nearer to them, and far dearer:

    --set batch_size=100 --set steps=320000 --set model.discriminator_0.width=96
    --set model.discriminator_0.norm=batch --set model.discriminator_1.norm=batch
    --set optimizers.generator_0.learning_rate=1e-4 --set optimizers.discriminator_0.learning_rate=1e-4
    --set optimizers.generator_1.learning_rate=1e-4 --set optimizers.discriminator_1.learning_rate=1e-4
    --set optimizers.encoder.learning_rate=1e-3
    --set "phases={'encoder': 20000, 'stack_1': 100000, 'stack_0': 100000, 'joint': 100000}"
    --set "model.adversarial_loss=losses.Minimax()"

Run: ganzoo train recipes/cifar_stacked.py

Cost: 51 minutes (3,087 s) of CPU time on one core of a shared AMD EPYC with AVX-512 and bfloat16, 2026-12-01: some 0.03 s a
step of the encoder and the upper stack, 0.19 of the lower one and of both.

Score: FD[inception768] 0.72 (real 0.12, the floor 0.10), precision 0.67 (0.76), recall 0.00 (0.75), by `ganzoo evaluate
runs/cifar_stacked/default --data 'cifar10:train[:2000]' --count 1000 --metrics frechet_distance,precision_recall --extractor
PATH:features_768`, where PATH is a SavedModel of the first blocks of Inception. Cars, horses, ships, trucks and many birds can
be named; frogs and some cats cannot. The authors report an inception score of 8.59. 94.5 % of 10,000 samples are of the class
asked for (held-out 79.0 %), N_eff is 4,312 [3,438, 5,233] (held-out 595,119), by `ganzoo evaluate runs/cifar_stacked/default
--metrics label_accuracy,birthday`, 2026-12-01.

Tried: with batch norm in the upper discriminator, one generator step a round and 2e-4, samples of a class were nearly one
image. `python benchmarks/upper_stack.py RUN` says why: after 8,000 steps of the upper stack generated features lay 185 from
real ones of their class (halves of these 1.5) and had 19 % of their variance; at this run's end it is 7.3 and 82 %. That
recipe with batches of 32, 85 minutes without bfloat16, had FD 0.83; with 8,000 steps of batch 64 a phase and constant
rates, 64 minutes, 0.66: docs/support.md has that run.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses, noise
from ganzoo.data import Images
from ganzoo.families import StackedGAN
from ganzoo.families.stacked import AUTHORS_LADDER
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
        data=Images("cifar10", flip=True, labels=True),
        model=StackedGAN(
            encoder=stacked_encoder(dropout=0.5),
            generator_1=stacked_generator_1(),
            discriminator_1=stacked_discriminator_1(num_classes=10, norm="layer"),
            generator_0=stacked_generator_0(width=64),
            discriminator_0=stacked_discriminator_0(num_classes=10, width=32, norm="layer"),
            adversarial_loss=losses.NonSaturating(),
            ladder=AUTHORS_LADDER,
            latents=noise.Uniform(0.0, 1.0),
        ),
        optimizers={
            "encoder": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(1e-3, 8000, 0.0)),
            "generator_1": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator_1": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "generator_0": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 14000, 0.0, power=0.5), beta_1=0.5
            ),
            "discriminator_0": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 14000, 0.0, power=0.5), beta_1=0.5
            ),
        },
        batch_size=64,
        steps=30000,
        phases={"encoder": 8000, "stack_1": 8000, "stack_0": 9000, "joint": 5000},
    )
