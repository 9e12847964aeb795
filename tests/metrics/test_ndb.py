import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.ndb import jensen_shannon, ndb, proportions_differ

CENTRES = 10 * np.eye(10)


def mixture(count, seed, kinds=10):
    draws = np.random.default_rng(seed)
    return CENTRES[draws.integers(0, kinds, count)] + draws.standard_normal((count, 10))


def test_one_distribution_differs_at_the_level_of_the_test():
    results = [ndb(mixture(3000, seed), mixture(3000, seed + 50), bins=50) for seed in range(8)]
    assert np.mean([result["share"] for result in results]) == pytest.approx(0.05, abs=0.03)
    assert np.mean([result["share_bh"] for result in results]) < 0.01
    assert all(result["bins"] == 50 and 0 < result["js"] < 0.01 for result in results)


def test_dropped_kinds_are_counted():
    result = ndb(mixture(3000, 1), mixture(3000, 2, kinds=8), bins=10)
    # Two bins are empty, and the eight others hold 25 % more than they should.
    assert result["share"] >= 0.8 and result["share_bh"] >= 0.8
    assert result["js"] == pytest.approx(jensen_shannon(np.ones(10), np.array([1] * 8 + [0] * 2)), rel=0.15)


def test_correction_only_removes():
    for seed in range(5):
        result = ndb(mixture(1000, seed), mixture(1000, seed + 9) * 1.05, bins=30)
        assert result["share_bh"] <= result["share"]


@pytest.mark.parametrize(("count", "bins"), [(60, 2), (1000, 20), (9000, 100)])
def test_bins_follow_the_smaller_count(count, bins):
    assert ndb(mixture(9000, 3), mixture(count, 4))["bins"] == bins


def test_proportions_by_hand():
    # 50 of 100 against 30 of 100: pooled .4, standard error .069282, z = 2.886751, p = .003892.
    np.testing.assert_allclose(
        proportions_differ(np.array([50, 50, 0]), np.array([30, 70, 0])), [0.003892, 0.003892, 1], atol=1e-6
    )


def test_divergence_of_histograms():
    assert jensen_shannon(np.array([3, 5]), np.array([6, 10])) == 0
    assert jensen_shannon(np.array([3, 0]), np.array([0, 9])) == pytest.approx(np.log(2))
    # p = (1/2, 1/2), q = (1, 0): (ln(4/3) + ln(4/3)/2 + ln(2)/2) / 2
    assert jensen_shannon(np.array([1, 1]), np.array([1, 0])) == pytest.approx(0.215762, abs=1e-6)


def test_mixed_types_and_seeds():
    real, fake = mixture(500, 5).astype(np.float32), mixture(500, 6)
    assert ndb(real, fake, seed=3) == ndb(real, fake, seed=3)
    assert ndb(np.ones((100, 3)) + 1e-9 * mixture(100, 1)[:, :3], np.ones((100, 3)))["bins"] == 2


def test_bad_input_is_named():
    with pytest.raises(UserError, match="fake has NaN"):
        ndb(mixture(100, 0), np.full((100, 10), np.nan))
    with pytest.raises(UserError, match="differ in shape"):
        ndb(mixture(100, 0), np.zeros((100, 3)))
