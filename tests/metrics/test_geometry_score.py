import importlib

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.geometry_score import geometry_score, living_shares, mean_living_times

module = importlib.import_module("ganzoo.metrics.geometry_score")  # the package's own name is the function


def circle(count, seed):
    draws = np.random.default_rng(seed)
    angles = draws.uniform(0, 2 * np.pi, count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) + 0.02 * draws.standard_normal((count, 2))


def disk(count, seed):
    draws = np.random.default_rng(seed)
    angles, radii = draws.uniform(0, 2 * np.pi, count), np.sqrt(draws.uniform(0, 1, count))
    return radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def times(samples, sets=20):
    return mean_living_times(samples, np.random.default_rng(0), sets, landmarks=32, gamma=1 / 8)


def test_a_circle_has_one_hole_and_a_disk_none():
    round_times, full_times = times(circle(2000, 0)), times(disk(2000, 0))
    assert round_times[1] > 0.97 and round_times[0] < 0.01  # the reference: 0, .990, .008
    assert full_times[0] == pytest.approx(0.905, abs=0.04)
    assert round_times.sum() == pytest.approx(1) and full_times.sum() == pytest.approx(1)


def test_the_score_sees_topology():
    same = geometry_score(circle(1000, 1), circle(1000, 2), sets=20, landmarks=32, gamma=1 / 8)
    other = geometry_score(circle(1000, 1), disk(1000, 2), sets=20, landmarks=32, gamma=1 / 8)
    assert same < 0.01 and 1.4 < other < 2


def test_scale_position_and_rotation_change_nothing():
    samples = circle(500, 3)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    np.testing.assert_allclose(times(samples, 3), times(50 * samples @ turn + 9, 3), atol=1e-9)


def test_a_point_has_no_holes():
    result = mean_living_times(np.ones((100, 3)), np.random.default_rng(0), 2, 16, 0.1)
    assert result[0] == 1
    assert geometry_score(circle(1500, 4), np.ones((1500, 2)), sets=3, landmarks=32, gamma=1 / 8) > 1.5


def test_living_shares_by_hand():
    # Alive: 0 in [0, 1), 1 in [1, 2), 2 in [2, 3), 1 in [3, 4]; the second never dies.
    shares = living_shares([[1, 3], [2, np.inf]], 4.0)
    np.testing.assert_allclose(shares[:4], [0.25, 0.5, 0.25, 0])
    assert living_shares([], 1.0)[0] == 1
    assert living_shares([[0, np.inf]] * 150, 2.0)[99] == 1


def test_seeded_and_capped():
    real, fake = np.random.default_rng(5).standard_normal((2, 900, 4))
    options = {"sets": 2, "landmarks": 32, "gamma": 0.02, "cap": 300}
    assert geometry_score(real, fake, seed=1, **options) == geometry_score(real, fake, seed=1, **options)
    assert geometry_score(real, fake, seed=1, **options) != geometry_score(real, fake, seed=2, **options)


def test_bad_input_is_named():
    with pytest.raises(UserError, match="real has NaN"):
        geometry_score(np.full((50, 2), np.nan), circle(50, 0))
    with pytest.raises(UserError, match="fake has 1 samples"):
        geometry_score(circle(50, 0), circle(1, 0))


def test_by_default_gamma_is_the_papers_share_of_the_samples_that_are_used():
    options = {"sets": 3, "landmarks": 16}
    for real, fake, cap, used in ((900, 600, 2000, 600), (900, 600, 400, 400)):
        sides = np.random.default_rng(0).standard_normal((real, 4)), np.random.default_rng(1).uniform(size=(fake, 4))
        score = geometry_score(*sides, cap=cap, **options)
        assert score == geometry_score(*sides, cap=cap, gamma=used / 640_000, **options)
        assert score != geometry_score(*sides, cap=cap, gamma=used / 320_000, **options)


def test_the_filtration_ends_at_a_share_of_the_farthest_witness(monkeypatch):
    # Witnesses at 0 .. 9 on a line, landmarks 4 and 5: one witness is 5 away from a landmark, the landmarks lie 1 apart.
    ends = []
    monkeypatch.setattr(module, "living_shares", lambda intervals, end: ends.append(end) or np.eye(100)[0])
    module._living_times(np.arange(10.0)[:, None], np.array([4, 5]), 0.1)
    assert ends == [pytest.approx(0.5)]
