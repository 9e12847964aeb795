import sys

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.prd import f_beta, prd, prd_curve, prd_from_histograms

DRAWS = np.random.default_rng(0)
MEANS = 20 * DRAWS.standard_normal((10, 8))


def mixture(seed, count, modes):
    rng = np.random.default_rng(seed)
    return MEANS[rng.integers(0, modes, count)] + rng.standard_normal((count, 8))


def test_disjoint_histograms():
    precision, recall = prd_from_histograms([1, 0], [0, 1])
    assert not precision.any() and not recall.any()
    assert f_beta(precision, recall, 8) == 0


def test_equal_histograms_reach_the_corner():
    precision, recall = prd_from_histograms([0.3, 0.7], [0.3, 0.7], angles=1001)
    assert precision[500] == pytest.approx(1) and recall[500] == pytest.approx(1)  # at 45 degrees
    assert f_beta(precision, recall, 8) == pytest.approx(1)


def test_generated_junk_costs_precision_and_lost_modes_cost_recall():
    precision, recall = prd_from_histograms(real=[1, 0], fake=[0.5, 0.5])
    assert precision.max() == pytest.approx(0.5) and recall.max() == pytest.approx(1)
    precision, recall = prd_from_histograms(real=[0.5, 0.5], fake=[1, 0])
    assert precision.max() == pytest.approx(1) and recall.max() == pytest.approx(0.5)


@pytest.mark.parametrize(("beta", "expected"), [(1, 2 / 3), (2, 5 / 6), (0.5, 5 / 9)])
def test_f_beta(beta, expected):
    assert f_beta(0.5, 1, beta) == pytest.approx(expected)


def test_a_curve_falls_in_precision_as_recall_rises():
    precision, recall = prd_curve(mixture(1, 500, 10), mixture(2, 500, 7), runs=2)
    assert len(precision) == len(recall) == 1001
    assert np.all(np.diff(precision) >= -1e-12) and np.all(np.diff(recall) <= 1e-12)


def test_equal_distributions_score_near_one():
    scores = prd(mixture(1, 3000, 10), mixture(2, 3000, 10), runs=2)
    assert min(scores.values()) > 0.95


def test_which_side_is_which():
    whole, part = mixture(1, 2000, 10), mixture(2, 2000, 5)
    lost = prd(real=whole, fake=part, runs=2)
    junk = prd(real=part, fake=whole, runs=2)
    assert lost["f8"] == pytest.approx(0.5, abs=0.1) and lost["f1/8"] > 0.9
    assert junk["f1/8"] == pytest.approx(0.5, abs=0.1) and junk["f8"] > 0.9


def test_seeds():
    real, fake = mixture(1, 800, 10), mixture(2, 600, 8)
    assert prd(real, fake, seed=1, runs=1) == prd(real, fake, seed=1, runs=1)
    assert prd(real, fake, seed=1, runs=1) != prd(real, fake, seed=2, runs=1)


def test_ten_thousand_samples_of_a_set_are_clustered(monkeypatch):
    counts, module = [], sys.modules[prd_curve.__module__]
    monkeypatch.setattr(module, "subsample", lambda values, count, rng: counts.append(count) or values[:100])
    monkeypatch.setattr(module, "prd_from_histograms", lambda real, fake, angles: (real, fake))
    prd_curve(np.arange(10_050.0)[:, None], np.arange(12_000.0)[:, None], clusters=2, runs=1)
    assert counts == [10_000, 10_000]


def test_bad_input_is_named():
    real = mixture(1, 100, 10)
    with pytest.raises(UserError, match="fake has NaN"):
        prd(real, np.where(real > 5, np.nan, real))
    with pytest.raises(UserError, match="at least 20"):
        prd(real[:1], real)
    with pytest.raises(UserError, match="differ in shape"):
        prd(real, real[:, :2])
    for histogram in ([1, 0, 0], [2, -1], [0.5, 0.4]):
        with pytest.raises(UserError, match="histograms"):
            prd_from_histograms([0.5, 0.5], histogram)
