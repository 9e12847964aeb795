"""The distance at which pairs of one class end."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

path = Path(__file__).parents[2] / "benchmarks" / "same_class.py"
spec = importlib.util.spec_from_file_location("same_class", path)
same_class = importlib.util.module_from_spec(spec)
spec.loader.exec_module(same_class)


def test_the_threshold_is_the_last_distance_whose_closer_pairs_are_of_one_class():
    rows, labels = np.array([[0.0], [1.0], [10.0], [12.0], [15.0]]), np.array([0, 0, 1, 1, 0])
    # Distances in order: 1 same, 2 same, 3 other, 5 other, 9 other and more; four pairs in all are of one class.
    assert same_class.threshold(rows, labels, 1.0) == (2.0, 2, 0.5)
    assert same_class.threshold(rows, labels, 0.6)[:2] == (3.0, 3)


def test_classes_that_touch_have_none():
    with pytest.raises(SystemExit, match="two classes"):
        same_class.threshold(np.array([[0.0], [0.1], [5.0]]), np.array([0, 1, 0]), 0.99)
