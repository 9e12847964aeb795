import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.birthday.support import pooled
from ganzoo.metrics.effective_support import birthday


def test_the_number_of_stored_images_is_recovered():
    rng = np.random.default_rng(0)
    stored = rng.normal(size=(500, 16))
    fake = stored[rng.integers(500, size=3000)] + 1e-4 * rng.normal(size=(3000, 16))
    found = birthday(fake, rng.normal(size=(2000, 16)))
    assert found["at_least"] < 500 < found["n_eff"] * 1.1 and found["n_eff"] < 600
    assert found["at_least"] == found["low"] < found["n_eff"] < found["high"]


def test_fresh_samples_show_no_or_few_duplicates():
    rng = np.random.default_rng(1)
    found = birthday(rng.normal(size=(2000, 16)), rng.normal(size=(2000, 16)))
    assert found["duplicates"] < 20 and found["at_least"] > 20_000


def test_without_a_duplicate_only_the_lower_bound_is_a_number():
    rng = np.random.default_rng(2)
    found = birthday(100 * rng.normal(size=(50, 16)), rng.normal(size=(50, 16)))
    assert "n_eff" not in found and found["duplicates"] == 0
    assert found["at_least"] == pooled(np.zeros(50, int))["n_eff"]["low"]


def test_different_dimensions_are_refused():
    with pytest.raises(UserError):
        birthday(np.zeros((5, 3)), np.zeros((5, 4)))
