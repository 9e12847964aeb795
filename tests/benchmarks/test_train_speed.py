"""The benchmark of training speed: each way trains as many steps as are asked for; operators count without what they run."""

import sys
import types
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import operator_times
import train_speed
from speed_cases import CASES, Case

from ganzoo import losses, penalties, precision

SMALL = {"size": 8, "channels": 1, "width": 2}
TINY = Case(
    "a small one",
    "dcgan",
    SMALL,
    {**SMALL, "norm": "layer"},
    batch=4,
    steps=3,
    latent_dim=4,
    loss=losses.Wasserstein(),
    penalties=(penalties.WGANGP(),),
    discriminator_steps=2,
)
OPTIONS = types.SimpleNamespace(steps=None, repeats=2, device="cpu", xla=False)


def test_every_way_trains_and_is_compared_with_the_bare_loop():
    try:
        found = train_speed.measure(TINY, OPTIONS, with_torch=False)
    finally:
        precision.apply("float32")
    assert list(found["rows"]) == [train_speed.FIT, train_speed.BARE, train_speed.PLAIN] and found["best"] == train_speed.BARE
    for row in found["rows"].values():
        assert 0 < row["least"] <= row["median"] and len(row["all"]) == 2
    assert found["rows"][train_speed.BARE]["over_best"] == 1.0


def test_a_fit_waits_between_two_measurements_and_passes_its_errors_on():
    try:
        fit = train_speed.Fit(TINY, OPTIONS)
        fit(3)
        assert int(fit.network.step) == 3
        fit(6)
        assert int(fit.network.step) == 9 and int(fit.network.optimizers["discriminator"].iterations) == 18
        fit.network.take_records = None  # what the next report calls
        with pytest.raises(TypeError):
            fit(99)
    finally:
        precision.apply("float32")


def test_each_training_has_networks_of_one_shape():
    for case in CASES.values():
        if case.kind != "r3gan":  # takes long to make
            generator, discriminator = case.networks()
            assert generator.output_shape == discriminator.input_shape
            assert generator.input_shape == (None, case.latent_dim)


def test_an_operator_counts_without_those_within_it():
    def event(offset, duration):
        return types.SimpleNamespace(offset_ps=offset * 1e9, duration_ps=duration * 1e9)

    events = [(event(0, 10), "loop"), (event(1, 4), "call"), (event(2, 1), "a"), (event(6, 3), "b"), (event(10, 2), "c")]
    assert dict(operator_times.own_times(events)) == {"loop": 3.0, "call": 3.0, "a": 1.0, "b": 3.0, "c": 2.0}
