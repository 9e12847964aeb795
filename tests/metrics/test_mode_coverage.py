import types

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.mode_coverage import expected_captured, kl_floor, label_coverage, mode_coverage

ANGLES = np.arange(8) * np.pi / 4
RING = types.SimpleNamespace(means=2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1), scale=0.02)


def points(count, seed, kinds=8):
    draws = np.random.default_rng(seed)
    return RING.means[draws.integers(0, kinds, count)] + RING.scale * draws.standard_normal((count, 2))


def labels(chosen, classes=10, sure=0.9):
    return np.full((len(chosen), classes), (1 - sure) / (classes - 1)) + np.eye(classes)[chosen] * (
        sure - (1 - sure) / (classes - 1)
    )


def test_the_true_mixture():
    results = [mode_coverage(points(4000, seed), RING) for seed in range(40)]
    assert all(result["captured"] == 8 for result in results)
    # In two dimensions 1 - exp(-9/2) lie within 3 standard deviations.
    assert np.mean([result["high_quality"] for result in results]) == pytest.approx(1 - np.exp(-4.5), abs=0.001)
    floor = results[0]["kl_floor"]
    assert floor == 7 / 8000
    assert np.mean([result["kl"] for result in results]) == pytest.approx(floor, rel=0.25)
    assert np.mean([result["reverse_kl"] for result in results]) == pytest.approx(floor, rel=0.25)


def test_dropped_modes():
    result = mode_coverage(points(4000, 1, kinds=3), RING)
    assert result["captured"] == 3
    assert result["kl"] == pytest.approx(np.log(8 / 3), abs=0.01)
    assert 3 < result["reverse_kl"] < np.inf


def test_a_dropped_mode_counts_half_a_sample():
    modes = types.SimpleNamespace(means=np.array([[0.0], [100.0]]), scale=1.0)
    dropped = mode_coverage(np.zeros((10, 1)), modes)["reverse_kl"]
    assert dropped == pytest.approx(0.5 * np.log(0.5 / (10.5 / 11)) + 0.5 * np.log(0.5 / (0.5 / 11)))  # 0.8756 nats
    # The same half in every class, whichever set is the second one.
    one, both = labels(np.zeros(10, int), 2), labels(np.arange(10) % 2, 2)
    assert label_coverage(both, one)["reverse_kl"] == pytest.approx(dropped)
    assert label_coverage(one, both)["kl"] == pytest.approx(dropped)


def test_collapse_to_a_point_and_to_nowhere():
    result = mode_coverage(np.repeat(RING.means[:1], 500, axis=0), RING)
    assert result["captured"] == 1 and result["high_quality"] == 1 and result["kl"] == pytest.approx(np.log(8))
    result = mode_coverage(np.zeros((500, 2)), RING)
    assert result["captured"] == 0 and result["high_quality"] == 0


def test_three_standard_deviations_are_of_high_quality():
    beside = RING.means[:2] + np.array([[0.0599, 0], [0.0601, 0]])
    result = mode_coverage(beside, RING)
    assert result["captured"] == 1 and result["high_quality"] == 0.5
    assert mode_coverage(beside, RING, radius=4)["captured"] == 2


def test_weights_and_scales_of_their_own():
    modes = types.SimpleNamespace(means=np.array([[0.0], [10.0]]), scale=np.array([0.1, 2.0]), weights=[3, 1])
    result = mode_coverage(np.array([[0.0], [0.1], [0.2], [14.0]]), modes)
    assert result["captured"] == 2 and result["high_quality"] == 1 and result["kl"] == pytest.approx(0)
    assert mode_coverage(np.array([[4.0], [10.0]]), modes)["high_quality"] == 0.5
    even = mode_coverage(np.array([[0.0], [10.0]]), modes)["kl"]
    assert even == pytest.approx(0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25))


