"""Where a score stands between real data and infinitely worse, and how scores are grouped."""

import re

import pytest

from ganzoo.report.scores import by_protocol, score_tables, standing, tone


def score(value, real, direction="lower", metric="frechet_distance", part="", **more):
    return {"value": value, "real": real, "direction": direction, "metric": metric, "part": part, **more}


@pytest.mark.parametrize(
    "facts, position, words",
    [
        (score(2.0, 1.0), 0.5, "2 × real data’s"),
        (score(4.0, 1.0), 0.75, "4 × real data’s"),
        (score(1.0, 1.0), 0.0, "as real data or better"),
        (score(0.5, 1.0), 0.0, "as real data or better"),
        (score(1.01, 1.0), 1 - 1 / 1.01, "as real data"),
        (score(4.0, 1.0, floor=2.0), 0.5, "2 × real data’s"),  # what no model can undercut counts as real
        (score(9.0, 1.0, value_at_real_count=2.0), 0.5, "2 × real data’s"),
        (score(0.25, 0.5, "higher", "unknown"), 0.5, "50 % of real data’s"),
        (score(0.5, 0.5, "higher", "unknown"), 0.0, "as real data or better"),
        (score(0.75, 0.5, "higher", "unknown"), 0.0, "as real data or better"),
        (score(3.0, 1.5, "real", "unknown"), 0.5, "2 × real data’s"),
        (score(0.75, 1.5, "real", "unknown"), 0.5, "50 % of real data’s"),
    ],
)
def test_a_score_stands_by_its_ratio_to_real_data(facts, position, words):
    found = standing(facts)
    assert found[0] == pytest.approx(position) and found[1] == words


@pytest.mark.parametrize(
    "facts",
    [
        score(2.0, None),
        score(None, 1.0),
        score(2.0, 1.0, "zero"),
        score(2.0, 1.0, "aside"),
        score(2.0, 0.0),
        score(-1.0, 1.0),
    ],
)
def test_some_scores_have_no_common_scale(facts):
    assert standing(facts) == (None, "")


@pytest.mark.parametrize(
    "position, word", [(0.0, "good"), (0.15, "good"), (0.16, "fair"), (0.5, "fair"), (0.51, "poor"), (1.0, "poor")]
)
def test_a_tone_changes_where_it_should(position, word):
    assert tone(position) == word


def test_no_two_protocols_and_no_two_models_share_a_group():
    facts = [
        {"name": name, "protocol": {"b": count, "a": 1}, "model": {"name": model}}
        for name, count, model in (("FD", 1, "x"), ("KD", 2, "x"), ("IS", 1, "y"), ("P", 1, "x"))
    ]
    facts.append({"name": "R", "protocol": {"a": 1, "b": 1}, "model": {"name": "x"}})  # the order of keys says nothing
    assert [[one["name"] for one in group] for group in by_protocol(facts)] == [["FD", "P", "R"], ["KD"], ["IS"]]


def table_of(*models, **more):
    common = {"floor": None, "excess": None, "warnings": [], "protocol_line": "N=9", "name": "FD"}
    return score_tables([score(2.0, 1.0) | common | {"protocol": {"count": 9}, "model": {"name": m}} | more for m in models])


def test_tables_name_their_model_where_there_are_several():
    assert re.findall("<h3>(.*?)</h3>", table_of("dcgan")) == ["On the examples themselves"]
    assert re.findall("<h3>(.*?)</h3>", table_of("dcgan", "wgan")) == [
        "On the examples themselves · dcgan",
        "On the examples themselves · wgan",
    ]
    features = {"protocol": {"count": 9, "extractor": {"name": "cnn-digits"}}}
    assert re.findall("<h3>(.*?)</h3>", table_of("dcgan", **features)) == ["In the features of cnn-digits"]


def test_a_row_holds_the_value_its_interval_and_what_it_is_held_against():
    text = table_of("dcgan", low=1.5, high=2.5, floor=0.5, excess=1.25, real_count=7, value_at_real_count=2.25)
    cells = [re.sub("<.*?>", " ", cell).split() for cell in re.findall("<td>(.*?)</td>", text)]
    assert cells == [["2", "1.5", "to", "2.5", "2.25", "at", "7"], ["1", "of", "7"], ["0.5"], ["1.25"]]
    plain = re.findall("<td>(.*?)</td>", table_of("dcgan", real_count=9))
    assert [re.sub("<.*?>", " ", cell).split() for cell in plain] == [["2"], ["1"], ["–"], ["–"]]
