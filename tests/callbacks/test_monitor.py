import math

import numpy as np
import pytest

from ganzoo import losses
from ganzoo.callbacks.monitor import DISCRIMINATOR_WON, LABELS_IGNORED, MARGIN_REPORTS, Monitor, spread

LOSSES = [losses.NonSaturating(), losses.Minimax(), losses.NonSaturating(smoothing=0.9)]


def monitor(loss=LOSSES[0]):
    said = []
    return Monitor(loss.equilibrium._asdict(), lambda step, line: said.append((step, line))), said


def report(d_loss, g_loss, real=0.9, fake=0.1):
    return {"discriminator_loss": d_loss, "generator_loss": g_loss, "real_score": real, "fake_score": fake}


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_a_discriminator_that_wins_is_named_once(loss):
    watch, said = monitor(loss)
    falling = [(loss.equilibrium.discriminator * 0.05 / n, 3.0 + n) for n in range(1, 8)]
    if isinstance(loss, losses.Minimax):
        falling = [(d, -0.01 / n) for n, (d, _) in enumerate(falling, 1)]
    for step, (d_loss, g_loss) in enumerate(falling):
        watch.on_log(step, report(d_loss, g_loss))
    assert [line.split(":")[0] for _, line in said] == ["the discriminator has won"]


def test_a_discriminator_near_zero_has_not_won_while_the_generators_loss_falls():
    watch, said = monitor()
    for step in range(8):
        watch.on_log(step, report(0.01, 10.0 - step))  # ln 2 would be equilibrium
    assert said == []


def test_a_discriminator_that_has_won_stays_the_winner_until_its_own_loss_recovers():
    watch, said = monitor()
    for step, g_loss in enumerate([4.0, 5.0, 6.0, 5.5, 5.0, 4.5]):
        watch.on_log(step, report(0.01, g_loss))
    assert watch.standing == {DISCRIMINATOR_WON} and len(said) == 1
    watch.on_log(6, report(1.0, 4.5))
    assert watch.standing == set()


def test_a_loss_rises_by_the_mean_of_the_last_ten_reports():
    watch, said = monitor()
    for step, loss in enumerate([1000.0] + [5.0] * 15):
        watch.on_log(step, report(0.01, loss))
    # Reports 10, 11 and 12 are the first three whose ten do not hold the first.
    assert [step for step, _ in said] == [12]


def test_a_generator_that_wins_is_named():
    watch, said = monitor()
    for step in range(5):
        watch.on_log(step, report(4.0, 0.1, real=0.1, fake=0.9))
    assert [line.split(":")[0] for _, line in said] == ["the generator has won"]


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_equilibrium_and_an_ordinary_game_are_not_complained_of(loss):
    watch, said = monitor(loss)
    rng = np.random.default_rng(0)
    for step in range(50):
        balance = loss.equilibrium
        watch.on_log(step, report(balance.discriminator * rng.uniform(0.6, 1.2), balance.generator * rng.uniform(0.8, 1.8)))
    assert said == []


def test_a_warning_comes_again_after_it_has_passed():
    watch, said = monitor()
    for step, lost in enumerate([True] * 4 + [False] * 2 + [True] * 4):
        watch.on_log(step, report(0.01, 5.0 + step) if lost else report(2 * math.log(2), 0.7))
    assert len(said) == 2


def test_samples_that_are_nearly_alike_are_named_with_their_share():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(64, 8, 8, 1))
    watch, said = monitor()
    watch.on_samples(1, rng.normal(size=(64, 8, 8, 1)), real)
    assert said == []
    for step in (2, 3):
        assert said == []  # one grid may be a fresh generator's
        watch.on_samples(step, real[:1] + 0.03 * rng.normal(size=(64, 8, 8, 1)), real)
    assert said[0][0] == 3 and "nearly alike (3%" in said[0][1]


@pytest.mark.parametrize("loss", [losses.NonSaturating(), losses.Hinge()], ids=repr)
def test_a_margin_that_stays_at_zero_is_named_once_and_again_after_it_has_passed(loss):
    watch, said = monitor(loss)
    margins = [0.01, -0.02] * MARGIN_REPORTS + [0.5] + [0.0] * MARGIN_REPORTS
    for step, margin in enumerate(margins):
        watch.on_log(step, {"label_margin": margin})
    assert said == [(MARGIN_REPORTS - 1, LABELS_IGNORED), (len(margins) - 1, LABELS_IGNORED)]


@pytest.mark.parametrize("margin, ill", [(0.04, True), (0.06, False)])
def test_a_margin_of_a_twentieth_is_enough(margin, ill):
    watch, said = monitor()
    for step in range(MARGIN_REPORTS):
        watch.on_log(step, {"label_margin": margin})
    assert bool(said) == ill


def test_a_margin_that_is_small_now_and_then_is_no_ill():
    watch, said = monitor()
    for step in range(60):
        watch.on_log(step, {"label_margin": 0.0 if step % MARGIN_REPORTS else 0.3})
    assert said == []


def test_spread_is_the_root_mean_square_distance_from_the_mean():
    assert spread(np.array([[0.0, 0.0], [2.0, 0.0]])) == 1.0


def test_what_stands_is_what_has_not_passed():
    watch, _ = monitor()
    for step in range(1, 6):
        watch.on_log(step, report(0.01, 3.0 + step))
    assert watch.standing == {DISCRIMINATOR_WON}
    watch.on_log(6, report(1.3, 0.7))
    assert watch.standing == frozenset()
