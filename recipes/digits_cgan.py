"""Conditional GAN on 8x8 handwritten digits: the label joins every layer of both players.

Mirza, Osindero 2014, "Conditional Generative Adversarial Nets", arXiv:1411.1784; in DCGAN's convolutional networks.

Run: ganzoo train recipes/digits_cgan.py

Cost: 99 s of CPU time on an AMD EPYC, 2026-11-22, shared with other work (7.5 minutes by the clock, on one busy core).

Score: label_accuracy[cnn-digits] 0.981 with 360 samples (held-out real data 0.997), worst class 0.925; FD[cnn-digits] 1.11
(held-out 0.51, the floor 0.88), precision 0.88 (0.88), recall 0.83 (0.90); within_condition_diversity 0.41 (0.43): two
samples of a digit differ nearly as two real ones do. By `ganzoo evaluate exported/digits_cgan --metrics
frechet_distance,precision_recall,label_accuracy,within_condition_diversity`, labels by the data's class shares.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import ConditionalGAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits", labels=True),
        model=ConditionalGAN(
            generator=dcgan_generator(size=8, channels=1, latent_dim=64, width=64, first_side=2, kernel_size=3, num_classes=10),
            discriminator=dcgan_discriminator(size=8, channels=1, width=64, last_side=2, kernel_size=3, num_classes=10),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=5000,
    )
