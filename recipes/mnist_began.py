"""BEGAN on MNIST at 32x32, seen while it is spread over the digits.

Berthelot, Schumm, Metz 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks", arXiv:1703.10717: the paper's
networks at an eighth of its width. `digits_began` says why the controller is quick and the discriminator slow.

Run: ganzoo train recipes/mnist_began.py

Cost: 74 s of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: all 10 classes have 1.3 % or more of 10,000 samples, ones 24 %, kl_uniform 0.26 nats; FD[cnn-mnist@32] 30.2 [30.0,
30.4] (held-out 0.23), precision 0.58 (0.87), recall 0.003 (0.85): blurred, and few of each kind; by `ganzoo evaluate
runs/mnist_began/default --metrics frechet_distance,precision_recall,label_coverage`. No twins among 10,000 samples, so N_eff
is at least 4,445,269 (held-out at least 429,976) by `ganzoo evaluate mnist_began --metrics birthday`, 2026-12-01.

An autoencoder has a half of the mean digit's error on a one, so with gamma 0.6 samples that are ones alone are in balance, and
that is what 4,000 steps gave; with gamma 0.93 a one is too good, k rises and samples spread until the autoencoder is good at
all. On seed 0 ones are 8, 21, 33 and 44 % after 1,120, 1,280, 1,440 and 1,600 steps, while samples grow sharper, by `python
benchmarks/began_classes.py --recipe mnist_began --data mnist@32 --set steps=1600 --seeds 1 --tenths`, 2026-11-30.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import BEGAN
from ganzoo.networks import began_discriminator, began_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist", size=32),
        model=BEGAN(
            generator=began_generator(size=32, channels=1, latent_dim=64, width=16),
            discriminator=began_discriminator(size=32, channels=1, code_dim=64, width=16),
            gamma=0.93,
            lambda_k=0.02,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4),
            "discriminator": keras.optimizers.Adam(5e-5),
        },
        batch_size=16,
        steps=1300,
    )
