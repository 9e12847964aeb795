"""Which class a name or a number means, and how labels from elsewhere are read."""

import numpy as np
import pytest

from ganzoo.data.class_names import class_number, read_labels
from ganzoo.errors import UserError

GAPS = ["0", "1", "2", "10", "11"]
FROM_ONE = ["1", "2", "3"]


@pytest.mark.parametrize(
    "only, classes, number",
    [
        ("dog", ["cat", "dog"], 1),
        (1, ["cat", "dog"], 1),
        (np.int64(1), ["cat", "dog"], 1),
        (2, GAPS, 2),
        ("2", GAPS, 2),
        (10, GAPS, 3),
        ("10", GAPS, 3),
        ("2", FROM_ONE, 1),
        (3, FROM_ONE, 2),
        (7, ["00", "07"], 1),
        (0, ["one", "5"], 0),
    ],
)
def test_a_class_is_meant_by_name_or_number(only, classes, number):
    assert class_number(only, classes, "data") == number


@pytest.mark.parametrize(
    "only, classes, problem",
    [
        (1, FROM_ONE, "only=1 of data is ambiguous: class number 1 is called '2'"),
        (3, GAPS, "class number 3 is called '10'"),
        (1, ["1", "2", "other"], "ambiguous"),
        (1, ["01", "02"], "class number 1 is called '02'"),
        (5, ["cat", "dog"], "no class 5; it has 0 to 1: cat, dog"),
        (-1, ["cat", "dog"], "no class -1"),
        (True, ["cat", "dog"], "no class True"),
        (1.0, ["cat", "dog"], "no class 1.0"),
        ("1", ["cat", "dog"], "no class '1'"),
        (0, [], "data has no labels to choose only=0 by"),
    ],
)
def test_what_names_no_class_or_two_is_refused(only, classes, problem):
    with pytest.raises(UserError) as error:
        class_number(only, classes, "data")
    assert problem in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "labels, expected, notes",
    [
        ([0, 2, 1], [0, 2, 1], []),
        (np.array([0, 2, 1], np.float32), [0, 2, 1], []),
        (np.array([[0], [2], [1]], np.uint8), [0, 2, 1], []),
        ([True, False], [1, 0], []),
        (np.eye(3)[[0, 2, 1]], [0, 2, 1], ["labels read as one-hot rows of 3 classes"]),
        ([1, 2, 3], [1, 2, 3], ["labels count from 0: of 0 to 3, 1 have no example, the first of them 0"]),
        ([0, 3], [0, 3], ["labels count from 0: of 0 to 3, 2 have no example, the first of them 1"]),
        ([-1, -1], None, ["all labels are -1: read as none"]),
    ],
)
def test_labels_are_read(labels, expected, notes):
    read, said = read_labels(labels)
    assert said == notes and (read is None) == (expected is None)
    if expected is not None:
        assert read.dtype == np.int64 and read.tolist() == expected


@pytest.mark.parametrize(
    "labels, problem",
    [
        (["cat", "dog"], "words or objects"),
        (np.array(["1", "2"]), "number the classes from 0"),
        ([0.0, 0.5], "whole numbers, not such as 0.5"),
        ([0.0, np.nan], "whole numbers, not such as nan"),
        ([0, -1, -2, 1], "2 are negative, such as -2"),
        (np.zeros((3, 2)), "one whole number an example"),
        (np.full((3, 2), 0.5), "one whole number an example"),
        (np.zeros((3, 2, 2), int), "one whole number an example"),
        (3, "one whole number an example"),
    ],
)
def test_labels_that_are_no_numbers_of_classes_are_refused(labels, problem):
    with pytest.raises(UserError, match=problem):
        read_labels(labels)
