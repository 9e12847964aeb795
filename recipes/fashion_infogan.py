"""InfoGAN on Fashion-MNIST: a categorical code that finds kinds of clothing without a label.

Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel 2016, "InfoGAN: Interpretable Representation Learning by Information
Maximizing Generative Adversarial Nets", arXiv:1606.03657; the networks, codes and rates of mnist_infogan.

Run: ganzoo train recipes/fashion_infogan.py

Cost: 66 s of CPU time for the first 1,000 of 12,000 steps on one core of a shared AMD EPYC, 2026-11-30; so some 13 minutes
for all.

Score: not measured: the training was not run to its end. After 1,000 steps samples are noise still.
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
        data=Images("fashion_mnist"),
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
