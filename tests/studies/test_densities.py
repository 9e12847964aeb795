"""Densities whose divergences are known in closed form."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from ganzoo.studies import densities
from ganzoo.studies.densities import GaussianMixture, Quadrature, normal

GRID = Quadrature.box(-14, 16, 6001)
MIXTURE = GaussianMixture(((-1.5,), (2.0,)), (0.6, 0.9), (0.7, 0.3))


def test_a_density_is_that_of_its_mixture():
    x = np.linspace(-4, 5, 50)
    expected = 0.7 * stats.norm.pdf(x, -1.5, 0.6) + 0.3 * stats.norm.pdf(x, 2.0, 0.9)
    np.testing.assert_allclose(np.exp(MIXTURE.log_density(x[:, None])), expected, rtol=1e-12)
    plane = GaussianMixture(((0.0, 1.0), (2.0, 0.0)), (0.5, 1.0))
    grid = Quadrature.box(-8, 8, 201, 2)
    assert grid.integral(np.exp(plane.log_density(grid.points))) == pytest.approx(1.0, abs=1e-9)
    drawn = MIXTURE.sample(200_000, np.random.default_rng(0))
    assert drawn.dtype == np.float32 and drawn.mean() == pytest.approx(0.7 * -1.5 + 0.3 * 2.0, abs=0.02)
    assert (drawn > 0.5).mean() == pytest.approx(0.3, abs=0.02)


def test_divergences_of_gaussians_are_the_closed_forms():
    p, q = normal(0.0, 1.0), normal(1.5, 2.0)
    assert densities.kl(p, q, GRID) == pytest.approx(math.log(2) + (1 + 1.5**2) / 8 - 0.5, abs=1e-8)
    shift = normal(1.5, 1.0)
    assert densities.kl(p, shift, GRID) == pytest.approx(1.5**2 / 2, abs=1e-8)
    assert densities.pearson_chi2(p, shift, GRID) == pytest.approx(math.exp(1.5**2) - 1, rel=1e-6)
    assert densities.squared_hellinger(p, shift, GRID) == pytest.approx(2 - 2 * math.exp(-(1.5**2) / 8), abs=1e-8)
    assert densities.wasserstein(p, shift, GRID) == pytest.approx(1.5, abs=1e-4)


def test_the_best_discriminators_value_is_the_jensen_shannon_divergence():
    p, q = MIXTURE, normal(0.0, 1.5)
    jsd = densities.jensen_shannon(p, q, GRID)

    def summand(x):
        at = np.array([[x]])
        a, b = np.exp(p.log_density(at))[0], np.exp(q.log_density(at))[0]
        return (a * math.log(2 * a / (a + b)) + b * math.log(2 * b / (a + b))) / 2

    assert jsd == pytest.approx(integrate.quad(summand, -9, 11, limit=400)[0], abs=1e-7)
    assert densities.game_value(p, q, GRID) == pytest.approx(-math.log(4) + 2 * jsd, abs=1e-9)
    best = densities.optimal_discriminator(p, q, GRID.points)
    a, b = np.exp(p.log_density(GRID.points)), np.exp(q.log_density(GRID.points))
    np.testing.assert_allclose(best, a / (a + b), rtol=1e-9)
    # Any other discriminator has less.
    logits = p.log_density(GRID.points) - q.log_density(GRID.points)
    assert all(densities.game_value(p, q, GRID, logits + shift) < densities.game_value(p, q, GRID) for shift in (-0.2, 0.1))


def test_equal_and_disjoint_densities_are_the_ends():
    assert densities.game_value(MIXTURE, MIXTURE, GRID) == pytest.approx(-math.log(4), abs=1e-9)
    far = normal(-6.0, 0.3), normal(8.0, 0.3)
    assert densities.jensen_shannon(*far, GRID) == pytest.approx(math.log(2), abs=1e-9)
    assert densities.game_value(*far, GRID) == pytest.approx(0.0, abs=1e-9)
    assert densities.squared_hellinger(*far, GRID) == pytest.approx(2.0, abs=1e-9)


def test_the_weather_takes_one_and_three_quarters_bits():
    weather = [0.5, 0.25, 0.125, 0.125]
    assert densities.entropy_bits(weather) == 1.75
    assert densities.cross_entropy_bits(weather, [0.25] * 4) == 2.0
    assert densities.cross_entropy_bits(weather, weather[::-1]) == 0.5 * 3 + 0.25 * 3 + 0.125 * 2 + 0.125
    assert densities.entropy_bits([1.0, 0.0]) == 0.0
    assert densities.cross_entropy_bits([0.5, 0.5], [1.0, 0.0]) == math.inf
    with pytest.raises(ValueError, match="sum to 1"):
        densities.entropy_bits([0.5, 0.6])
