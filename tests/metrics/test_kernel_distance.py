import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from ganzoo.errors import UserError
from ganzoo.metrics import tfgan
from ganzoo.metrics.kernel_distance import (
    kernel_distance,
    kernel_distance_u,
    mmd_rbf,
    mmd_rbf_gaussians,
)


def normal(seed, count, dim, shift=0.0):
    return np.random.default_rng(seed).standard_normal((count, dim)) + shift / np.sqrt(dim)


REAL, FAKE = normal(1, 200, 6), normal(2, 150, 6, 0.8)


def test_rbf_closed_form_value():
    assert mmd_rbf_gaussians(4, 64, 8) == pytest.approx(0.085285, abs=1e-6)


def test_rbf_estimates_the_closed_form():
    scores = mmd_rbf(normal(1, 6000, 64), normal(2, 6000, 64, 4), bandwidth=8, permutations=20)
    assert scores["u"] == pytest.approx(0.085285, rel=0.02)
    assert scores["v"] > scores["u"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0, 1000])
def test_rbf_statistics_are_their_definitions(dtype, offset):
    own, other, cross = (
        np.exp(-cdist(a, b, "sqeuclidean") / (2 * 1.5**2)) for a, b in ((REAL, REAL), (FAKE, FAKE), (REAL, FAKE))
    )
    n, m = len(REAL), len(FAKE)
    u = (own.sum() - n) / (n * (n - 1)) + (other.sum() - m) / (m * (m - 1)) - 2 * cross.mean()
    scores = mmd_rbf((REAL + offset).astype(dtype), (FAKE + offset).astype(dtype), bandwidth=1.5, permutations=5)
    tolerance = 1e-10 if dtype == np.float64 else 1e-4
    assert scores["u"] == pytest.approx(u, rel=tolerance)
    assert scores["v"] == pytest.approx(own.mean() + other.mean() - 2 * cross.mean(), rel=tolerance)


def test_rbf_over_several_blocks():
    real, fake = normal(1, 4500, 3), normal(2, 2100, 3, 0.5)
    expected = sum(
        weight * np.exp(-cdist(a, b, "sqeuclidean") / 2).mean()
        for weight, a, b in ((1, real, real), (1, fake, fake), (-2, real, fake))
    )
    assert mmd_rbf(real, fake, bandwidth=1, permutations=2, test_cap=20)["v"] == pytest.approx(expected, rel=1e-9)


def test_permutation_test_is_uniform_under_equality():
    values = [mmd_rbf(normal((1, i), 40, 3), normal((2, i), 30, 3), seed=i, permutations=99)["p"] for i in range(150)]
    assert stats.kstest(values, "uniform").pvalue > 0.01
    assert np.mean(np.array(values) <= 0.05) <= 0.1


def test_permutation_test_finds_a_difference():
    scores = mmd_rbf(normal(1, 500, 4), normal(2, 500, 4, 1), permutations=200)
    assert scores["p"] == pytest.approx(1 / 201)


def test_relabellings_that_tie_count_as_at_least_as_large():
    # Of all ways to part five zeros and five ones on each side the even one, which is observed, has the least statistic.
    values = np.repeat([[0.0], [1.0]], 5, axis=0)
    assert mmd_rbf(values, values.copy(), bandwidth=1, permutations=200)["p"] == 1.0
    assert mmd_rbf(values, np.full((10, 1), 0.5), bandwidth=1, permutations=200)["p"] < 1.0


def test_permutation_p_is_the_share_of_relabellings():
    real, fake = normal(3, 12, 2), normal(4, 10, 2, 1.0)
    rng = np.random.default_rng(0)
    pooled = np.concatenate([real, fake])
    kernel = np.exp(-cdist(pooled, pooled, "sqeuclidean") / 2)

    def statistic(order):
        a, b = order[:12], order[12:]
        own, other = kernel[np.ix_(a, a)], kernel[np.ix_(b, b)]
        return (own.sum() - 12) / 132 + (other.sum() - 10) / 90 - 2 * kernel[np.ix_(a, b)].mean()

    true = statistic(np.arange(22))
    share = np.mean([statistic(rng.permutation(22)) >= true for _ in range(4000)])
    assert mmd_rbf(real, fake, bandwidth=1, permutations=4000)["p"] == pytest.approx(share, abs=0.03)
    assert 0.005 < share < 0.5


