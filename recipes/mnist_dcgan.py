"""DCGAN on MNIST.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434: the paper's layers at 28x28, by maps of 4, 7 and 14, with 32 channels at 14x14 where the paper
has 128 at its half resolution, and learning rates that fall to nothing at the end.

Run: ganzoo train recipes/mnist_dcgan.py

Cost: 17.3 minutes (1,036 s) of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: FD[cnn-mnist] 1.45 [1.35, 1.54] with 10,000 samples (held-out real data 0.22, a perfect model's floor 0.11),
precision 0.66 (0.87), recall 0.79 (0.84), all ten classes, KL to the data's shares 0.007, by `ganzoo evaluate
runs/mnist_dcgan/default --metrics frechet_distance,precision_recall,label_coverage`. N_eff 1,562,344 [555,359, 2,716,739]
(held-out 2,499,500) by `ganzoo evaluate mnist_dcgan --metrics birthday`, 2026-12-01.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist"),
        model=GAN(
            generator=dcgan_generator(size=28, channels=1, width=32),
            discriminator=dcgan_discriminator(size=28, channels=1, width=32),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 15000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 15000, 0.0), beta_1=0.5),
        },
        batch_size=128,
        steps=15000,
    )
