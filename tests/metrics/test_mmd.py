"""MMD^2 from sums over kernel matrices: the U-statistic, its jackknife, and an interval that covers."""

import numpy as np
import pytest

from ganzoo.metrics import mmd
from ganzoo.metrics.cubic_kernel import CubicSums, cubic, with_constant
from ganzoo.metrics.kernel_distance import kernel_distance, kernel_distance_u, mmd_rbf, mmd_rbf_gaussians


def normal(seed, count, dim, shift=0.0):
    return np.random.default_rng(seed).standard_normal((count, dim)) + shift / np.sqrt(dim)


def cubic_of_shift(dim, shift):
    """The kernel distance of N(0, I) and N(mu, I), |mu| = shift, in closed form."""
    a = shift**2 / dim
    return 3 * a + 3 * a**2 + a**3 + 6 * a**2 / dim + 3 * a / dim + 6 * a / dim**2


REAL, FAKE = normal(1, 40, 3), normal(2, 30, 3, 0.8)


def sums_of(real, fake):
    (real, fake), unit = with_constant(real, fake)
    diagonals = [float((np.square(values).sum(1) ** 3).sum()) for values in (real, fake)]
    own = (mmd.within(cubic, values, diagonal) for values, diagonal in zip((real, fake), diagonals, strict=True))
    return (*own, mmd.across(cubic, real, fake)), unit


@pytest.mark.parametrize("block", [7, 2048])
def test_sums_are_those_of_the_whole_kernel_matrix(monkeypatch, block):
    monkeypatch.setattr(mmd, "BLOCK", block)
    (first, _, between), unit = sums_of(REAL, FAKE)
    own, cross = ((a @ b.T / 3 + 1) ** 3 for a, b in ((REAL, REAL), (REAL, FAKE)))
    np.fill_diagonal(own, 0)
    np.testing.assert_allclose(unit * first.rows, own.sum(1))
    np.testing.assert_allclose(unit * between.rows, cross.sum(1))
    np.testing.assert_allclose(unit * between.columns, cross.sum(0))
    assert unit**2 * first.squares == pytest.approx(np.square(own).sum())
    assert unit**2 * between.squares == pytest.approx(np.square(cross).sum())
    assert unit * first.diagonal == pytest.approx(((np.square(REAL).sum(1) / 3 + 1) ** 3).sum())


def test_the_jackknife_leaves_out_each_sample_of_either_side():
    sums, unit = sums_of(REAL, FAKE)
    without = [kernel_distance_u(np.delete(REAL, i, 0), FAKE) for i in range(40)]
    others = [kernel_distance_u(REAL, np.delete(FAKE, i, 0)) for i in range(30)]
    expected = sum((len(x) - 1) / len(x) * np.square(np.subtract(x, np.mean(x))).sum() for x in (without, others))
    assert unit**2 * mmd._jackknife_variance(*sums) == pytest.approx(expected, rel=1e-6)


def test_what_is_left_of_the_variance_where_distributions_are_equal():
    values, estimates = [], []
    for i in range(300):
        sums, unit = sums_of(normal((1, i), 30, 2), normal((2, i), 40, 2))
        values.append(unit * mmd.unbiased(*sums))
        estimates.append(unit**2 * mmd._null_variance(*sums))
    assert np.mean(estimates) == pytest.approx(np.var(values), rel=0.35)


def test_the_biased_estimate_is_the_distance_of_mean_embeddings():
    sums, unit = sums_of(REAL, FAKE)
    own, other, cross = ((a @ b.T / 3 + 1) ** 3 for a, b in ((REAL, REAL), (FAKE, FAKE), (REAL, FAKE)))
    assert unit * mmd.biased(*sums) == pytest.approx(own.mean() + other.mean() - 2 * cross.mean())


@pytest.mark.parametrize("dim", [1, 2, 6])
def test_the_feature_map_gives_what_the_blocks_give(monkeypatch, dim):
    real, fake = normal(1, 400, dim), 3 * normal(2, 350, dim, 0.5) + 2
    mapped = CubicSums(real, fake)
    assert mapped.mapped
    monkeypatch.setattr("ganzoo.metrics.cubic_kernel._MOST_MONOMIALS", 0)
    blocked = CubicSums(real, fake)
    assert not blocked.mapped and mapped.unit == blocked.unit
    marks = [np.random.default_rng(3).permuted(np.arange(len(values)) < 90, axis=0)[:, None] * 1.0 for values in (real, fake)]
    for one, other in zip(mapped.sums(marks), blocked.sums(marks), strict=True):
        for name, value in vars(one).items():
            np.testing.assert_allclose(value, getattr(other, name), rtol=1e-9)


@pytest.mark.parametrize("dim", [3, 30])
def test_the_sums_of_subsets_are_those_of_the_subsets_alone(monkeypatch, dim):
    monkeypatch.setattr(mmd, "BLOCK", 16)
    real, fake = normal(1, 60, dim), normal(2, 50, dim, 1.0)
    rows = [np.random.default_rng(seed).permutation(len(values))[:40] for seed, values in enumerate((real, fake))]
    marks = [np.zeros((len(values), 2)) for values in (real, fake)]
    for of, some in zip(marks, rows, strict=True):
        of[some, 0], of[some[:20], 1] = 1, 1
    kernel = CubicSums(real, fake)
    first, second, between = kernel.sums(marks)
    for column, count in enumerate((40, 20)):
        expected = kernel_distance_u(real[rows[0][:count]], fake[rows[1][:count]])
        own = (first.subsets[column] + second.subsets[column]) / (count * (count - 1))
        assert kernel.unit * (own - 2 * between.subsets[column] / count**2) == pytest.approx(expected, rel=1e-9)


def coverage(draw, truth, runs=120):
    ends = [draw(i) for i in range(runs)]
    return np.mean([low <= truth <= high for low, high in ends]), ends


@pytest.mark.parametrize("dim", [2, 5])
@pytest.mark.parametrize("shift", [0, 0.2, 1.0])
def test_the_interval_of_the_kernel_distance_covers(dim, shift):
    def draw(i):
        scores = kernel_distance(normal((1, i), 200, dim), normal((2, i), 200, dim, shift), subsets=1)
        assert scores["low"] <= scores["mean"] <= scores["high"] and scores["high"] >= 0
        return scores["low"], scores["high"]

    covered, ends = coverage(draw, cubic_of_shift(dim, shift))
    assert covered >= 0.9
    if shift == 1.0:
        assert np.mean([low > 0 for low, _ in ends]) > 0.9, "an interval that is always wide covers too"


def test_the_interval_of_the_rbf_kernel_covers():
    def draw(i):
        scores = mmd_rbf(normal((1, i), 150, 4), normal((2, i), 150, 4, 0.5), bandwidth=2, permutations=1)
        return scores["low"], scores["high"]

    assert coverage(draw, mmd_rbf_gaussians(0.5, 4, 2))[0] >= 0.9


def test_an_interval_of_what_cannot_be_negative_reaches_0():
    ends = [kernel_distance(normal((1, i), 60, 200), normal((2, i), 60, 200), subsets=1) for i in range(150)]
    assert min(scores["high"] for scores in ends) == 0
    assert all(scores["low"] <= scores["mean"] <= scores["high"] for scores in ends)


def test_constant_samples_have_no_interval():
    scores = kernel_distance(np.ones((50, 3)), np.ones((50, 3)))
    assert scores == {"mean": 0, "subsets_mean": 0, "subsets_sd": 0}
