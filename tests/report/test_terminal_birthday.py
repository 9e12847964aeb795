"""A birthday record as lines for a terminal."""

import pytest

from ganzoo.metrics.birthday.test import AUTOMATIC
from ganzoo.report.terminal_birthday import class_table, interval, table

N_EFF = {"value": 1234.4, "low": 1000.0, "high": 2000.6}


def side(half, positives=(3, 10, 15)):
    batches = [
        {"size": size, "positive": positive, "batches": 20, "share": positive / 20}
        for size, positive in zip((100, 200, 400), positives, strict=True)
    ]
    return {"batches": batches, "first_half": half, "pooled": {"duplicates": 1500, "samples": 14000, "n_eff": N_EFF}}


def record(**more):
    facts = {"judge": AUTOMATIC, "threshold": 0.123456, "fake": side(200), "real": None, "warnings": []}
    return {**facts, **more}


def test_every_size_has_a_line_and_half_is_marked():
    lines = table(record())
    assert lines == [
        f"judged by: {AUTOMATIC}, threshold 0.1235",
        "generated      batches of   100:   3 of  20 hold a duplicate",
        "generated      batches of   200:  10 of  20 hold a duplicate  <- half or more",
        "generated      batches of   400:  15 of  20 hold a duplicate  <- half or more",
        "generated      half at 200: s^2 = 40,000, s^2 / (2 ln 2) = 28,854",
        "generated      all pairs of 14,000: 1,500 duplicates, N_eff 1,234 [1,000, 2,001]",
        "automatic, not human: --page judge.html lets people judge",
    ]


def test_real_data_stands_below_and_notes_at_the_end():
    lines = table(record(real=side(None), warnings=["few samples"], judge="people", threshold=0.0))
    assert lines[0] == "judged by: people" and lines[-1] == "note: few samples"
    assert sum(line.startswith("held-out real  batches") for line in lines) == 3
    assert not any(line.startswith("held-out real  half") for line in lines)


def test_classes_have_their_table():
    lines = table(record(classes={"3": {"n_eff": N_EFF, "fake": side(100)}}, published="a study"))
    at = lines.index("")
    assert lines[at + 1].split() == ["class", "half", "at", "s", "s^2", "N_eff", "of", "all", "pairs"]
    assert lines[at + 2].split()[:3] == ["3", "<=", "100"] and lines[at + 3 :][:2] == ["", "published: a study"]


@pytest.mark.parametrize("half, text", [(None, "> 400"), (100, "<= 100"), (200, "200"), (400, "400")])
def test_half_of_a_class_is_known_between_the_sizes_that_were_tried(half, text):
    _, row = class_table({"cat": {"n_eff": N_EFF, "fake": side(half)}})
    assert [cell.strip() for cell in row.split("  ") if cell.strip()][1] == text


@pytest.mark.parametrize(
    "n_eff, text",
    [
        ({"value": 7.0, "low": None, "high": 9.0}, "7 [open, 9]"),
        ({"value": None, "low": None, "high": 9.0}, "not determined"),
        ({"value": None, "low": 0.0, "high": 9.0}, "not determined, at least 0"),
    ],
)
def test_an_open_bound_is_said(n_eff, text):
    assert interval(n_eff) == text
