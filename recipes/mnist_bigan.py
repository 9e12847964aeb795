"""BiGAN on MNIST with the paper's fully connected networks.

Donahue, Krähenbühl, Darrell 2017, "Adversarial Feature Learning", arXiv:1605.09782, section 4.1: latents from U(-1, 1)^50,
all players at once, and two layers, here of 512 units each where the paper has 1,024; 51 epochs at a rate that falls to
nothing where the paper has 200 at a constant one and 200 at a decaying one. Left out: a weight decay of 2.5e-5.

Run: ganzoo train recipes/mnist_bigan.py

Cost: 28 minutes of CPU time (37 by the clock) for all 24,000 steps in float32 on one core of a shared AMD EPYC with AVX2
alone, 2026-11-30.

Score: FD[cnn-mnist] 3.82 (held-out real data 0.21), precision 0.71 (0.86), recall 0.63 (0.85), by `ganzoo evaluate
runs/mnist_bigan/default --metrics frechet_distance,precision_recall`. The nearest of all training digits names 95.9 ± 0.4 % of
10,000 test digits by the features that the codes are linear in, 93.3 ± 0.5 % by the codes, 96.9 ± 0.3 % by pixels, by `python
benchmarks/nearest_codes.py runs/mnist_bigan/default`; the paper has 97.39 %. N_eff 1,020,306 [419,399, 1,615,635] (held-out
2,499,500) by `ganzoo evaluate mnist_bigan --metrics birthday`, 2026-12-01.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import noise
from ganzoo.data import Images
from ganzoo.families import BiGAN
from ganzoo.networks import bigan_mlp_discriminator, bigan_mlp_encoder, bigan_mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist"),
        model=BiGAN(
            generator=bigan_mlp_generator(shape=(28, 28, 1), latent_dim=50, width=512),
            encoder=bigan_mlp_encoder(shape=(28, 28, 1), latent_dim=50, width=512),
            discriminator=bigan_mlp_discriminator(shape=(28, 28, 1), latent_dim=50, width=512),
            latents=noise.Uniform(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 24000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 24000, 0.0), beta_1=0.5),
        },
        batch_size=128,
        steps=24000,
        sample_every=1000,
        checkpoint_every=1000,
    )
