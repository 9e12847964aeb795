"""SAGAN on CIFAR-10: residual networks with self-attention, spectral norm in both players, and two learning rates.

Zhang, Goodfellow, Metaxas, Odena 2018, "Self-Attention Generative Adversarial Networks", arXiv:1805.08318: hinge loss, labels
by conditional batch norm in G and by projection in D, spectral norm of all weights in both, one D step a G step, Adam at 4e-4
for D and 1e-4 for G with betas 0 and 0.9. The paper's images are ImageNet's at 128x128, with attention on maps of 32x32, in
batches of 256; here it is on those of 16x16, in batches of 64, as in StudioGAN. Guessed: 100,000 steps, where the paper takes a
million. Unlike the paper with mirrored images and a moving average of the generator.

Run: ganzoo train recipes/cifar_sagan.py

Cost: not measured at full width: a GPU's work. 580 steps of `--set model.generator.width=16 --set
model.discriminator.width=16 --set batch_size=32` took 263 s of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: not measured; after these 580 steps samples have the colours and layout of their classes, and no objects.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data import Images
from ganzoo.families import ConditionalGAN
from ganzoo.networks import biggan_discriminator, biggan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("cifar10", flip=True, labels=True),
        model=ConditionalGAN(
            generator=biggan_generator(
                size=32,
                channels=3,
                num_classes=10,
                shared_dim=None,
                hierarchical=False,
                attention=16,
                initializer="glorot",
            ),
            discriminator=biggan_discriminator(size=32, channels=3, num_classes=10, attention=16, initializer="glorot"),
            adversarial_loss=losses.Hinge(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9),
            "discriminator": keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.9),
        },
        batch_size=64,
        steps=100000,
    )
