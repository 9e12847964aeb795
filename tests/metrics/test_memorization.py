"""MiFID by hand: cosine distances, the penalty and where it begins."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.frechet import frechet_distance
from ganzoo.metrics.memorization import cosine_distance, memorization_informed_fd, mifid

REAL, FAKE, TEST = np.random.default_rng(0).standard_normal((3, 500, 6))


def test_cosine_distances_by_hand():
    base = np.array([[1.0, 0], [0, 2.0]])
    samples = np.array([[3.0, 0], [-1, 0], [1, 1]])  # on an axis, against it, between both
    assert cosine_distance(samples, base) == pytest.approx((0 + 0 + 1 - np.sqrt(0.5)) / 3)
    assert cosine_distance(np.array([[0.0, 0], [1, 1]]), base) == pytest.approx(1 - np.sqrt(0.5))  # a zero vector is left out
    with pytest.raises(UserError, match="zero vectors"):
        cosine_distance(np.zeros((3, 2)), base)


def test_the_penalty_begins_below_epsilon():
    near = REAL + 0.05 * FAKE
    distance, plain = cosine_distance(near, REAL), frechet_distance(REAL, near)
    assert mifid(REAL, near, distance * 1.01) == pytest.approx(plain / distance)
    assert mifid(REAL, near, distance * 0.99) == pytest.approx(plain)
    assert mifid(REAL, REAL) == 0


def test_the_threshold_is_held_out_datas():
    good, near = memorization_informed_fd(REAL, FAKE, TEST), memorization_informed_fd(REAL, REAL + 0.02 * FAKE, TEST)
    assert good["threshold"] == pytest.approx(cosine_distance(TEST, REAL) / 2)
    assert good["penalty"] == 1 and good[""] == pytest.approx(frechet_distance(REAL, FAKE))
    assert near["penalty"] == near["distance"] < near["threshold"] < good["distance"]
    assert near[""] == pytest.approx(frechet_distance(REAL, REAL + 0.02 * FAKE) / near["distance"], rel=1e-9)
