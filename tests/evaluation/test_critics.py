"""Independent critics on laws whose Wasserstein distance is known."""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from ganzoo.errors import UserError
from ganzoo.evaluation.critics import train_critics
from ganzoo.metrics import wasserstein_critic

REAL, FAKE, TEST = np.random.default_rng(0).standard_normal((3, 1500, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def shifted():
    return train_critics(REAL, FAKE + np.float32([2, 0, 0, 0]), TEST, steps=200)


def test_a_shift_is_found_from_below(shifted):
    found = wasserstein_critic(shifted)
    assert 1.2 < found[""] < 2.05 and abs(found["train"] - found[""]) < 0.15  # the optimum is 2, the shift's length
    assert shifted.test.shape == (3, 1500) and shifted.fake.shape == (3, 750) and 0.5 < found["lipschitz"] < 2


def test_an_output_over_the_slope_is_a_lower_bound_in_one_dimension():
    real, fake, test = (values[:, :1] for values in (REAL, 2 * FAKE + 1, TEST))
    critics = train_critics(real, fake, test, steps=300, seeds=2)
    exact = wasserstein_distance(test[:, 0], fake[:, 0])
    assert 0.6 * exact < wasserstein_critic(critics)[""] < 1.05 * exact


def test_equal_laws_are_not_told_apart_and_copies_show_as_a_gap():
    few = train_critics(REAL[:150], FAKE, TEST, steps=200)
    found = wasserstein_critic(few)
    assert abs(found[""]) < 0.1 and found["gap"] > 0.2  # a critic learns 150 training samples by heart, no law


def test_the_unit_of_the_features_is_the_distances(shifted):
    large = train_critics(*(1e3 * values for values in (REAL, FAKE + np.float32([2, 0, 0, 0]), TEST)), steps=200)
    assert wasserstein_critic(large)[""] == pytest.approx(1e3 * wasserstein_critic(shifted)[""], rel=0.02)


def test_too_few_fakes_are_refused():
    with pytest.raises(UserError, match="at least 4"):
        train_critics(REAL, FAKE[:3], TEST)
