"""Tests of ganzoo.metrics.divergence_frontier."""

import numpy as np
import pytest
from scipy.special import beta

from ganzoo.errors import UserError
from ganzoo.metrics.divergence_frontier import assign, divergence_frontier, frontier_area, frontier_of_samples
from ganzoo.metrics.registry import all_metrics


def test_equal_histograms_have_area_1():
    assert frontier_area(np.array([0.2, 0.8]), np.array([0.2, 0.8])) == pytest.approx(1)


@pytest.mark.parametrize("scale", [1.0, 2.0, 5.0])
def test_disjoint_histograms_have_the_area_under_the_corner(scale):
    # KL(P | w P + (1 - w) Q) = -log w: the curve is (1 - x^(1/c))^c, its integral c B(c, c + 1).
    area = frontier_area(np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.0, 1.0]), scale)
    assert area == pytest.approx(scale * beta(scale, scale + 1), abs=1e-4)


def test_at_scale_5_the_corner_is_1_in_252():
    assert frontier_area(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(1 / 252, abs=1e-5)


def test_the_area_is_symmetric_and_falls_with_the_distance():
    q = np.array([0.25, 0.25, 0.25, 0.25])
    near, far = np.array([0.3, 0.2, 0.3, 0.2]), np.array([0.9, 0.1, 0.0, 0.0])
    assert frontier_area(near, q) == pytest.approx(frontier_area(q, near), abs=1e-6)
    assert 1 > frontier_area(near, q) > frontier_area(far, q) > 1 / 252


def test_features():
    rng = np.random.default_rng(0)
    first, same = rng.normal(size=(2, 500, 6))
    assert divergence_frontier(first, first) == pytest.approx(1)
    assert divergence_frontier(first, same) > 0.9
    assert divergence_frontier(first, same + 20) == pytest.approx(1 / 252, abs=1e-4)
    assert divergence_frontier(first, same + 0.7) < divergence_frontier(first, same)
    assert divergence_frontier(first, same) == divergence_frontier(first, same)


def test_features_without_variance():
    assert divergence_frontier(np.ones((20, 3)), np.ones((20, 3))) == pytest.approx(1)


def test_nonsense_is_refused():
    with pytest.raises(UserError, match="NaN"):
        divergence_frontier(np.full((5, 2), np.nan), np.ones((5, 2)))
    with pytest.raises(UserError, match="differ in shape"):
        divergence_frontier(np.ones((5, 2)), np.ones((5, 3)))


def test_few_samples_fall_into_two_clusters_at_least():
    rng = np.random.default_rng(0)
    assert assign(rng.standard_normal((5, 3)), rng.standard_normal((4, 3)))[2] == 2


def test_features_of_images_are_compared_at_the_fakes_count():
    draws = np.random.default_rng(1)
    real, fake = draws.standard_normal((900, 4)), draws.standard_normal((300, 4))
    ordered = real[np.argsort(real[:, 0])]  # of which the first 300 are no fair sample
    value, low, high = frontier_of_samples(ordered, fake, 0)
    assert value > 0.85 and low < value < high
    assert frontier_of_samples(ordered[:300], fake, 0)[0] < 0.6
    assert all_metrics()["divergence_frontier"].is_default("text") and not all_metrics()["divergence_frontier"].is_default(
        "image"
    )
