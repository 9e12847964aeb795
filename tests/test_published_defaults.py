"""Numbers that stand in papers or in their authors' code, and that scores and recipes rely on without naming them."""

import inspect

import pytest

from ganzoo import augmentations, losses, penalties, regularizers
from ganzoo.families.began import BEGAN
from ganzoo.families.biggan import BigGAN
from ganzoo.families.scratchgan import ScratchGAN
from ganzoo.families.seqgan import SeqGAN
from ganzoo.families.stacked import AUTHORS_LADDER, StackedGAN
from ganzoo.families.wgan import WGAN
from ganzoo.layers.batch_norm import EPSILON as BATCH_NORM_EPSILON
from ganzoo.layers.batch_norm import MOMENTUM
from ganzoo.layers.maxout import Maxout
from ganzoo.layers.minibatch_discrimination import MinibatchDiscrimination
from ganzoo.layers.spectral_norm import power_iteration
from ganzoo.metrics.classifier import inception_score
from ganzoo.metrics.data_copying import c_t
from ganzoo.metrics.divergence_frontier import SCALE, VARIANCE
from ganzoo.metrics.frechet_bias import frechet_distance_infinity
from ganzoo.metrics.kernel_distance import kernel_distance
from ganzoo.metrics.mode_coverage import mode_coverage
from ganzoo.metrics.ndb import LEVEL
from ganzoo.metrics.prd import prd, prd_curve
from ganzoo.metrics.precision_recall import density_coverage, precision_recall, rarity, realism
from ganzoo.metrics.text import diversity
from ganzoo.metrics.text.bleu import EPSILON, ORDERS
from ganzoo.metrics.vendi import vendi
from ganzoo.networks.began import began_generator
from ganzoo.networks.biggan import biggan_generator
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.networks.infogan import recognition_heads
from ganzoo.networks.r3gan import r3gan_generator
from ganzoo.networks.resnet import resnet_generator
from ganzoo.networks.stacked import (
    stacked_discriminator_0,
    stacked_discriminator_1,
    stacked_encoder,
    stacked_generator_0,
    stacked_generator_1,
)
from ganzoo.networks.text import TokenLSTM, cnn_discriminator, lstm_generator
from ganzoo.networks.text_recurrent import rnn_discriminator


def default(of, name):
    """What a function's or a class's argument is where it is not given; a class may leave it to its bases."""
    for owner in of.__mro__ if inspect.isclass(of) else [of]:
        parameters = inspect.signature(owner).parameters
        if name in parameters:
            return parameters[name].default
    raise AssertionError(f"{of} takes no {name}")


