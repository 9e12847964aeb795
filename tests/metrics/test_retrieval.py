import numpy as np
import pytest
import scipy.stats
from scipy.spatial.distance import cdist

from ganzoo.errors import UserError
from ganzoo.metrics.retrieval import compare_retrieval, retrieval, retrieval_distances

DRAWS = np.random.default_rng(0)
REAL, FRESH, TEST = DRAWS.standard_normal((3, 1500, 6))


def test_training_data_scores_exactly_zero():
    assert retrieval(REAL, REAL[::-1], TEST)["excess"] == 0


def test_fresh_data_scores_zero_and_others_more():
    assert retrieval(REAL, FRESH, TEST)["excess"] == pytest.approx(0, abs=0.03)
    dropped = FRESH * [0, 1, 1, 1, 1, 1]
    assert retrieval(REAL, dropped, TEST)["excess"] > 0.1
    assert retrieval(REAL, np.repeat(FRESH[:15], 100, axis=0), TEST)["excess"] > 0.5


def test_counts_are_made_equal():
    more = np.concatenate([FRESH, np.random.default_rng(1).standard_normal((6000, 6))])
    assert retrieval(REAL, more, TEST)["excess"] == pytest.approx(0, abs=0.04)
    assert retrieval(more, REAL, TEST, seed=2) == retrieval(more, REAL, TEST, seed=2)


@pytest.mark.parametrize("j", [1, 3])
def test_by_definition(j):
    to_fake, to_real = (np.sort(cdist(TEST, other), axis=1)[:, j - 1].mean() for other in (FRESH * 1.1, REAL))
    result = retrieval(REAL, FRESH * 1.1, TEST, j=j)
    assert result["to_fake"] == pytest.approx(to_fake) and result["to_real"] == pytest.approx(to_real)
    assert result["excess"] == pytest.approx((to_fake - to_real) / to_real)


def test_models_are_compared_by_signed_ranks():
    # Darwin's heights of cross- and self-fertilised corn, the example of SciPy's manual: W = 24, p = .04126.
    difference = np.array([6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75])
    result = compare_retrieval(difference + 100.0, np.full(15, 100.0))
    assert result["statistic"] == 24 and result["p"] == pytest.approx(0.041260, abs=1e-6)
    assert result["median_difference"] == 24
    first, second = retrieval_distances(TEST, FRESH), retrieval_distances(TEST, FRESH * [0, 1, 1, 1, 1, 1])
    result = compare_retrieval(first, second)
    assert result["median_difference"] < 0 and result["p"] < 1e-6
    assert result["statistic"] == scipy.stats.wilcoxon(first, second).statistic


def test_equal_models_do_not_differ():
    distances = retrieval_distances(TEST, FRESH)
    assert compare_retrieval(distances, distances) == {"statistic": 0, "p": 1, "median_difference": 0}


def test_bad_input_is_named():
    with pytest.raises(UserError, match="test has NaN"):
        retrieval(REAL, FRESH, np.full((9, 6), np.nan))
    with pytest.raises(UserError, match="held-out"):
        retrieval(REAL, FRESH, REAL)
    with pytest.raises(UserError, match="equal counts"):
        compare_retrieval(np.zeros(4), np.zeros(5))
