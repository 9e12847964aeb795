"""Errors of inversion and of reconstruction, by hand."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics import inversion as inversion_of
from ganzoo.metrics.inversion import reconstruction_error

ERRORS = np.random.default_rng(0).random((2, 200))


def test_means_ratio_and_p():
    test, train = ERRORS[0], 0.5 * ERRORS[1]
    found = inversion_of(test, train)
    assert found[""][0] == pytest.approx(test.mean()) and found["train"][0] == pytest.approx(train.mean())
    assert found[""][1] < test.mean() < found[""][2]
    assert found["ratio"] == pytest.approx(test.mean() / train.mean()) and found["p"] < 1e-6
    assert inversion_of(train, test)["p"] > 0.999 and 0.01 < inversion_of(*ERRORS)["p"] < 0.99


def test_examples_that_are_met_exactly():
    found = inversion_of(np.zeros(5), np.zeros(5))
    assert "ratio" not in found and found["p"] >= 0.5 and found[""] == (0.0, None, None)
    with pytest.raises(UserError, match="0 or more"):
        inversion_of(np.array([-1.0, 1]), np.ones(3))


def test_a_reconstruction_is_measured_in_the_originals_own_spread():
    originals = np.random.default_rng(1).standard_normal((400, 2))
    shifted = reconstruction_error(originals + 0.3, originals)
    assert shifted[""] == (pytest.approx(0.09), None, None)
    blank = reconstruction_error(0 * originals + originals.mean(axis=0), originals)
    assert blank["relative"][0] == pytest.approx(1) and blank["relative"][1] < 1 < blank["relative"][2]
    with pytest.raises(UserError, match="no pairs"):
        reconstruction_error(originals[1:], originals)
    with pytest.raises(UserError, match="all equal"):
        reconstruction_error(np.ones((9, 2)), np.ones((9, 2)))
