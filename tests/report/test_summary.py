"""The verdict at the top of a page: which questions are answered, by what, and how well."""

import re

import pytest

from ganzoo.report.summary import LABELS, QUESTIONS, cards


def birthday(low, value=120.0, real=None):
    ratio = None if low is None else {"value": 2.0, "low": low, "high": 9.0}
    n_eff = {"value": value, "low": 90.0, "high": 170.0}
    return {"n_eff": n_eff, "ratio": ratio, "real": real and {"pooled": {"n_eff": real}}}


def shown(*given, **named):
    """Each card's kind, question, label and sentences."""
    found = []
    for kind, body in re.findall(r'<article class="card (.*?)">(.*?)</article>', cards(*given, **named)):
        question, label = re.search('<h3>(.*?)</h3><p class="label">(.*?)</p>', body).groups()
        found.append((kind, question, label, re.findall("<p>(.*?)</p>", body)))
    return found


def test_nothing_that_answers_is_no_card():
    assert cards([]) is None
    assert cards([], birthday={"n_eff": None}) is None


@pytest.mark.parametrize(
    "low, kind", [(None, "open"), (0.5, "good"), (1.0, "good"), (1.01, "fair"), (3.0, "fair"), (3.1, "poor")]
)
def test_repeats_are_judged_by_the_interval_of_their_ratio_to_real_data(low, kind):
    ((found, question, label, _),) = shown([], birthday=birthday(low))
    assert (found, question) == (kind, QUESTIONS["varied"])
    assert label.lower() == ("see below" if kind == "open" else LABELS["varied"][kind])


def test_a_birthday_is_told_beside_that_of_real_data():
    ((_, _, _, (sentence,)),) = shown([], birthday=birthday(2.0))
    assert sentence == "It repeats itself as a generator of about 120 (90 to 170) different examples would."
    ((_, _, _, (sentence,)),) = shown([], birthday=birthday(2.0, real={"value": None, "low": 5000.0, "high": None}))
    assert sentence.endswith("would; held-out real data, judged the same way: more than 5,000.")


@pytest.mark.parametrize("finding, kind", [("none", "good"), ("near", "fair"), ("copies", "poor")])
def test_copies_answer_whether_anything_is_new(finding, kind):
    ((found, question, label, sentences),) = shown([], copies={"finding": finding, "verdict": "the verdict."})
    assert (found, question, sentences) == (kind, QUESTIONS["new"], ["the verdict."])
    assert label.lower() == LABELS["new"][kind]


def test_questions_come_in_their_order():
    found = shown([], birthday=birthday(9.0), copies={"finding": "none", "verdict": "new."})
    assert [(kind, question) for kind, question, _, _ in found] == [("poor", QUESTIONS["varied"]), ("good", QUESTIONS["new"])]
