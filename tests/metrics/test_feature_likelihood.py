"""FLD by its definition: a fit that descends, copies that become needles, equal laws that meet the baseline."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize

from ganzoo.errors import UserError
from ganzoo.metrics import feature_likelihood as feature_likelihood_of
from ganzoo.metrics.feature_likelihood import _gradient, _squares, fit_log_variances, mixture_nll

REAL, FAKE, TEST = np.random.default_rng(0).standard_normal((3, 500, 8))


def loss(values, squares, origin, dimensions):
    """The mean negative log-likelihood a dimension, with the origin's component last, up to a constant."""
    exponents = -0.5 * np.concatenate([squares, origin[:, None]], 1) * np.exp(-values) - dimensions / 2 * values
    exponents[:, :-1] -= np.log(squares.shape[1])
    return -np.log(np.exp(exponents).sum(1)).mean() / dimensions


def test_the_gradient_is_the_derivative():
    samples, centres = REAL[:30], FAKE[:5]
    squares, origin = _squares(samples, centres), 0.81 * np.square(samples - samples.mean(0)).sum(1)
    values = np.linspace(-0.5, 0.7, 6)
    numeric = approx_fprime(values, loss, 1e-6, squares, origin, 8)
    np.testing.assert_allclose(_gradient(squares, origin, values, 8), numeric, atol=1e-6)


def test_the_fit_comes_near_the_likeliest_widths():
    samples, centres = REAL[:60], FAKE[:4]
    squares, origin = _squares(samples, centres), 0.81 * np.square(samples - samples.mean(0)).sum(1)
    best = minimize(loss, np.zeros(5), (squares, origin, 8)).fun
    fitted = fit_log_variances(centres, samples, steps=200, rate=0.1)
    found = min(loss(np.append(fitted, last), squares, origin, 8) for last in np.linspace(-2, 2, 41))
    assert best - 1e-6 <= found < best + 0.01


def test_the_likelihood_of_one_gaussian_is_its_formula():
    nll = mixture_nll(TEST, np.zeros((2, 8)), np.full(2, np.log(4.0)))
    assert nll == pytest.approx(0.5 * np.log(2 * np.pi * 4) + np.square(TEST).mean() / 8, rel=1e-12)


def test_a_perfect_model_meets_the_baseline_and_worse_ones_do_not():
    good = feature_likelihood_of(REAL, FAKE, TEST)
    assert abs(good[""]) < 3 and abs(good["gap"]) < 6
    assert feature_likelihood_of(REAL, FAKE + 1, TEST)[""] > good[""] + 5


def test_a_dropped_cluster_costs_what_lies_there():
    sides = 5 * np.sign(np.arange(500) - 249.5)[:, None] * np.eye(8)[0]
    real, fake, test = REAL + sides, FAKE + sides, TEST + sides
    both, one = feature_likelihood_of(real, fake, test)[""], feature_likelihood_of(real, fake[250:], test)[""]
    assert abs(both) < 3 and one > both + 10


def test_copies_become_needles():
    copied = feature_likelihood_of(REAL, REAL, TEST)
    assert copied[""] > 1000 and copied["gap"] < -1000
    half = feature_likelihood_of(REAL, np.concatenate([REAL[:250], FAKE[:250]]), TEST)
    good = feature_likelihood_of(REAL, FAKE, TEST)
    assert good[""] < half[""] < copied[""] and half["gap"] < good["gap"] - 10


def test_the_unit_of_a_feature_changes_nothing():
    scale = np.geomspace(0.01, 100, 8)
    plain, scaled = (feature_likelihood_of(*(x * s + s for x in (REAL, FAKE, TEST))) for s in (1.0, scale))
    assert scaled[""] == pytest.approx(plain[""], abs=0.02)


def test_held_out_samples_that_are_all_equal_are_refused():
    with pytest.raises(UserError, match="undefined"):
        feature_likelihood_of(REAL, FAKE, np.ones((20, 8)))
