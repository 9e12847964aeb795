"""LSGAN on MNIST.

Mao et al. 2017, "Least Squares Generative Adversarial Networks", arXiv:1611.04076, whose networks are for 112x112; here the
networks of mnist_dcgan at three fourths of its width.

Run: ganzoo train recipes/mnist_lsgan.py

Cost: 7.3 minutes (440 s) of CPU time on one core of a shared AMD EPYC that others used too, 2026-11-30.

Score: FD[cnn-mnist] 5.50 [5.29, 5.72] (held-out 0.20), precision 0.55 (0.87), recall 0.73 (0.84), by `ganzoo evaluate
runs/mnist_lsgan/default --metrics frechet_distance,precision_recall`. N_eff 8,332,500 [1,608,497, 22,705,450] (held-out
2,499,500) by `ganzoo evaluate mnist_lsgan --metrics birthday`, 2026-12-01.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist"),
        model=GAN(
            generator=dcgan_generator(size=28, channels=1, width=24),
            discriminator=dcgan_discriminator(size=28, channels=1, width=24),
            adversarial_loss=losses.LeastSquares(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 8000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 8000, 0.0), beta_1=0.5),
        },
        batch_size=64,
        steps=8000,
    )
