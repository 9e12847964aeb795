"""The diversity within a condition, on sets whose answer is known."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.conditional_diversity import within_condition_diversity


def test_equal_samples_of_a_condition_score_0():
    centres = np.random.default_rng(0).normal(size=(5, 3))
    conditions = np.arange(100) % 5
    result = within_condition_diversity(centres[conditions], conditions)
    assert result[""] == pytest.approx(0, abs=1e-7) and result["lowest"] == pytest.approx(0, abs=1e-7)


def test_a_condition_that_makes_no_difference_scores_1():
    rng = np.random.default_rng(0)
    result = within_condition_diversity(rng.normal(size=(4000, 8)), rng.integers(10, size=4000))
    assert result[""] == pytest.approx(1, abs=0.01) and result["lowest"] == pytest.approx(1, abs=0.06)


def test_it_is_the_ratio_over_all_pairs():
    rng = np.random.default_rng(1)
    conditions = rng.integers(3, size=40) * 7
    fake = rng.normal(size=(40, 2)) + conditions[:, None] + 100
    squared = np.square(fake[:, None] - fake).sum(2)[np.triu_indices(40, 1)]
    same = (conditions[:, None] == conditions)[np.triu_indices(40, 1)]
    result = within_condition_diversity(fake, conditions)
    assert result["within"] == pytest.approx(np.sqrt(squared[same].mean()))
    assert result["across"] == pytest.approx(np.sqrt(squared[~same].mean()))
    assert result[""] == pytest.approx(result["within"] / result["across"])


def test_the_lowest_is_of_a_condition_of_many_samples():
    rng = np.random.default_rng(2)
    fake = np.concatenate([rng.normal(0, 1, (50, 2)), rng.normal(0, 0.01, (50, 2)) + 5, np.full((5, 2), 9.0)])
    conditions = np.repeat([0, 1, 2], [50, 50, 5])
    result = within_condition_diversity(fake, conditions)
    own = np.square(fake[50:100, None] - fake[50:100]).sum(2)[np.triu_indices(50, 1)].mean()
    assert result["lowest"] == pytest.approx(np.sqrt(own) / result["across"])
    assert "lowest" not in within_condition_diversity(fake[::5], conditions[::5])


@pytest.mark.parametrize(
    "fake, conditions, words",
    [
        (np.ones((4, 2)), [0, 0, 1, 1], "all samples are equal"),
        (np.eye(4), [0, 1, 2, 3], "two conditions are needed, and two samples of one"),
        (np.eye(4), [0, 0, 0, 0], "two conditions are needed"),
        (np.eye(4), [0, 1], "one condition a sample"),
    ],
)
def test_what_is_not_determined_is_one_line(fake, conditions, words):
    with pytest.raises(UserError, match=words):
        within_condition_diversity(fake, np.array(conditions))
