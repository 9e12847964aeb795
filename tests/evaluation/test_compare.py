"""Models side by side, of scores made by hand: which columns there are and who is best."""

import pytest

from ganzoo.errors import UserError
from ganzoo.evaluation.compare import compare, side_by_side


def score(value, low=None, high=None, name="FD", direction="lower", real=1.0, **protocol):
    facts = {"name": name, "metric": "frechet_distance", "part": "", "direction": direction, "real": real, "floor": 0.5}
    return {**facts, "value": value, "low": low, "high": high, "protocol": {"count": 100, **protocol}, "protocol_line": "N=100"}


def best(direction, real=1.0, **models):
    """The best of models by (value, low, high)."""
    table = side_by_side({name: [score(*value, direction=direction, real=real)] for name, value in models.items()})
    return table["rows"][0]["best"]


def test_a_table_has_a_row_for_each_score_that_all_models_have():
    one = [score(2.0, 1.5, 2.5), score(0.5, name="precision", direction="higher"), score(9.0, name="alone")]
    other = [score(3.0, name="FD"), score(0.25, name="precision", direction="higher"), score(1.0, name="se", direction="aside")]
    table = side_by_side({"a": one, "b": [*other, score(1.0, name="other")]})
    assert table["models"] == ["a", "b"] and table["protocol_line"] == "N=100"
    assert [row["name"] for row in table["rows"]] == ["FD", "precision"]
    assert table["rows"][0]["values"] == [{"value": 2.0, "low": 1.5, "high": 2.5}, {"value": 3.0, "low": None, "high": None}]
    assert (table["rows"][0]["real"], table["rows"][0]["floor"], table["rows"][0]["metric"]) == (1.0, 0.5, "frechet_distance")


@pytest.mark.parametrize(
    "direction, models, winners",
    [
        ("lower", {"a": (1.0,), "b": (2.0,)}, ["a"]),
        ("higher", {"a": (1.0,), "b": (2.0,)}, ["b"]),
        ("lower", {"a": (1.0, 0.5, 1.5), "b": (2.0, 1.0, 3.0)}, ["a", "b"]),  # b's interval reaches a's value
        ("lower", {"a": (1.0, 0.5, 1.5), "b": (2.0, 1.1, 2.9)}, ["a", "b"]),  # 1.0 apart, within sqrt(0.5^2 + 0.9^2) = 1.03
        ("lower", {"a": (1.0, 0.5, 1.4), "b": (2.0, 1.1, 2.9)}, ["a"]),  # ... and beyond sqrt(0.4^2 + 0.9^2) = 0.98
        ("higher", {"a": (1.0, 0.5, 2.0), "b": (2.0, 1.9, 2.1)}, ["a", "b"]),
        ("zero", {"a": (-0.5,), "b": (0.75,)}, ["a"]),
        ("zero", {"a": (-0.5,), "b": (3.0, -1.0, 7.0)}, ["a", "b"]),  # its interval holds 0
        ("real", {"a": (0.7,), "b": (1.2,)}, ["b"]),  # 1 is the target
        ("real", {"a": (0.7,), "b": (1.3,)}, ["a", "b"]),
        ("real", {"a": (0.9,), "b": (2.0, 0.8, 3.2)}, ["a", "b"]),
    ],
)
def test_the_best_are_those_that_no_other_is_clearly_better_than(direction, models, winners):
    values = {name: (*value, None, None)[:3] for name, value in models.items()}
    assert best(direction, **values) == winners


def test_where_there_is_no_target_nobody_is_best():
    assert best("real", real=None, a=(1.0, None, None), b=(2.0, None, None)) == []


def test_scores_of_two_protocols_are_never_side_by_side():
    with pytest.raises(UserError, match="a and b were scored under different protocols: seed 0 against 1"):
        side_by_side({"a": [score(1.0, seed=0)], "b": [score(1.0, seed=1)]})


def test_models_without_a_score_in_common_are_one_line():
    with pytest.raises(UserError, match="a and b have no score in common"):
        side_by_side({"a": [score(1.0)], "b": [score(1.0, name="KD")]})


def test_one_model_is_no_comparison():
    with pytest.raises(UserError, match="at least two models"):
        compare(["digits"])
