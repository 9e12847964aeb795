import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.clustering import match, matched_accuracy


def test_names_of_categories_do_not_matter():
    classes = np.random.default_rng(0).integers(0, 10, 500)
    renamed = np.random.default_rng(1).permutation(10)[classes]
    assert matched_accuracy(renamed, classes) == 1.0
    assert match(renamed, classes) == {int(code): int(label) for code, label in zip(renamed, classes, strict=True)}


def test_the_matching_is_the_best_as_a_whole():
    # Category 0 agrees most with class 0, but taking class 1 lets category 1 have class 0: 2 + 3 of 8 beat 3 + 0.
    codes = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    classes = np.array([0, 0, 0, 1, 1, 0, 0, 0])
    assert match(codes, classes) == {0: 1, 1: 0}
    assert matched_accuracy(codes, classes) == 5 / 8


def test_two_categories_of_one_class_count_once():
    assert matched_accuracy([0, 0, 0, 1, 2, 2], [0, 0, 0, 0, 1, 1]) == 5 / 6
    assert match(np.array([0, 0, 0, 1, 2, 2]), np.array([0, 0, 0, 0, 1, 1])) == {0: 0, 2: 1}


def test_one_category_of_two_classes_finds_one():
    assert matched_accuracy([0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 2, 2]) == 4 / 6


def test_a_matching_from_elsewhere_is_kept():
    assert matched_accuracy([0, 1, 1], [1, 0, 0]) == 1.0
    assert matched_accuracy([0, 1, 1], [1, 0, 0], matching={0: 0, 1: 1}) == 0.0
    assert matched_accuracy([0, 1, 2], [0, 1, 2], matching={0: 0, 1: 1}) == 2 / 3, "a category without a class is wrong"


def test_chance_is_about_one_in_k():
    rng = np.random.default_rng(0)
    assert 0.1 <= matched_accuracy(rng.integers(0, 10, 20_000), rng.integers(0, 10, 20_000)) < 0.12


@pytest.mark.parametrize("codes, classes", [([0.5], [1]), ([-1], [1]), ([], []), ([0, 1], [0]), ([[0]], [[0]])])
def test_what_is_no_category_is_refused(codes, classes):
    with pytest.raises(UserError):
        matched_accuracy(codes, classes)
