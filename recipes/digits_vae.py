"""A VAE on 8x8 handwritten digits.

Kingma, Welling 2014, "Auto-Encoding Variational Bayes", arXiv:1312.6114.

Run: ganzoo train recipes/digits_vae.py

`--set "model.likelihood=likelihoods.Bernoulli()"` takes grey values for the probabilities of bits, as the paper does.

Cost: 34 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 5.72 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.47 (0.88), recall 0.83
(0.90), by `ganzoo evaluate runs/digits_vae/default`.
By `ganzoo probe`: G(E(x)) is 1.28 from x (another image 6.01); nearest neighbours by codes name 98.3 % of 360 held-out
digits (by pixels 98.6 %), a linear probe 95.6 % (96.9 %).
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import likelihoods
from ganzoo.data import Images
from ganzoo.families import VAE
from ganzoo.networks import dcgan_encoder, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=VAE(
            generator=dcgan_generator(size=8, channels=1, latent_dim=16, width=64, first_side=2, kernel_size=3),
            encoder=dcgan_encoder(size=8, channels=1, latent_dim=16, width=64, last_side=2, kernel_size=3, gaussian=True),
            likelihood=likelihoods.Gaussian(0.3),
            kl_steps=1000,
        ),
        optimizers={"autoencoder": keras.optimizers.Adam(1e-3)},
        batch_size=128,
        steps=4000,
    )
