import numpy as np
import pytest
from scipy.spatial.distance import cdist

from ganzoo.errors import UserError
from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.metrics.precision_recall import density_coverage, expected_coverage, precision_recall, rarity, realism


def normal(count, dimension, seed, scale=1.0, shift=0.0):
    return np.random.default_rng(seed).standard_normal((count, dimension)) * scale + shift


def test_precision_is_about_the_fakes_and_recall_about_the_reals():
    tight, wide = normal(1000, 8, 0, scale=0.3), normal(1000, 8, 1)
    result = precision_recall(neighbours(real=wide, fake=tight))
    assert result["precision"] > 0.8 and result["recall"] < 0.3
    swapped = precision_recall(neighbours(real=tight, fake=wide))
    assert swapped["precision"] == result["recall"] and swapped["recall"] == result["precision"]


def test_precision_recall_by_its_definition():
    real, fake = normal(300, 5, 2), normal(250, 5, 3, shift=0.7)
    across = cdist(real, fake)
    real_radii, fake_radii = (np.sort(cdist(samples, samples), axis=1)[:, 3] for samples in (real, fake))
    precision, recall = (across <= real_radii[:, None]).any(axis=0).mean(), (across <= fake_radii).any(axis=1).mean()
    result = precision_recall(neighbours(real, fake))
    assert result["precision"] == pytest.approx(precision) and result["recall"] == pytest.approx(recall)
    assert result["f1"] == pytest.approx(2 / (1 / precision + 1 / recall))


def test_sets_apart_score_nothing():
    record = neighbours(normal(100, 4, 0), normal(100, 4, 1, shift=50))
    assert precision_recall(record) == {"precision": 0, "recall": 0, "f1": 0}
    assert density_coverage(record) == {"density": 0, "coverage": 0}
    assert realism(record)["above_one"] == 0 and realism(record)["median"] < 0.2
    assert rarity(record) == {"outside": 1}


def test_copies_score_in_full():
    real = normal(400, 6, 4)
    record = neighbours(real, real[::-1])
    assert precision_recall(record) == {"precision": 1, "recall": 1, "f1": 1}
    # An open ball of k neighbours holds its centre and k - 1 of them: exactly k.
    assert density_coverage(record) == {"density": 1, "coverage": 1}


def test_the_boundary_counts_for_precision_and_not_for_density():
    real, fake = np.array([[0.0], [1.0], [2.0], [10.0]]), np.array([[3.0], [20.0]])
    record = neighbours(real, fake, k=1, balls=(1,))
    assert precision_recall(record, k=1)["precision"] == 0.5  # 3 is in the ball of 10 (8); the ball of 2 ends on it
    record = neighbours(real[:3], fake, k=1, balls=(1,))
    assert precision_recall(record, k=1)["precision"] == 0.5
    assert density_coverage(record, k=1)["density"] == 0
    assert density_coverage(record, k=1)["coverage"] == 0


def test_density_and_coverage_of_one_distribution():
    assert expected_coverage(1000, 1000, 5) == pytest.approx(0.96898, abs=1e-5)
    results = [density_coverage(neighbours(normal(1000, 8, seed), normal(1000, 8, seed + 99))) for seed in range(6)]
    assert np.mean([r["density"] for r in results]) == pytest.approx(1, abs=0.05)
    assert np.mean([r["coverage"] for r in results]) == pytest.approx(expected_coverage(1000, 1000, 5), abs=0.01)


def test_coverage_falls_with_dropped_kinds_and_density_does_not():
    centres = 20 * np.eye(4)
    real, fake = normal(800, 4, 5), normal(800, 4, 6)
    record = neighbours(real + np.repeat(centres, 200, axis=0), fake + np.repeat(centres[:2], 400, axis=0))
    result = density_coverage(record)
    assert 0.4 < result["coverage"] < 0.51 and 0.9 < result["density"] < 1.1
    assert precision_recall(record)["recall"] < 0.55 and precision_recall(record)["precision"] > 0.85


def test_realism_and_rarity_by_hand():
    real = np.array([[0.0], [1.0], [3.0], [7.0]])  # radii to the nearest: 1, 1, 2, 4; the median 1.5 keeps the first two
    fake = np.array([[1.0], [1.5], [4.0], [12.0]])
    balls = neighbours(real, fake, k=1, balls=(1,)).balls[1]
    np.testing.assert_allclose(balls.realism, [np.inf, 2, 1 / 3, 1 / 11])
    np.testing.assert_allclose(balls.smallest, [1, 1, 2, np.inf])
    record = neighbours(real, fake, k=1, balls=(1,))
    assert rarity(record, k=1) == {"mean": pytest.approx(4 / 3), "outside": 0.25}
    assert realism(record, k=1) == {"median": pytest.approx((2 + 1 / 3) / 2), "above_one": 0.5}


def test_rarity_of_a_real_point_is_the_smallest_ball_that_holds_it():
    real = normal(300, 3, 7)
    record = neighbours(real, real[:50])
    distances = cdist(real, real)
    radii = np.sort(distances, axis=1)[:, 3]
    inside = distances[:, :50] <= radii[:, None] + 1e-12
    np.testing.assert_allclose(record.balls[3].smallest, np.where(inside, radii[:, None], np.inf).min(axis=0))


def test_rarity_is_higher_where_reals_are_sparse():
    real = np.concatenate([normal(900, 2, 8), normal(100, 2, 9, scale=3, shift=30)])
    common, rare = (rarity(neighbours(real, normal(200, 2, 10, shift=shift)))["mean"] for shift in (0, 30))
    assert rare > 3 * common


@pytest.mark.parametrize("function", [precision_recall, density_coverage, realism, rarity])
def test_a_record_without_these_balls_is_refused(function):
    with pytest.raises(UserError, match=r"balls=\(4,\)"):
        function(neighbours(normal(20, 2, 0), normal(20, 2, 1)), k=4)


def test_the_median_of_realism_lies_between_order_statistics():
    rng = np.random.default_rng(0)
    real, scores = rng.normal(size=(300, 2)), []
    for _ in range(60):
        result = realism(neighbours(real, rng.normal(size=(100, 2)) + 0.3))
        assert result["low"] <= result["median"] <= result["high"]
        scores.append([result[key] for key in ("low", "median", "high")])
    low, median, high = np.transpose(scores)
    assert np.mean((low <= median.mean()) & (median.mean() <= high)) >= 0.9
    copies = realism(neighbours(real, np.concatenate([real[:90], rng.normal(size=(10, 2))])))
    assert "low" not in copies and "median" in copies, "copies of narrow balls' centres are infinitely real"
