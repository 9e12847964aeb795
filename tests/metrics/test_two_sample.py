import numpy as np
import pytest
import scipy.stats
from sklearn.neighbors import KNeighborsClassifier

from ganzoo.errors import UserError
from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.metrics.two_sample import c2st, c2st_power, nearest_neighbour_test


def normal(count, dimension, seed, shift=0.0):
    return np.random.default_rng(seed).standard_normal((count, dimension)) + shift


@pytest.mark.parametrize("counts", [(2000, 2000), (2000, 500)])
def test_one_distribution_is_not_told_apart(counts):
    result = nearest_neighbour_test(neighbours(normal(counts[0], 16, 0), normal(counts[1], 16, 1)))
    assert result["accuracy"] == pytest.approx(0.5, abs=0.03)
    assert result["acc_real"] == pytest.approx((counts[0] - 1) / (sum(counts) - 1), abs=0.05)
    assert result["acc_fake"] == pytest.approx((counts[1] - 1) / (sum(counts) - 1), abs=0.05)


def test_memorised_reals_score_zero_and_strangers_one():
    real = normal(500, 8, 2)
    assert nearest_neighbour_test(neighbours(real, real[::-1])) == {"acc_real": 0, "acc_fake": 0, "accuracy": 0}
    assert nearest_neighbour_test(neighbours(real, real + 100)) == {"acc_real": 1, "acc_fake": 1, "accuracy": 1}


def test_a_collapse_to_the_mean_hides_in_the_average():
    result = nearest_neighbour_test(neighbours(normal(500, 64, 3), 0.1 * normal(500, 64, 4)))
    assert result["acc_fake"] > 0.99 and result["acc_real"] < 0.02
    assert result["accuracy"] == pytest.approx(0.5, abs=0.01)


def test_ties_count_one_half():
    record = neighbours(np.zeros((9, 2)), np.zeros((7, 2)))
    assert nearest_neighbour_test(record) == {"acc_real": 0.5, "acc_fake": 0.5, "accuracy": 0.5}


def test_p_values_keep_their_level():
    results = [c2st(normal(60, 3, seed), normal(60, 3, seed + 1000), seed) for seed in range(100)]
    for name in ("logistic_p", "knn_p"):
        p_values = np.array([result[name] for result in results])
        for level in (0.05, 0.2):
            # Binomial noise of 100 repetitions allowed for; the test's level itself may only be kept or undercut.
            assert scipy.stats.binomtest(int((p_values <= level).sum()), 100, level, "greater").pvalue > 0.01
        assert np.mean(p_values > 0.5) > 0.25
        assert all(result[name] > 0.5 for result in results if result[name.removesuffix("_p")] < 0.5)  # one-sided


def test_logistic_regression_reaches_the_best_accuracy():
    result = c2st(normal(10_000, 4, 5), normal(10_000, 4, 6, shift=0.5), cap=10_000)  # |mu| = 1
    assert result["logistic"] == pytest.approx(scipy.stats.norm.cdf(0.5), abs=0.015)  # .6915
    assert 0.64 < result["knn"] < 0.70
    assert result["logistic_p"] < 1e-100 and result["knn_p"] < 1e-50


def test_knn_sees_what_a_plane_cannot():
    ring = normal(1000, 2, 7)
    ring = 3 * ring / np.linalg.norm(ring, axis=1, keepdims=True)
    result = c2st(ring, normal(1000, 2, 8, shift=0) * 0.5)
    assert result["knn"] > 0.99 and result["logistic"] < 0.6


@pytest.mark.parametrize("count, neighbours_asked", [(100, 9), (122, 11), (60, 7)])
def test_as_many_neighbours_as_the_root_of_the_training_samples_made_odd(count, neighbours_asked, monkeypatch):
    asked, fit = [], KNeighborsClassifier.fit
    monkeypatch.setattr(
        KNeighborsClassifier, "fit", lambda self, x, y: asked.append((self.n_neighbors, len(x))) or fit(self, x, y)
    )
    c2st(normal(count, 2, 0), normal(count, 2, 1))
    assert asked == [(neighbours_asked, count)]


def test_units_and_constant_features_do_not_disturb_logistic_regression():
    real, fake = normal(400, 3, 9), normal(400, 3, 10, shift=1)
    scaled = [np.concatenate([samples * [1, 1e-6, 1e6], np.ones((400, 1))], axis=1) for samples in (real, fake)]
    assert c2st(*scaled)["logistic"] == pytest.approx(c2st(real, fake)["logistic"], abs=0.01)


def test_the_seed_decides_and_counts_are_balanced():
    real, fake = normal(900, 3, 11), normal(300, 3, 12)
    assert c2st(real, fake, seed=1) == c2st(real, fake, seed=1)
    assert abs(c2st(real, fake)["logistic"] - 0.5) < 0.1  # three to one would reach .75 by saying "real"


def test_power_agrees_with_the_binomial_distribution():
    assert c2st_power(1000, 0.0, 0.05) == pytest.approx(0.05)
    for count, margin in ((500, 0.05), (2000, 0.02)):
        limit = scipy.stats.binom.ppf(0.95, count, 0.5)
        assert c2st_power(count, margin) == pytest.approx(scipy.stats.binom.sf(limit, count, 0.5 + margin), abs=0.03)


@pytest.mark.parametrize(
    ("fake", "message"),
    [(np.full((50, 3), np.nan), "fake has NaN"), (np.zeros((3, 3)), "fake has 3"), (np.zeros((50, 4)), "differ in shape")],
)
def test_bad_input_is_named(fake, message):
    with pytest.raises(UserError, match=message):
        c2st(normal(50, 3, 0), fake)
