"""A VAE on MNIST.

Kingma, Welling 2014, "Auto-Encoding Variational Bayes", arXiv:1312.6114: the paper's networks, a hidden layer of 500 tanh
units each, 20 latents, grey values as the probabilities of bits, batches of 100; Adam, whose rate falls to nothing, in the
place of Adagrad.

Run: ganzoo train recipes/mnist_vae.py

Cost: 66 s of CPU time for the first 11,080 of 60,000 steps on one core of a shared AMD EPYC, 2026-11-29; so some 6 minutes
for all.

Score: not measured: the training was not run to its end. After 9,600 steps the record `autoencoder_loss`, -ELBO on training
batches, is 107 nats, and samples are digits and shapes between them.
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
