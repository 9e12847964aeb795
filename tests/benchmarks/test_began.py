"""BEGAN's figures: shares of classes, the table and the curves, and what is measured of samples at successive steps."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


def benchmark(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


classes, steps = benchmark("began_classes"), benchmark("began_steps")


def history(*shares):
    entry = {"k": 0.2, "convergence": 0.15, "real_error": 0.1, "fake_error": 0.08}
    return [{"step": 100 * number, **entry, "shares": of} for number, of in enumerate(shares, 1)]


def test_classes_are_counted_from_one_percent_and_weighed():
    assert classes.summary([0.5, 0.5, 0.0]) == (2, 2.0)
    assert classes.summary([0.985, 0.01, 0.005])[0] == 1


def test_the_table_has_half_and_end_and_the_worst_seed():
    found = {0: history([1.0, 0.0], [0.5, 0.5]), 1: history([0.5, 0.5], [1.0, 0.0])}
    *_, first, second, last = classes.table(found)
    assert first == "| 0 | 1, 2 | 2.0 | 50 50 | 0.200 | 0.150 |"
    assert second.startswith("| 1 | 2, 1 | 1.0 |") and last == "least classes 1, effective 1.5 on average"


def test_the_figure_shows_k_and_the_errors():
    image = np.asarray(classes.figure(history(*[[1.0]] * 20)))
    for colour in classes.charts.COLOURS[:4]:
        assert (image == colour).all(-1).sum() > 500


def test_shades_are_taken_out_of_an_image():
    faces = np.random.default_rng(0).normal(size=(3, 4, 4, 1))
    darker = 0.5 * faces - 2.0
    np.testing.assert_allclose(steps.without_shades(faces), steps.without_shades(darker))
    np.testing.assert_allclose(steps.shades(darker)[0], 0.5 * steps.shades(faces)[0] - 2.0)


def test_the_nearest_other_is_found_and_measured_per_value():
    points = np.array([[0.0, 0.0], [3.0, 3.0], [0.0, 1.0]])
    distances, index = steps.nearest(points)
    assert index.tolist() == [2, 2, 0] and distances[0] == pytest.approx(np.sqrt(1 / 2))
    assert steps.nearest(points, points[::-1])[1].tolist() == [2, 1, 0]


def test_a_row_finds_the_same_faces_in_another_shade():
    faces = np.random.default_rng(0).normal(size=(5, 4, 4, 1))
    cells = steps.row("2", 10 * faces + 90, 10 * faces).split(" | ")
    assert cells[-1] == "100% |" and cells[-2] == "0.00" and cells[1].startswith("9")
