"""Path lengths of known features."""

import numpy as np
import pytest

from ganzoo.metrics import path_length as path_length_of
from ganzoo.metrics.path_length import Paths


def test_a_length_is_squared_over_the_step_and_the_spread():
    first = np.random.default_rng(0).standard_normal((500, 3))
    found = path_length_of(Paths(first, first + 0.02 * np.array([3.0, 4.0, 0.0]), 0.01, 5.0))
    assert found[""][0] == pytest.approx(20, rel=1e-9) and found["median"] == pytest.approx(20)  # (0.1 / 0.01)^2 / 5


def test_the_longest_and_the_shortest_hundredth_do_not_count():
    steps = np.ones((1000, 1))
    steps[:5], steps[5:10] = 1e4, 0.0
    found = path_length_of(Paths(np.zeros((1000, 1)), steps, 1.0, 1.0))
    assert found[""][0] == pytest.approx(1) and path_length_of(Paths(steps, steps, 0.1, 1.0))[""][0] == 0
