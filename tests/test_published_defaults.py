"""Numbers that stand in papers or in their authors' code, and that scores and recipes rely on without naming them."""

import inspect

import pytest

from ganzoo import penalties
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
from ganzoo.metrics.frechet_bias import frechet_distance_infinity
from ganzoo.metrics.kernel_distance import kernel_distance
from ganzoo.metrics.mode_coverage import mode_coverage
from ganzoo.metrics.ndb import LEVEL
from ganzoo.metrics.prd import prd, prd_curve
from ganzoo.metrics.precision_recall import density_coverage, precision_recall, rarity, realism
from ganzoo.metrics.text import diversity
from ganzoo.metrics.text.bleu import EPSILON, ORDERS
from ganzoo.metrics.text.divergence_frontier import SCALE, VARIANCE
from ganzoo.metrics.vendi import vendi


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
        (BigGAN, {"discriminator_steps": 2, "average_decay": 0.9999}),
        (BEGAN, {"gamma": 0.5, "lambda_k": 0.001}),  # Berthelot et al. 2017
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
