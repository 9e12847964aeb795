"""Parzen windows by closed forms: Gaussians, bandwidths by validation, and the mass that a Gaussian covers of another."""

import math

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.neighbors import KernelDensity

from ganzoo.errors import UserError
from ganzoo.metrics.parzen import best_bandwidth, covered_mass, log_density, parzen

DRAWS = np.random.default_rng(0)
REAL, FAKE, TEST = DRAWS.standard_normal((3, 3000, 2))


def test_a_density_is_scikit_learns():
    kernel = KernelDensity(bandwidth=0.3).fit(FAKE[:500])
    np.testing.assert_allclose(log_density(TEST[:700], FAKE[:500], 0.3), kernel.score_samples(TEST[:700]), rtol=1e-9)
    left_out = [KernelDensity(bandwidth=0.3).fit(np.delete(FAKE[:20], i, 0)).score(FAKE[i : i + 1]) for i in range(20)]
    np.testing.assert_allclose(log_density(FAKE[:20], FAKE[:20], 0.3, is_own=True), left_out, rtol=1e-9)


def test_windows_on_a_gaussian_are_a_wider_gaussian():
    # E log of N(0, (1 + h^2) I) under N(0, I): -d/2 log(2 pi (1 + h^2)) - d / (2 (1 + h^2)), -2.8415 at d = 2, h = 0.3.
    expected = -math.log(2 * math.pi * 1.09) - 1 / 1.09
    assert expected == pytest.approx(-2.8415, abs=1e-3)
    assert log_density(TEST, FAKE, 0.3).mean() == pytest.approx(expected, abs=0.06)


def test_the_bandwidth_is_the_likeliest_of_a_fine_grid():
    grid = np.exp(np.linspace(-4, 2, 241))
    likelihoods = [log_density(REAL[:300], FAKE[:400], h).mean() for h in grid]
    assert best_bandwidth(FAKE[:400], REAL[:300]) == pytest.approx(grid[np.argmax(likelihoods)], rel=0.03)


def test_a_good_model_has_nearly_the_entropy_and_bad_ones_less():
    good = parzen(REAL, FAKE, TEST)
    value, low, high = good[""]
    assert value == pytest.approx(-math.log(2 * math.pi * math.e), abs=0.08) and low < value < high
    assert high - low == pytest.approx(2 * 1.96 / math.sqrt(len(TEST)), rel=0.1)  # log-densities of N(0, I_2) have sd 1
    assert 0.1 < good["bandwidth"] < 0.5
    for bad in (FAKE + np.array([3, 0]), 4 * FAKE):
        assert parzen(REAL, bad, TEST)[""][0] < value - 0.3
    five = FAKE[:5].repeat(600, 0) + 1e-3 * FAKE
    assert value - 0.3 < parzen(REAL, five, TEST)[""][0] < value - 0.1  # as its critique says: five samples do nearly as well


def test_the_unit_of_the_features_shifts_the_likelihood_by_its_log():
    ones, large = parzen(REAL, FAKE, TEST), parzen(*(1e20 * x for x in (REAL, FAKE, TEST)))
    assert large[""][0] == pytest.approx(ones[""][0] - 2 * math.log(1e20), abs=1e-3)
    assert large["bandwidth"] == pytest.approx(1e20 * ones["bandwidth"], rel=1e-3)


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_the_covered_mass_of_shifted_gaussians(shift):
    fake, test = np.random.default_rng(shift).standard_normal((2, 5000, 1))
    expected = norm.cdf(1.96 - shift) - norm.cdf(-1.96 - shift)  # 0.950, 0.830, 0.484
    assert covered_mass(test, fake, test + shift) == pytest.approx(expected, abs=0.04)


def test_a_dropped_half_is_not_covered():
    halves = np.where(np.arange(3000)[:, None] % 2, TEST + np.array([40, 0]), TEST)
    assert covered_mass(REAL, FAKE, halves) == pytest.approx(0.475, abs=0.02)


def test_copies_of_one_sample_are_refused_in_one_line():
    with pytest.raises(UserError, match="lies on a window's centre"):
        parzen(REAL[:1].repeat(50, 0), REAL[:1].repeat(50, 0), TEST)
    with pytest.raises(UserError, match="differ in shape"):
        parzen(REAL, FAKE[:, :1], TEST)
