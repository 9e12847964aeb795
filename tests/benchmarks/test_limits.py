"""What the benchmark of encoder-decoder GANs' limits reads off its measurements, and one of these."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

spec = importlib.util.spec_from_file_location("limits", Path(__file__).parents[2] / "benchmarks" / "limits.py")
limits = importlib.util.module_from_spec(spec)
spec.loader.exec_module(limits)

MEASURED = [(1, 0, 4, 0.9), (1, 0, 16, 0.0), (1, 1, 4, 0.7), (1, 1, 16, 0.02), (4, 0, 4, 1.0), (4, 0, 16, 0.6)]
FOUND = {
    f"width {width} seed {seed} pool {pool}": {"pool": pool, "parameters": 71 * width, "advantage": advantage}
    for width, seed, pool, advantage in MEASURED
}


def test_curves_are_means_over_seeds_with_their_range():
    assert limits.curves(FOUND) == {
        71: [(4, pytest.approx(0.8), 0.7, 0.9), (16, pytest.approx(0.01), 0.0, 0.02)],
        284: [(4, 1.0, 1.0, 1.0), (16, 0.6, 0.6, 0.6)],
    }


def test_a_curve_falls_through_a_level_between_its_points_over_log_m():
    assert limits.crossing([(4, 0.9, 0, 1), (16, 0.1, 0, 1), (64, -0.1, 0, 1)], level=0.5) == pytest.approx(8)
    assert limits.crossing([(4, 0.9, 0, 1), (16, 0.3, 0, 1)], level=0.1) is None
    assert limits.crossing([(4, 0.9, 0, 1), (16, 0.0, 0, 1), (64, 0.2, 0, 1), (256, 0.0, 0, 1)]) == pytest.approx(128)


def test_the_table_and_the_figure_show_every_curve():
    lines = limits.curves(FOUND)
    rows = list(limits.table(lines))
    assert rows[2].startswith("| 71 | 0.80 | 0.01 |") and rows[3] == "| 284 | 1.00 | 0.60 | - |"
    assert list(limits.table({71: [(4, 0.5, 0, 1)], 284: [(8, 0.6, 0, 1)]}))[2:] == [
        "| 71 | 0.50 | - | - |",
        "| 284 | - | 0.60 | - |",
    ]
    image = np.asarray(limits.figure(lines))
    for colour in limits.charts.COLOURS[:2]:
        assert (image == colour).all(axis=2).sum() > 100


def test_a_pair_is_measured_on_held_out_images(monkeypatch):
    monkeypatch.setattr(limits, "MOST", 512)
    monkeypatch.setattr(limits, "BATCH", 64)
    found = limits.Sweep("digits", None, steps=100)(size=4, width=2, seed=0)
    assert found["parameters"] == 2 * (64 + 4 + 1) + 3 and -1.0 <= found["advantage"] <= 1.0
