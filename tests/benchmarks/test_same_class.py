"""The distance at which pairs of one class end."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from ganzoo.errors import UserError

path = Path(__file__).parents[2] / "benchmarks" / "same_class.py"
spec = importlib.util.spec_from_file_location("same_class", path)
same_class = importlib.util.module_from_spec(spec)
spec.loader.exec_module(same_class)


def test_the_threshold_is_the_last_distance_whose_closer_pairs_are_of_one_class():
    rows, labels = np.array([[0.0], [1.0], [10.0], [12.0], [15.0]]), np.array([0, 0, 1, 1, 0])
    # Distances in order: 1 same, 2 same, 3 other, 5 other, 9 other and more; four pairs in all are of one class.
    assert same_class.threshold(rows, labels, 1.0) == (2.0, 2, 0.5)
    assert same_class.threshold(rows, labels, 0.6)[:2] == (3.0, 3)


def test_of_equal_distances_all_count_or_none():
    rows = np.array([[0.0], [1.0], [2.0], [7.0], [7.5]])  # 0.5 same, 1 same, 1 other
    assert same_class.threshold(rows, np.array([0, 0, 1, 2, 2]), 1.0)[:2] == (0.5, 1)


@pytest.mark.parametrize(
    ("rows", "labels", "share", "words"),
    [
        ([0.0, 0.1, 5.0], [0, 1, 0], 0.99, "of two classes"),
        ([0.0, 1.0], [0, 1], 0.99, "no two images are of one class"),
        ([0.0], [0], 0.99, "no two images are of one class"),
        ([0.0, 1.0], [0, 0], 2.0, "at most 1"),
    ],
)
def test_what_has_no_threshold_is_said(rows, labels, share, words):
    with pytest.raises(UserError, match=words):
        same_class.threshold(np.array(rows)[:, None], np.array(labels), share)
