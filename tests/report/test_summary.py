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
    assert sentence.endswith("would; held-out real data, judged the same way: at least 5,000.")


@pytest.mark.parametrize("finding, kind", [("none", "good"), ("near", "fair"), ("copies", "poor")])
def test_copies_answer_whether_anything_is_new(finding, kind):
    ((found, question, label, sentences),) = shown([], copies={"finding": finding, "verdict": "the verdict."})
    assert (found, question, sentences) == (kind, QUESTIONS["new"], ["the verdict."])
    assert label.lower() == LABELS["new"][kind]


def test_questions_come_in_their_order():
    found = shown([], birthday=birthday(9.0), copies={"finding": "none", "verdict": "new."})
    assert [(kind, question) for kind, question, _, _ in found] == [("poor", QUESTIONS["varied"]), ("good", QUESTIONS["new"])]


def score(metric, part, value, real, direction, low=None, high=None, **more):
    facts = {"name": f"{metric}.{part}", "metric": metric, "part": part, "direction": direction}
    return {**facts, "value": value, "real": real, "low": low, "high": high, **more}


@pytest.mark.parametrize(
    ("facts", "question", "kind"),
    [
        # Nearer to the training data than held-out data is suspect, farther is not.
        (score("auth_pct", "", 51.6, 40.5, "real", 48.0, 55.0), "new", "good"),
        (score("auth_pct", "", 90.0, 40.5, "real", 88.0, 92.0), "new", "good"),
        (score("auth_pct", "", 40.5, 40.5, "real"), "new", "good"),
        (score("auth_pct", "", 30.0, 40.5, "real", 27.0, 33.0), "new", "fair"),
        (score("auth_pct", "", 30.0, 40.5, "real", 12.0, 54.0), "new", "good"),  # by chance, at such a count
        (score("auth_pct", "", 5.0, 40.5, "real", 4.0, 6.0), "new", "poor"),
        (score("auth_pct", "", 51.6, 40.5, "real", value_at_real_count=20.0), "new", "poor"),
        # More modes than held-out data reaches are no lack of variety.
        (score("mode_coverage", "captured", 25.0, 20.0, "real"), "varied", "good"),
        (score("mode_coverage", "captured", 15.0, 20.0, "real"), "varied", "fair"),
        (score("label_coverage", "captured", 10.0, 6.0, "real"), "varied", "good"),
        (score("label_coverage", "captured", 2.0, 6.0, "real"), "varied", "poor"),
        (score("precision_recall", "recall", 0.9, 0.7, "higher"), "varied", "good"),
        (score("precision_recall", "recall", 0.2, 0.7, "higher"), "varied", "poor"),
        (score("density_coverage", "coverage", 0.9, 0.7, "higher"), "varied", "good"),
        (score("density_coverage", "coverage", 0.5, 0.7, "higher"), "varied", "fair"),
        (score("frechet_distance", "", 0.5, 1.0, "lower"), "like", "good"),
        (score("frechet_distance", "", 9.0, 1.0, "lower"), "like", "poor"),
        (score("precision_recall", "precision", 0.99, 0.7, "higher"), "like", "good"),
        (score("precision_recall", "precision", 0.1, 0.7, "higher"), "like", "poor"),
        (score("c2st", "logistic", 0.4, 0.5, "real"), "like", "good"),
        (score("c2st", "logistic", 0.95, 0.5, "real"), "like", "poor"),
    ],
)
def test_a_verdict_is_passed_on_the_side_that_is_bad(facts, question, kind):
    ((found, asked, label, _),) = shown([facts])
    assert (found, asked, label.lower()) == (kind, QUESTIONS[question], LABELS[question][kind])
