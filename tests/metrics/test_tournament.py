"""Ratings by Glickman's own example, battles by hand, thresholds by exhaustion."""

import math

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.tournament import Rating, generative_adversarial_metric, glicko2, skill_ratings, threshold_of, win_rates

FAKES = np.array([[0.9, 0.8, 0.7], [0.4, 0.6, 0.5], [0.3, 0.2, 0.9]])
REALS = np.array([0.8, 0.8, 0.6])


def test_glickmans_example():
    after = glicko2(Rating(1500, 200, 0.06), [Rating(1400, 30), Rating(1550, 100), Rating(1700, 300)], [1, 0, 0])
    assert after.rating == pytest.approx(1464.05, abs=0.01) and after.deviation == pytest.approx(151.52, abs=0.01)
    assert after.volatility == pytest.approx(0.05999, abs=1e-5)


def test_a_surprise_raises_the_volatility_and_a_pause_the_deviation():
    calm, wild = Rating(1500, 50), [Rating(1500, 50)] * 20
    assert glicko2(calm, wild, [1.0] * 20).volatility > 0.06  # delta^2 beyond phi^2 + v
    paused = glicko2(calm, [], [])
    assert paused.rating == 1500 and paused.deviation == pytest.approx(173.7178 * math.hypot(50 / 173.7178, 0.06))
    with pytest.raises(UserError, match="one score"):
        glicko2(calm, wild, [1.0] * 19)
    with pytest.raises(UserError, match="one score"):
        glicko2(calm, wild[:1], [1.5])


def test_skill_follows_the_outcomes_and_equal_players_stay_equal():
    outcomes = np.repeat(FAKES[:, :, None], 10, axis=2)
    judges, makers = skill_ratings(outcomes)
    assert [rating.rating for rating in judges] == sorted((rating.rating for rating in judges), reverse=True)
    means = FAKES.mean(axis=0)
    assert np.argsort([-rating.rating for rating in makers]).tolist() == np.argsort(means).tolist()
    judges, makers = skill_ratings(np.full((2, 2, 5), 0.5))
    assert all(rating.rating == pytest.approx(1500) for rating in (*judges, *makers))
    assert sum(rating.rating for rating in (*skill_ratings(outcomes)[0], *skill_ratings(outcomes)[1])) == pytest.approx(9000)
    with pytest.raises(UserError, match="outcomes are"):
        skill_ratings(FAKES)


def test_win_rates_by_hand():
    judges, makers = win_rates(FAKES, REALS)
    np.testing.assert_allclose(judges, [(0.75 + 0.8) / 2, (0.45 + 0.8) / 2, (0.25 + 0.6) / 2])
    np.testing.assert_allclose(makers, [1 - 0.35, 1 - 0.5, 1 - 0.6])
    with pytest.raises(UserError, match="two models"):
        win_rates(FAKES[:1, :1], REALS[:1])


def test_a_battle_by_hand_and_swapped():
    found, swapped = generative_adversarial_metric(FAKES, REALS), generative_adversarial_metric(FAKES, REALS, 1, 0)
    assert found == {"r_test": 1.0, "r_sample": pytest.approx(2.0), "winner": 0}
    assert swapped["r_sample"] == pytest.approx(0.5) and swapped["winner"] == 0
    unequal = generative_adversarial_metric(FAKES, REALS, 0, 2)  # 0.8 against 0.6 on reals: the discriminators differ
    assert unequal["r_test"] == pytest.approx(4 / 3) and unequal["winner"] is None
    same = generative_adversarial_metric(np.full((2, 2), 0.5), np.full(2, 0.5))
    assert same == {"r_test": 1.0, "r_sample": 1.0, "winner": None}
    assert generative_adversarial_metric(np.array([[1, 0.5], [0, 1]]), np.ones(2))["r_sample"] == math.inf


@pytest.mark.parametrize("sign", [1, -1])
def test_the_threshold_is_the_best_of_all(sign):
    draws = np.random.default_rng(0)
    reals, fakes = sign * draws.normal(1, 1, 60), sign * draws.normal(0, 1, 40)
    threshold, found = threshold_of(reals, fakes)

    def right(at):
        return (sign * reals > at).mean() + (sign * fakes <= at).mean()

    assert found == sign and right(threshold) == pytest.approx(max(map(right, np.linspace(-4, 5, 3001))))


def test_a_wasserstein_critics_outputs_need_no_zero():
    assert 100 < threshold_of([101.0, 102, 103], [99.0, 98, 100])[0] < 101
    assert threshold_of([1.0, 1], [1.0, 1])[1] == 1
