"""R3GAN on CIFAR-10, with a small part of the paper's width.

Huang, Gokaslan, Kuleshov, Tompkin 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv:2501.05441:
FID 1.96 with labels, augmentation, width 768 and batches of 512 on 8 GPUs, while gamma falls from 0.05 to .005. Here no
labels, no augmentation, and one gamma between.

Run: ganzoo train recipes/cifar_r3gan.py

Cost: not measured at this width. 100 steps at a quarter of it, `--set model.generator.width=24 --set
model.discriminator.width=24`, took 86 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: at that width FD[random-conv] with 2,000 samples is 5.31 after 50 steps and 2.21 after 100 (held-out real data 0.042, the
floor 0.024), by `ganzoo evaluate RUN --metrics frechet_distance --extractor random --count 2000`: a beginning, no result.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses, penalties
from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import r3gan_discriminator, r3gan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("cifar10", flip=True),
        model=GAN(
            generator=r3gan_generator(size=32, channels=3, latent_dim=64, width=96, blocks=1),
            discriminator=r3gan_discriminator(size=32, channels=3, width=96, blocks=1),
            adversarial_loss=losses.Relativistic(),
            penalties=[penalties.R1(gamma=0.02), penalties.R2(gamma=0.02)],
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.99),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.99),
        },
        batch_size=64,
        steps=60000,
        sample_every=1000,
        checkpoint_every=1000,
    )
