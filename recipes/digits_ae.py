"""An autoencoder on 8x8 handwritten digits: what it gives back is sharp, what lies between its codes is not digits.

The baseline of Kingma, Welling 2014, arXiv:1312.6114, without the prior on its codes.

Run: ganzoo train recipes/digits_ae.py

Cost: 32 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: FD[cnn-digits] 18.4 with 360 samples (held-out real data 0.51, the floor 0.88), precision 0.08 (0.88), recall 0.44
(0.90), by `ganzoo evaluate runs/digits_ae/default`: nothing says that N(0, 1) decodes to digits.
By `ganzoo probe`: G(E(x)) is 1.06 from x (another image 6.01); nearest neighbours by codes name 97.8 % of 360 held-out
digits (by pixels 98.6 %), a linear probe 96.4 % (96.9 %).
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import likelihoods
from ganzoo.data import Images
from ganzoo.families import Autoencoder
from ganzoo.networks import dcgan_encoder, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits"),
        model=Autoencoder(
            generator=dcgan_generator(size=8, channels=1, latent_dim=16, width=64, first_side=2, kernel_size=3),
            encoder=dcgan_encoder(size=8, channels=1, latent_dim=16, width=64, last_side=2, kernel_size=3),
            likelihood=likelihoods.Gaussian(0.3),
        ),
        optimizers={"autoencoder": keras.optimizers.Adam(1e-3)},
        batch_size=128,
        steps=4000,
    )
