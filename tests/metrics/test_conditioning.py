"""The conditioning of generators whose Jacobians are known."""

import numpy as np
import pytest
from scipy.stats import ortho_group

from ganzoo.errors import UserError
from ganzoo.metrics.conditioning import conditioning, singular_values

TURNED = ortho_group.rvs(5, random_state=0)[:, :3]


def jacobians(*spectra):
    turn = ortho_group.rvs(3, random_state=1)
    return np.stack([TURNED @ np.diag(spectrum) @ turn for spectrum in spectra])


def test_singular_values_are_those_it_was_made_of():
    np.testing.assert_allclose(singular_values(jacobians([1, 3, 2], [5, 5, 0.5])), [[3, 2, 1], [5, 5, 0.5]])


def test_an_even_generator_has_condition_number_one():
    found = conditioning(jacobians([2, 2, 2], [0.5, 0.5, 0.5]))
    assert found[""][0] == pytest.approx(0, abs=1e-9) and found["rank"] == 3 and found["effective_rank"] == pytest.approx(3)


def test_the_logarithm_is_averaged_over_latents():
    found = conditioning(jacobians([10, 4, 1], [1000, 4, 1]))
    mean, low, high = found[""]
    assert mean == pytest.approx(4) and found["spread"] == pytest.approx(np.std([2, 6], ddof=1))
    assert low < mean < high and high - mean == pytest.approx(1.96 * found["spread"] / np.sqrt(2))
    shares = np.array([100, 16, 1]) / 117, np.array([1e6, 16, 1]) / 1000017
    expected = np.mean([np.exp(-(share * np.log(share)).sum()) for share in shares])
    assert found["effective_rank"] == pytest.approx(expected)


def test_a_latent_that_does_nothing_is_told_by_the_rank():
    found = conditioning(jacobians([2, 1, 0], [2, 1, 1e-9]))
    assert found["rank"] == 2 and found[""][0] == pytest.approx(-2 * np.log10(5 * np.finfo(np.float32).eps))


@pytest.mark.parametrize(
    "given, complaint",
    [
        (np.zeros((2, 5, 3)), "does not change with its latents"),
        (np.ones((2, 3, 5)), "3 outputs of 5 latents"),
        (np.ones((5, 3)), "must have 3 axes"),
        (np.full((1, 5, 3), np.nan), "NaN"),
    ],
)
def test_what_has_no_conditioning_is_refused(given, complaint):
    with pytest.raises(UserError, match=complaint):
        conditioning(given)