def test_expected_captured():
    assert expected_captured(26_000, 1000) == pytest.approx(1000, abs=0.05)
    assert expected_captured(2600, 1000) == pytest.approx(925.8, abs=0.05)
    assert expected_captured(5, 1) == 1
    assert expected_captured(1, [5, 3, 2]) == pytest.approx(1)
    counts = [len(np.unique(np.random.default_rng(seed).choice(4, 5, p=[0.7, 0.1, 0.1, 0.1]))) for seed in range(3000)]
    assert expected_captured(5, [7, 1, 1, 1]) == pytest.approx(np.mean(counts), abs=0.05)


def test_kl_floor_of_stacked_digits():
    draws = np.random.default_rng(0)
    modes = types.SimpleNamespace(means=np.arange(1000.0)[:, None], scale=0.1)
    result = mode_coverage(draws.integers(0, 1000, 26_000)[:, None], modes)
    assert kl_floor(26_000, 1000) == pytest.approx(0.01921, abs=1e-5)
    assert result["kl"] == pytest.approx(kl_floor(26_000, 1000), rel=0.1)
    assert result["captured"] == 1000


def test_labels_of_one_distribution():
    draws = np.random.default_rng(1)
    results = [label_coverage(labels(draws.integers(0, 10, 2000)), labels(draws.integers(0, 10, 1000))) for _ in range(60)]
    assert all(result["captured"] == result["classes"] == 10 for result in results)
    assert results[0]["kl_floor"] == pytest.approx(4.5 * (1 / 1000 + 1 / 2000))
    assert np.mean([result["kl"] for result in results]) == pytest.approx(results[0]["kl_floor"], rel=0.25)


def test_dropped_and_invented_classes():
    draws = np.random.default_rng(2)
    result = label_coverage(labels(draws.integers(0, 10, 5000)), labels(draws.integers(0, 4, 5000)))
    assert result["captured"] == 4 and result["classes"] == 10
    assert result["kl"] == pytest.approx(np.log(2.5), abs=0.05) and result["reverse_kl"] > 3
    invented = label_coverage(labels(draws.integers(0, 4, 5000)), labels(draws.integers(0, 10, 5000)))
    assert invented["captured"] == 10 and invented["classes"] == 4 and 3 < invented["kl"] < np.inf


def test_unsure_classes_are_not_captured():
    fake = np.concatenate([labels(np.array([0, 1, 2])), labels(np.array([3]), sure=0.4)])
    assert label_coverage(labels(np.arange(10)), fake)["captured"] == 4
    assert label_coverage(labels(np.arange(10)), fake, confidence=0.8)["captured"] == 3


def test_bad_input_is_named():
    good = labels(np.arange(10))
    with pytest.raises(UserError, match="fake_probs must hold probabilities"):
        label_coverage(good, good * 3 - 1)
    with pytest.raises(UserError, match="differ in shape"):
        label_coverage(good, labels(np.arange(10), 11))
    with pytest.raises(UserError, match="fake_points has NaN"):
        mode_coverage(np.full((5, 2), np.nan), RING)
    with pytest.raises(UserError, match="differ in shape"):
        mode_coverage(np.zeros((5, 3)), RING)


def test_distance_from_equal_shares():
    real = labels(np.arange(10))
    assert label_coverage(real, real)["kl_uniform"] == pytest.approx(0)
    half = labels(np.repeat(np.arange(5), 100))
    assert label_coverage(real, half)["kl_uniform"] == pytest.approx(np.log(2))
    uneven = label_coverage(labels(np.repeat([0, 1], [30, 10]), 2), labels(np.repeat([0, 1], [3, 1]), 2))
    assert uneven["kl_uniform"] == pytest.approx(0.75 * np.log(1.5) + 0.25 * np.log(0.5))
    draws = np.random.default_rng(3)
    results = [label_coverage(real, labels(draws.integers(0, 10, 500))) for _ in range(100)]
    assert results[0]["kl_uniform_floor"] == pytest.approx(4.5 / 500)
    assert np.mean([result["kl_uniform"] for result in results]) == pytest.approx(4.5 / 500, rel=0.2)
