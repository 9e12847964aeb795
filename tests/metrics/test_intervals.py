"""Intervals of means and the block jackknife, against closed forms and NumPy."""

import numpy as np
import pytest
from scipy import stats

from ganzoo.metrics import intervals


def test_the_interval_of_a_mean_is_its_standard_error_each_way():
    values = np.array([1.0, 2.0, 3.0, 6.0])
    mean, low, high = intervals.mean_interval(values)
    reach = 3.182446 * values.std(ddof=1) / 2  # t of 3 degrees of freedom
    assert mean == 3.0 and (mean - low, high - mean) == pytest.approx((reach, reach), rel=1e-6)
    assert intervals.mean_interval([4.0]) == (4.0, None, None)
    assert intervals.mean_interval([0.1] * 3) == (pytest.approx(0.1), None, None)


def test_blocks_are_left_out_one_after_the_other():
    order = np.random.default_rng(0).permutation(23)
    rest = list(intervals.without_blocks(order))
    assert len(rest) == intervals.BLOCKS == 10
    left_out = [np.setdiff1d(np.arange(23), rows) for rows in rest]
    assert sorted(np.concatenate(left_out)) == list(range(23)) and {len(block) for block in left_out} == {2, 3}
    assert all((np.diff(rows) > 0).all() for rows in rest)
    assert len(list(intervals.without_blocks(order, blocks=4))) == 4


def test_the_jackknife_of_a_mean_is_its_standard_error():
    # With blocks of one sample each the jackknife of a mean is the standard error of the mean, exactly.
    values = np.random.default_rng(1).normal(size=12)
    without = [np.delete(values, index).mean() for index in range(12)]
    assert intervals.jackknife_error(without) == pytest.approx(values.std(ddof=1) / np.sqrt(12))
    assert intervals.jackknife_error([2.0] * 5) == 0.0


def test_the_reach_is_that_of_students_t():
    assert intervals.jackknife_reach(2.0) == pytest.approx(2.0 * 2.262157, rel=1e-6)  # t of 9 degrees of freedom
    assert intervals.jackknife_reach(2.0, blocks=5, level=0.9) == pytest.approx(2.0 * stats.t.ppf(0.95, 4))


@pytest.mark.parametrize("count, known", [(99, False), (100, True)])
def test_too_few_samples_have_no_interval(count, known):
    value, low, high = intervals.jackknife(lambda rows: float(len(rows)), count, value=7.0)
    assert value == 7.0 and low is high is None, "blocks of one size: the statistic does not move"
    value, low, high = intervals.jackknife(lambda rows: float(rows.sum()), count, value=7.0)
    assert value == 7.0 and (low is not None) == (high is not None) == known


def test_an_interval_lies_around_the_value_and_covers_at_its_rate():
    rng, covered = np.random.default_rng(2), []
    for seed in range(200):
        values = rng.normal(size=200)
        mean, low, high = intervals.jackknife(lambda rows: values[rows].mean(), 200, values.mean(), seed)
        assert high - mean == pytest.approx(mean - low)
        covered.append(low <= 0 <= high)
    assert 0.9 <= np.mean(covered) <= 0.99


def test_the_seed_deals_the_blocks():
    values = np.random.default_rng(3).normal(size=150)
    found = [intervals.jackknife(lambda rows: values[rows].mean(), 150, 0.0, seed) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