def test_bandwidth_is_the_median_distance_of_real_samples_set_aside():
    assert mmd_rbf(normal(1, 4000, 16), FAKE.repeat(3, axis=1)[:, :16], permutations=2)["bandwidth"] == pytest.approx(
        np.median(np.linalg.norm(normal(5, 2000, 16) - normal(6, 2000, 16), axis=1)), rel=0.03
    )
    with pytest.raises(UserError, match="bandwidth is 0"):
        mmd_rbf(np.ones((50, 3)), FAKE[:, :3])


def test_rbf_is_seeded():
    assert mmd_rbf(REAL, FAKE, seed=1) == mmd_rbf(REAL, FAKE, seed=1)
    assert mmd_rbf(REAL, FAKE, seed=1) != mmd_rbf(REAL, FAKE, seed=2)


def test_cubic_kernel_in_closed_form():
    dim, a = 64, 0.25  # a = |mu|^2 / d
    expected = 3 * a + 3 * a**2 + a**3 + 6 * a**2 / dim + 3 * a / dim + 6 * a / dim**2
    assert expected == pytest.approx(0.971069, abs=1e-6)
    real, fake = normal(1, 5000, dim), normal(2, 5000, dim, np.sqrt(a * dim))
    assert kernel_distance_u(real, fake) == pytest.approx(expected, rel=0.03)
    scores = kernel_distance(real, fake, subsets=20)
    assert scores["mean"] == pytest.approx(expected, abs=4 * scores["se"])
    assert scores["subsets_mean"] == pytest.approx(expected, rel=0.03)


def test_kernel_distance_agrees_with_tfgan_in_one_block():
    assert kernel_distance_u(REAL, FAKE) == pytest.approx(tfgan.kernel_distance(REAL, FAKE, 200)[0], rel=1e-12)


def test_kernel_distance_of_subsets_as_large_as_the_sets():
    scores = kernel_distance(REAL[:150], FAKE, subsets=3)
    assert scores["subsets_mean"] == pytest.approx(kernel_distance_u(REAL[:150], FAKE), rel=1e-10)
    assert scores["subsets_sd"] == pytest.approx(0, abs=1e-12)


def test_kernel_distance_is_unbiased_and_may_be_negative():
    values = [kernel_distance_u(normal((1, i), 60, 5), normal((2, i), 50, 5)) for i in range(400)]
    assert abs(np.mean(values)) < 3 * np.std(values) / 20
    assert min(values) < 0


def test_the_order_of_features_does_not_matter():
    real, fake = normal(1, 3000, 4), normal(2, 3000, 4)
    ordered = real[np.argsort(real[:, 0])]
    assert kernel_distance(ordered, fake, subsets=1)["mean"] == pytest.approx(kernel_distance_u(real, fake), rel=1e-6)


@pytest.mark.parametrize("counts", [(4, 4), (5, 9), (1025, 700), (1500, 3000)])
def test_any_count_has_an_interval(counts):
    scores = kernel_distance(normal(1, counts[0], 4), normal(2, counts[1], 4, 0.3), subsets=2)
    assert np.isfinite(list(scores.values())).all()


@pytest.mark.parametrize("metric", [mmd_rbf, kernel_distance, kernel_distance_u])
def test_bad_features_are_named(metric):
    with pytest.raises(UserError, match="real has NaN"):
        metric(np.where(REAL > 2, np.inf, REAL), FAKE)
    with pytest.raises(UserError, match="fake has 1 sample"):
        metric(REAL, FAKE[:1])
    with pytest.raises(UserError, match="differ in shape"):
        metric(REAL, FAKE[:, :2])


def test_all_pairs_of_unequal_sets_count():
    scores = kernel_distance(REAL, FAKE, subsets=2)
    assert scores["mean"] == pytest.approx(kernel_distance_u(REAL, FAKE), rel=1e-12)
    assert kernel_distance(REAL, FAKE, subsets=2, cap=100)["mean"] != scores["mean"]
