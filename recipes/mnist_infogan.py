"""InfoGAN on MNIST: without a label, a categorical code finds the digits, and two continuous ones their slant and width.

Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel 2016, "InfoGAN: Interpretable Representation Learning by Information
Maximizing Generative Adversarial Nets", arXiv:1606.03657: the paper's networks and codes for MNIST, with widths of 32 and 112
in the place of 64 and 1,024, and learning rates that fall to nothing at the end.

Run: ganzoo train recipes/mnist_infogan.py

Cost: 8.6 minutes (514 s) of CPU time on one core of a shared AMD EPYC, 2026-11-29 (76 minutes by the clock).

Score: 69.0 % of the 10,000 held-out images in the category that stands for their class (the paper: 95 %), L_I of the
category 2.30 of 2.30 nats, by `ganzoo latent sweep runs/mnist_infogan/default --out FILE`, whose picture shows slant and
width for the continuous codes. With 10,000 samples FD[cnn-mnist] 4.46 (held-out real data 0.22), precision 0.86 (0.87), recall
0.00 (0.84): the noise changes too little within a category; KL of the classes 0.014, by `ganzoo evaluate
runs/mnist_infogan/default --metrics frechet_distance,precision_recall,label_coverage`. N_eff 1,260 [1,216, 1,306] (held-out
2,499,500) by `ganzoo evaluate mnist_infogan --metrics birthday`, 2026-12-01.

Seeds: `--set seed=1` has 71.2 % of the held-out images right by the same sweep, 7.7 minutes; with `seed=2` Q reads its codes
in training (L_I 2.29) while samples cannot be read and 15.0 % are right, 2026-12-01.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import noise
from ganzoo.data import Images
from ganzoo.families import InfoGAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist"),
        model=InfoGAN(
            generator=dcgan_generator(
                size=28, channels=1, latent_dim=62 + 10 + 2, width=32, first_side=7, kernel_size=4, hidden=112
            ),
            discriminator=dcgan_discriminator(size=28, channels=1, width=32, last_side=7, kernel_size=4, hidden=112, slope=0.1),
            categories=(10,),
            continuous=2,
            latents=noise.Uniform(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(1e-3, 12000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 12000, 0.0), beta_1=0.5),
        },
        batch_size=128,
        steps=12000,
    )
