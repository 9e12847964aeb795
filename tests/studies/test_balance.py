"""How a run's balance is told from its curves."""

import math

import pytest

from ganzoo import losses
from ganzoo.studies.balance import PLAYERS, relation
from ganzoo.studies.balance import summary as of_run
from ganzoo.studies.capacity import relation as slope
from ganzoo.studies.fid_count import answer, summary
from ganzoo.studies.history import tail_mean, verdict

LOSS = losses.NonSaturating()


def curves(d_losses, g_losses, real=0.9, fake=0.1):
    steps = range(1, len(d_losses) + 1)
    points = {"discriminator_loss": d_losses, "generator_loss": g_losses}
    points |= {"real_score": [real] * len(d_losses), "fake_score": [fake] * len(d_losses)}
    return {name: list(zip(steps, values, strict=True)) for name, values in points.items()}


def test_a_verdict_is_the_monitors_at_the_end():
    def ends(*arguments, **options):
        return verdict(curves(*arguments, **options), LOSS.equilibrium._asdict())

    assert ends([0.01] * 8, [3.0 + n for n in range(8)]) == "discriminator won"
    assert ends([4.0] * 8, [0.1] * 8, real=0.2, fake=0.8) == "generator won"
    assert ends([1.3] * 8, [0.7] * 8) == "open"
    assert ends([0.01] * 8 + [1.3], [3.0 + n for n in range(8)] + [0.7]) == "open"  # it passed


def test_the_tail_is_the_last_share():
    assert tail_mean([(1, 9.0), (2, 9.0), (3, 1.0), (4, 2.0)]) == 1.5
    assert tail_mean([(1, 4.0)]) == 4.0


@pytest.mark.parametrize("mean, near", [(math.log(2), True), (0.9 * math.log(2) + 1e-6, True), (0.85 * math.log(2), False)])
def test_a_run_is_near_within_a_tenth_of_log_2_as_the_mean_of_both_terms(mean, near):
    points = [[1, 9.0], [2, 9.0], [3, 2 * mean], [4, 2 * mean]]
    found = {"curves": {"discriminator_loss": points}, "set": {name: "2e-4" for name in PLAYERS.values()}}
    of = of_run(found | {"values": {"FD": 1.0}, "real": 0.1, "floor": 0.1, "protocol": ""})
    assert of["mean_loss"] == of["final_loss"] == pytest.approx(mean) and of["near"] == near and of["generator"] == 2e-4


def test_balance_that_tells_good_samples_has_a_rank_correlation_of_one():
    runs = [{"mean_loss": math.log(2) - 0.1 * n, "FD": 1.0 + n} for n in range(5)]
    found = relation(runs)
    assert found["spearman"] == pytest.approx(1.0) and found["best"] is runs[0] is found["nearest"]
    assert relation([run | {"FD": -run["FD"]} for run in runs])["spearman"] == pytest.approx(-1.0)
    assert math.isnan(relation(runs[:2])["spearman"])


def test_support_in_proportion_to_parameters_has_slope_one():
    runs = [{"parameters": 10**n, "wide": 7.0 * 10**n} for n in range(2, 6)]
    assert slope(runs)["slope"] == pytest.approx(1.0) and slope(runs)["slope_low"] == pytest.approx(1.0, abs=1e-6)
    assert slope([run | {"wide": 50.0} for run in runs])["slope"] == pytest.approx(0.0, abs=1e-9)
    assert slope([run | {"wide": None} for run in runs])["slope"] is None


def test_the_mean_over_seeds_stands_beside_its_floor():
    scores = [{"value": v, "floor": 2.0, "excess": v - 2.0, "real": None, "real_count": 360} for v in (5.0, 7.0)]
    few, many = summary(100, scores), summary(10000, [s | {"value": 3.0, "floor": 1.0, "excess": 2.0} for s in scores])
    assert few["value"] == 6.0 and few["excess"] == 4.0 and few["spread"] == pytest.approx(math.sqrt(2)) and few["real"] is None
    text = " ".join(answer({"name": "FD[x]", "counts": [few, many]}))
    assert "2.0 times as much" in text and "33% and 33% of the score" in text
