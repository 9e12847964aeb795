"""The first GAN, fully connected, on 8x8 handwritten digits.

Goodfellow et al. 2014, "Generative Adversarial Nets", arXiv:1406.2661; both players move from the same
point, as in the authors' code, with Adam in the place of SGD with momentum.

Run: ganzoo train recipes/digits_vanilla.py

Cost: 4.2 minutes (135 s of CPU time) on 2 cores of an AMD EPYC, 2026-11-22, while the machine was also doing other work.
Measured with `--precision float32`.

Score: FD[cnn-digits] 13.6 with 360 samples (held-out real data 0.51), precision 0.76 (0.88), recall 0.86 (0.90), by
`ganzoo compare runs/digits_dcgan/default runs/digits_vanilla/default --metrics frechet_distance,precision_recall`.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=GAN(
            generator=mlp_generator(shape=(8, 8, 1), latent_dim=32, width=256, depth=2),
            discriminator=mlp_discriminator(shape=(8, 8, 1), width=128, depth=2, maxout=5, dropout=0.5),
            simultaneous=True,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=20000,
    )
