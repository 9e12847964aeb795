"""Conditional GAN on MNIST: a digit on request, the label joining every layer of both players.

Mirza, Osindero 2014, "Conditional Generative Adversarial Nets", arXiv:1411.1784, in the convolutional networks that the
authors of DCGAN (arXiv:1511.06434) made of it for MNIST, with widths of 32 and 112 in the place of 64 and 1,024, and
learning rates that fall to nothing. The first paper's own fully connected networks are `cgan_generator` and
`cgan_discriminator`. At a third of their widths, with Adam's 2e-4 and batches of 100, they ignored the label and drew one
digit after 5,000 steps; with R1 (gamma 1), latents of variance 1 and mismatched pairs (`mismatch_weight=0.3`) most samples
were the digit asked for, in some noise, after 6,000 (80 s of CPU time).

Run: ganzoo train recipes/mnist_cgan.py

Cost: 14.6 minutes (877 s) of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: 99.0 % of 10,000 samples are the digit asked for (held-out real data 99.3 %), FD[cnn-mnist] 0.20 [0.15, 0.25]
(held-out 0.22, a perfect model's floor 0.11), precision 0.85 (0.87), recall 0.76 (0.84), by `ganzoo evaluate
runs/mnist_cgan/default --metrics frechet_distance,precision_recall,label_accuracy`. N_eff 1,428,429 [710,090, 2,092,748]
(held-out 2,499,500) by `ganzoo evaluate mnist_cgan --metrics birthday`, 2026-12-01.
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
        data=Images("mnist", labels=True),
        model=ConditionalGAN(
            generator=dcgan_generator(size=28, channels=1, width=32, first_side=7, hidden=112, num_classes=10),
            discriminator=dcgan_discriminator(size=28, channels=1, width=32, last_side=7, hidden=112, num_classes=10),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 12000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 12000, 0.0), beta_1=0.5),
        },
        batch_size=128,
        steps=12000,
    )
