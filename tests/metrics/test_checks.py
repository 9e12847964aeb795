import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.checks import checked, same_dimension


@pytest.mark.parametrize(
    ("given", "kept"),
    [("float32", "float32"), ("float64", "float64"), ("float16", "float32"), ("uint8", "float32"), ("int64", "float64")],
)
def test_numbers_become_floats_that_hold_them(given, kept):
    array = np.arange(12).reshape(4, 3).astype(given)
    result = checked("real", array)
    assert result.dtype == kept
    np.testing.assert_array_equal(result, array)


def test_floats_are_not_copied():
    array = np.zeros((4, 3), np.float32)
    assert checked("real", array) is array


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_located(value):
    array = np.zeros((9, 3))
    array[[4, 7], 1] = value
    with pytest.raises(UserError, match=r"fake has NaN or infinite values in 2 of 9 samples \(first: sample 4\)"):
        checked("fake", array)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((1, 3)), "real has 1 samples; at least 2"),
        (np.zeros((4, 0)), "empty"),
        (np.zeros(4), "2 axes"),
        (np.zeros((4, 2, 2)), "2 axes"),
        (np.array(3.0), "2 axes"),
        (np.array([["a"], ["b"]]), "real numbers"),
        (np.zeros((4, 3), complex), "real numbers"),
    ],
)
def test_unfit_arrays_are_refused(array, message):
    with pytest.raises(UserError, match=message):
        checked("real", array)


def test_other_axes_on_request():
    assert checked("images", np.zeros((2, 4, 4, 1), np.uint8), ndim=4).shape == (2, 4, 4, 1)
    assert checked("anything", np.zeros((2, 4, 4)), ndim=None).shape == (2, 4, 4)


def test_different_dimensions_are_named():
    same_dimension(real=np.zeros((3, 2)), fake=np.zeros((9, 2)))
    with pytest.raises(UserError, match=r"real \(2,\), fake \(5,\)"):
        same_dimension(real=np.zeros((3, 2)), fake=np.zeros((3, 5)))
