"""Bounds of a variational autoencoder's log p(x) against what is known of them."""

import math

import keras
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from ganzoo import likelihoods
from ganzoo.errors import UserError
from ganzoo.families import VAE
from ganzoo.metrics import evidence_bound

SLOPE, DEVIATION = 0.8, 0.5


def test_equal_weights_are_their_own_bounds():
    result = evidence_bound(np.full((5, 3), -7.5))
    assert result[""][0] == result["importance"][0] == -7.5


def test_the_importance_weighted_bound_is_the_logarithm_of_the_mean_weight():
    result = evidence_bound(np.log([[1.0, 3.0], [2.0, 6.0]]))
    assert result[""][0] == pytest.approx((math.log(3) + math.log(12)) / 4)
    assert result["importance"][0] == pytest.approx((math.log(2) + math.log(4)) / 2)


@pytest.mark.parametrize("weights", [np.zeros(4), np.full((4, 2), np.nan), np.zeros((1, 3))])
def test_bad_weights_are_refused(weights):
    with pytest.raises(UserError):
        evidence_bound(weights)


def linear_vae(shift=0.0):
    """A VAE of points x = SLOPE z + noise whose encoder has the exact posterior, its means moved by `shift`."""
    variance = SLOPE**2 + DEVIATION**2
    decoder = keras.Sequential([keras.Input((2,), name="latents"), keras.layers.Dense(2)])
    encoder = keras.Sequential([keras.Input((2,), name="points"), keras.layers.Dense(4)])
    decoder.layers[0].set_weights([SLOPE * np.eye(2), np.zeros(2)])
    deviation = math.log(DEVIATION / math.sqrt(variance))
    kernel = np.hstack([SLOPE / variance * np.eye(2), np.zeros((2, 2))])
    encoder.layers[0].set_weights([kernel, np.array([shift, shift, deviation, deviation])])
    family = VAE(decoder, encoder, likelihood=likelihoods.Gaussian(DEVIATION))
    family.compile({"autoencoder": keras.optimizers.Adam()}, seed=0)
    return family


def test_an_exact_posterior_has_the_same_weight_by_every_draw():
    rng = np.random.default_rng(0)
    points, draws = rng.normal(size=(6, 2)).astype(np.float32), rng.normal(size=(2, 6, 2)).astype(np.float32)
    exact = multivariate_normal(cov=(SLOPE**2 + DEVIATION**2) * np.eye(2)).logpdf(points)
    service, _ = linear_vae().services["log_weights"]
    for some in draws:
        np.testing.assert_allclose(service(points=points, draws=some)["log_weights"], exact, atol=1e-5)


def test_a_wrong_posterior_loses_its_divergence_and_more_draws_find_it_again():
    shift, draws = 0.3, 2000
    point = np.tile(np.array([[0.4, -0.2]], np.float32), (draws, 1))
    normal = np.random.default_rng(1).normal(size=(draws, 2)).astype(np.float32)
    variance = SLOPE**2 + DEVIATION**2
    exact = multivariate_normal(cov=variance * np.eye(2)).logpdf(point[0])
    weights = np.asarray(linear_vae(shift).services["log_weights"][0](points=point, draws=normal)["log_weights"])
    lost = 2 * shift**2 * variance / DEVIATION**2 / 2  # KL of two normal densities of the posterior's variance
    result = evidence_bound(np.tile(weights, (2, 1)))
    assert result[""][0] == pytest.approx(exact - lost, abs=0.05)
    assert result["importance"][0] == pytest.approx(exact, abs=0.05)
