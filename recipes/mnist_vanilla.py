"""The first GAN, fully connected, on MNIST.

Goodfellow et al. 2014, "Generative Adversarial Nets", arXiv:1406.2661; the layers, the prior and the simultaneous steps of
the authors' mnist.yaml, with widths of 400 and 80 in the place of 1,200 and 240, Adam in the place of SGD with momentum,
and no dropout of the pixels.

Run: ganzoo train recipes/mnist_vanilla.py

Cost: 7.8 minutes (469 s) of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: FD[cnn-mnist] 9.30 [9.08, 9.53] (held-out 0.20), precision 0.68 (0.87), recall 0.39 (0.84), by `ganzoo evaluate
runs/mnist_vanilla/default --metrics frechet_distance,precision_recall`; Parzen windows 179.0 nats [175.6, 182.3] (held-out
digits 224.0, the paper's GAN 225 ± 2), by the same with `--metrics parzen --extractor pixels`. N_eff 3,571,071 [1,279,239,
6,029,644] (held-out 2,499,500) by `ganzoo evaluate mnist_vanilla --metrics birthday`, 2026-12-01.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import noise
from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist"),
        model=GAN(
            generator=mlp_generator(shape=(28, 28, 1), latent_dim=100, width=400, depth=2),
            discriminator=mlp_discriminator(shape=(28, 28, 1), width=80, depth=2, maxout=5, dropout=0.5),
            latents=noise.Uniform(-1.7320508, 1.7320508),
            simultaneous=True,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 40000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 40000, 0.0), beta_1=0.5),
        },
        batch_size=100,
        steps=40000,
    )
