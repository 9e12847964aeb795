"""AC-GAN on MNIST: the discriminator names the digit instead of being told.

Odena, Olah, Shlens 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs", arXiv:1610.09585: the paper's
networks for CIFAR-10 at 28x28, with widths of 32 and 8 in the place of 96 and 16. Unlike it the label enters every layer of
the generator, and the learning rates fall to nothing at the end.

Run: ganzoo train recipes/mnist_acgan.py

Cost: 60 s of CPU time for the first 500 of 12,000 steps on one core of a shared AMD EPYC, 2026-11-29; so some 24 minutes
for all.

Score: not measured: the training was not run to its end. After 500 steps the samples are blurred digits, of which the class
head names 89 % as asked for.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import ACGAN
from ganzoo.networks import acgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist", labels=True),
        model=ACGAN(
            generator=dcgan_generator(size=28, channels=1, width=32, num_classes=10),
            discriminator=acgan_discriminator(size=28, channels=1, width=8),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 12000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 12000, 0.0), beta_1=0.5),
        },
        batch_size=100,
        steps=12000,
    )
