"""Charts of scores over steps: which there are, and where their points lie."""

import re

import numpy as np
import pytest

from ganzoo.report.curves import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, charts


def entry(step, value, name="FD", **more):
    facts = {
        "step": step,
        "value": value,
        "name": name,
        "metric": "frechet_distance",
        "direction": "lower",
        "protocol": {"count": 9},
    }
    return {**facts, "protocol_line": "N=9", **more}


def points(chart):
    text = re.search(r'<polyline points="([^"]*)"', chart).group(1)
    return np.array([[float(x) for x in pair.split(",")] for pair in text.split()])


def levels(chart, kind):
    """The heights of the lines of a kind."""
    return [float(y) for y in re.findall(rf'<line [^>]*y1="([^"]*)"[^>]*class="{kind}"', chart)]


def test_a_score_of_one_step_has_no_chart_and_no_aside_has_one():
    assert charts([entry(1, 2.0)]) == []
    assert charts([entry(1, 2.0, direction="aside"), entry(2, 2.0, direction="aside")]) == []
    assert charts([entry(None, 2.0), entry(2, 2.0), entry(3, None), entry(4, float("nan"))]) == []
    assert len(charts([entry(1, 2.0), entry(2, 2.0)])) == 1


def test_scores_and_protocols_are_never_mixed_and_frechet_distances_come_first():
    history = [entry(step, 1.0, "precision", metric="precision_recall") for step in (1, 2)]
    history += [entry(step, 5.0, protocol={"count": count}) for step in (1, 2) for count in (9, 99)]
    found = charts(history)
    assert [re.search("<b>(.*?)</b>", chart).group(1) for chart in found] == ["FD", "FD", "precision"]


def test_points_lie_where_their_numbers_are():
    (chart,) = charts([entry(30, 4.0), entry(10, 1.0), entry(20, 2.0)])
    x, y = points(chart).T
    np.testing.assert_allclose(x, [LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT], atol=0.06)
    # The values 1 to 4 with 8 % of their reach as a margin above and below.
    shares = (np.array([1.0, 2.0, 4.0]) - 0.76) / (4.24 - 0.76)
    np.testing.assert_allclose(y, HEIGHT - BOTTOM - shares * (HEIGHT - TOP - BOTTOM), atol=0.06)
    assert "over steps · N=9" in chart and "logarithmic" not in chart
    assert "FD from 1 at step 10 to 4 at step 30" in chart and "<title>step 20: 2</title>" in chart


def test_a_step_that_was_scored_twice_counts_once_by_the_later_score():
    (chart,) = charts([entry(1, 3.0), entry(2, 9.0), entry(2, 5.0)])
    assert len(points(chart)) == 2 and "to 5 at step 2" in chart


@pytest.mark.parametrize("largest, logarithmic", [(29.0, False), (31.0, True)])
def test_what_differs_more_than_thirtyfold_is_logarithmic(largest, logarithmic):
    (chart,) = charts([entry(1, 1.0), entry(2, largest**0.5), entry(3, largest)])
    assert ("logarithmic scale" in chart) == logarithmic
    _, y = points(chart).T
    assert (abs(y[1] - (y[0] + y[2]) / 2) < 0.2) == logarithmic


def test_what_is_not_positive_is_never_logarithmic():
    (chart,) = charts([entry(1, 0.0), entry(2, 100.0)])
    assert "logarithmic" not in chart


def test_held_out_data_and_the_floor_are_lines_of_their_last_values():
    (chart,) = charts([entry(1, 4.0, real=9.0, floor=None), entry(2, 2.0, real=1.0, floor=1.5)])
    (real,), (floor,) = levels(chart, "real"), levels(chart, "floor")
    y = points(chart)[:, 1]
    np.testing.assert_allclose((y[1] - floor) / (floor - real), 1.0 * (2 - 1.5) / (1.5 - 1), atol=0.02)
    assert "held-out real data 1</span>" in chart and "floor 1.5</span>" in chart
    (plain,) = charts([entry(1, 4.0), entry(2, 2.0, real=float("inf"))])
    assert levels(plain, "real") == levels(plain, "floor") == []


def test_equal_values_lie_in_the_middle():
    for value in (5.0, 0.0, -2.0):
        (chart,) = charts([entry(1, value), entry(2, value)])
        np.testing.assert_allclose(points(chart)[:, 1], (HEIGHT - BOTTOM + TOP) / 2, atol=0.1)


def test_ticks_are_round_numbers_within_the_chart():
    (chart,) = charts([entry(0, 1.0), entry(1000, 4.0)])
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", chart)
    assert texts == ["1", "2", "3", "4", "0", "200", "400", "600", "800", "1,000"]
    assert all(TOP <= level <= HEIGHT - BOTTOM for level in levels(chart, "rule"))
    (chart,) = charts([entry(0, 1.0), entry(10, 10_000.0)])
    assert re.findall(r"<text [^>]*>([^<]*)</text>", chart)[:5] == ["1", "10", "100", "1,000", "10,000"]
    (chart,) = charts([entry(0, 2.0), entry(10, 61.0)])
    assert re.findall(r"<text [^>]*>([^<]*)</text>", chart)[:4] == ["2", "5", "10", "20"]
