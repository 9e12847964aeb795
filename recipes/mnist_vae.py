"""A VAE on MNIST.

Kingma, Welling 2014, "Auto-Encoding Variational Bayes", arXiv:1312.6114: the paper's networks, a hidden layer of 500 tanh
units each, 20 latents, grey values as the probabilities of bits, batches of 100; Adam, whose rate falls to nothing, in the
place of Adagrad.

Run: ganzoo train recipes/mnist_vae.py

Cost: 6.4 minutes (387 s) of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: the evidence lower bound of 2,000 held-out images is -99.5 nats [-100.6, -98.5], by 50 draws together -96.0 [-97.1,
-95.0] (training batches at the end -99.8, the record `autoencoder_loss`). With 10,000 samples FD[cnn-mnist] 11.9 (held-out
real data 0.20), precision 0.69 (0.87), recall 0.58 (0.84), KL of the classes 0.084, by `ganzoo evaluate
runs/mnist_vae/default --metrics frechet_distance,precision_recall,label_coverage,evidence_bound`: shapes between digits, as
a VAE's are, but all of them. No twins among 10,000 samples, so N_eff is at least 4,445,269 (held-out at least 415,675) by
`ganzoo evaluate mnist_vae --metrics birthday`, 2026-12-01.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import likelihoods
from ganzoo.data import Images
from ganzoo.families import VAE
from ganzoo.networks import mlp_encoder, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist"),
        model=VAE(
            generator=mlp_generator(shape=(28, 28, 1), latent_dim=20, width=500, depth=1, activation="tanh"),
            encoder=mlp_encoder(shape=(28, 28, 1), latent_dim=20, width=500, depth=1, activation="tanh", gaussian=True),
            likelihood=likelihoods.Bernoulli(),
        ),
        optimizers={
            "autoencoder": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(1e-3, 60000, 0.0)),
        },
        batch_size=100,
        steps=60000,
    )
