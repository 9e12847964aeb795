"""What the statistics of people's answers say of answers whose truth is known."""

import numpy as np
import pytest

from ganzoo.people.agreement import agreement, krippendorff_alpha
from ganzoo.people.bootstrap import over_raters
from ganzoo.people.choices import strengths
from ganzoo.people.staircase import Staircase, modal, threshold

# Krippendorff 2011, section C: four observers, twelve units, missing values.
UNITS = [
    [1, 1, None, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [None, 5, 5, 5],
    [None, None, 1, 1],
    [None, 3, None, None],
]


def test_alpha_of_krippendorffs_own_example():
    assert krippendorff_alpha(UNITS) == pytest.approx(0.743, abs=5e-4)


def test_alpha_of_two_raters_by_hand():
    # Ten values, six of them "a": D_o = 2/10, D_e = 2 * 6 * 4 / (10 * 9).
    votes = [("a", "a"), ("a", "a"), ("b", "b"), ("a", "b"), ("a", "b")]
    assert krippendorff_alpha(votes) == pytest.approx(1 - 0.4 / (2 * 6 * 4 / 90))
    assert krippendorff_alpha([("a", "a")] * 3) is None, "all the same: chance would agree too"
    assert krippendorff_alpha([("a", None), (None, "b")]) is None and krippendorff_alpha([]) is None
    found = agreement(votes, ["a", "b"])
    assert found["metric"] == "Cohen's kappa" and found["alpha"] == krippendorff_alpha(votes)


def test_alpha_of_votes_by_chance_is_nought():
    votes = np.random.default_rng(0).integers(3, size=(4000, 3)).tolist()
    assert abs(krippendorff_alpha(votes)) < 0.03


def test_the_interval_over_raters_covers_what_people_are():
    """Raters whose accuracies differ: the interval is of the mean over people, not of these raters."""
    rng, inside, draws = np.random.default_rng(0), 0, 80
    for number in range(draws):
        sheets = [rng.random(40) < share for share in np.clip(rng.normal(0.7, 0.1, 8), 0, 1)]
        mean = lambda drawn: float(np.mean([np.mean(one) for one in drawn]))  # noqa: E731
        value, low, high = over_raters(sheets, mean, draws=120, seed=number)
        inside += low <= 0.7 <= high
        assert low <= value <= high
    assert inside / draws > 0.9


def test_of_one_rater_only_the_answers_are_drawn():
    value, low, high = over_raters([np.arange(100) < 30], lambda drawn: float(np.mean(drawn[0])), seed=1)
    assert value == 0.3 and low == pytest.approx(0.3 - 0.09, abs=0.02) and high == pytest.approx(0.3 + 0.09, abs=0.02)


def test_two_models_have_the_log_of_their_odds():
    found = strengths([0] * 36 + [1] * 12, [[0, 1], [1, 0]] * 24, 2, prior=0)
    assert found[0] - found[1] == pytest.approx(np.log(3), abs=1e-6) and found.sum() == pytest.approx(0)


@pytest.mark.parametrize("together", [2, 3])
def test_strengths_of_several_models_are_recovered(together):
    rng, truth = np.random.default_rng(0), np.array([1.2, 0.3, -0.4, -1.1])
    shown = np.array([rng.permutation(4)[:together] for _ in range(12_000)])
    noise = rng.gumbel(size=shown.shape)  # whose largest sum follows Luce's choice
    winners = shown[np.arange(len(shown)), (truth[shown] + noise).argmax(axis=1)]
    np.testing.assert_allclose(strengths(winners, shown, 4), truth, atol=0.08)


def test_a_model_that_always_wins_is_finite_and_first():
    found = strengths([0] * 20, [[0, 1]] * 20, 2)
    assert np.isfinite(found).all() and found[0] > found[1] + 3


def rated(staircase, rng, at, spread, trials=150):
    """The exposures of a simulated rater, right with 0.5 + 0.5 * logistic((ms - at) / spread): at 75 % after `at` ms."""
    exposure, shown = staircase.start, []
    for _ in range(trials):
        shown.append(exposure)
        right = rng.random() < 0.75 + 0.25 * np.tanh((exposure - at) / (2 * spread))
        exposure = staircase.after(exposure, right)
    return shown


@pytest.mark.parametrize("at", [200, 350, 600])
def test_the_staircase_settles_where_three_of_four_are_right(at):
    rng = np.random.default_rng(at)
    blocks = [rated(Staircase(), rng, at, 30) for _ in range(20)]
    found = [threshold(block) for block in blocks]
    assert Staircase().target == 0.75 and np.mean(found) == pytest.approx(at, abs=15)
    joined, numbers = np.concatenate(blocks[:3]), np.repeat([0, 1, 2], 150)
    assert threshold(joined, numbers) == pytest.approx(np.mean(found[:3]))
    assert modal(joined, numbers) == pytest.approx(at, abs=60)


def test_the_staircase_stays_within_its_limits():
    rng = np.random.default_rng(0)
    assert min(rated(Staircase(), rng, 0, 1)) == 100 and max(rated(Staircase(), rng, 5000, 1)) == 1000
    assert np.isnan(threshold([500] * 7)) and np.isnan(modal([]))