@pytest.mark.parametrize(
    "of, defaults",
    [
        # Arjovsky et al. 2017, algorithm 1; in their code 100 critic steps for the first 25 rounds and every 500th.
        (WGAN, {"critic_steps": 5, "clip": 0.01, "thorough_first": 25, "thorough_every": 500}),
        (penalties.WGANGP, {"weight": 10.0, "one_sided": False}),  # Gulrajani et al. 2017
        (penalties.DRAGAN, {"weight": 10.0, "scale": 0.5}),  # Kodali et al. 2017
        (penalties.R1, {"gamma": 10.0}),  # Mescheder et al. 2018
        (penalties.R2, {"gamma": 10.0}),
        (penalties.Orthogonal, {"weight": 1e-4}),  # Brock et al. 2019
        (augmentations.Adaptive, {"target": 0.6, "images": 500_000, "interval": 4}),  # Karras et al. 2020, their code
        (regularizers.LeCam, {"weight": 0.3, "decay": 0.99, "start": 1000}),  # Tseng et al. 2021, their code
        (regularizers.Consistency, {"real": 10.0, "fake": 0.0}),  # Zhang et al. 2019
        (losses.TopK, {"share": 0.5, "decay": 0.99}),  # Sinha et al. 2020
        (BigGAN, {"discriminator_steps": 2, "average_decay": 0.9999}),
        (BEGAN, {"gamma": 0.5, "lambda_k": 0.001}),  # Berthelot et al. 2017
        (TokenLSTM, {"embedding": 32, "hidden": 32, "depth": 1, "scale": 0.1}),  # Yu et al. 2017, their code
        (SeqGAN, {"rollouts": 16, "rollout_decay": 0.8, "discriminator_steps": 5}),  # Yu et al. 2017, their code
        (ScratchGAN, {"discount": 0.23, "baseline_decay": 0.08, "dense": True}),  # de Masson d'Autume et al. 2019
        (StackedGAN, {"adversarial_weight": 1.0, "conditional_weight": 1.0, "entropy_weight": 10.0}),  # Huang et al. 2017
        (Maxout, {"pieces": 5}),  # Goodfellow et al. 2014, their code
        (MinibatchDiscrimination, {"kernels": 100, "dims": 5}),  # Salimans et al. 2016, their code
        (power_iteration, {"iterations": 1}),  # Miyato et al. 2018
        (inception_score, {"splits": 10}),  # Salimans et al. 2016
        (kernel_distance, {"subsets": 100, "size": 1000}),  # Binkowski et al. 2018, their code
        (frechet_distance_infinity, {"points": 15}),  # Chong and Forsyth 2020
        (precision_recall, {"k": 3}),  # Kynkaanniemi et al. 2019
        (realism, {"k": 3}),
        (rarity, {"k": 3}),  # Han et al. 2022
        (density_coverage, {"k": 5}),  # Naeem et al. 2020
        (prd, {"clusters": 20, "runs": 10}),  # Sajjadi et al. 2018
        (prd_curve, {"clusters": 20, "runs": 10, "angles": 1001}),
        (c_t, {"cells": 3}),  # Meehan et al. 2020
        (mode_coverage, {"radius": 3.0}),  # Srivastava et al. 2017
        (vendi, {"order": 1}),  # Friedman and Dieng 2023
        (dcgan_generator, {"latent_dim": 100, "width": 64, "kernel_size": 5, "norm": "batch"}),  # Radford et al. 2016
        (dcgan_discriminator, {"width": 64, "kernel_size": 5, "norm": "batch"}),
        (biggan_generator, {"latent_dim": 128, "shared_dim": 128, "hierarchical": True, "spectral_norm": True}),
        (resnet_generator, {"latent_dim": 128}),
        (recognition_heads, {"width": 128}),  # Chen et al. 2016, table 1
        (began_generator, {"latent_dim": 64, "width": 128}),  # Berthelot et al. 2017
        (r3gan_generator, {"latent_dim": 64, "width": 768, "expansion": 2, "group_size": 16}),  # Huang et al. 2024
        (stacked_encoder, {"feature_dim": 256}),  # Huang et al. 2017, their code
        (stacked_generator_1, {"feature_dim": 256, "latent_dim": 50, "width": 512}),
        (stacked_discriminator_1, {"feature_dim": 256, "latent_dim": 50, "width": 512}),
        (stacked_generator_0, {"feature_dim": 256, "latent_dim": 16, "embedding": 128, "kernel_size": 5}),
        (stacked_discriminator_0, {"latent_dim": 16, "width": 96, "dropout": 0.1}),
        (lstm_generator, {"embedding": 32, "hidden": 32, "scale": 0.1}),  # Yu et al. 2017, their code
        (cnn_discriminator, {"embedding": 64, "dropout": 0.25, "l2": 0.2}),
        (rnn_discriminator, {"hidden": 512, "layer_norm": True, "positions": 8}),  # de Masson d'Autume et al. 2019
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_argument_that_is_not_given_is_the_papers(of, defaults):
    assert {name: default(of, name) for name in defaults} == defaults


@pytest.mark.parametrize(
    "constant, value",
    [
        (LEVEL, 0.05),  # Richardson and Weiss 2018
        (ORDERS, (2, 3, 4, 5)),  # Texygen
        (EPSILON, 0.1),  # Chen and Cherry 2014, method 1 in NLTK
        (diversity.DISTINCT, (1, 2, 3)),
        (SCALE, 5.0),  # Pillutla et al. 2021
        (VARIANCE, 0.9),
        (AUTHORS_LADDER, ((0.65, 1), (0.5, 3), (0.3, 5), (0.0, 7))),
        (MOMENTUM, 0.9),  # PyTorch's, which the papers' code has
        (BATCH_NORM_EPSILON, 1e-5),
    ],
)
def test_a_constant_is_the_papers(constant, value):
    assert constant == value
