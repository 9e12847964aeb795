"""Shares of answers with intervals over raters: what the kinds of pages have in common."""

import numpy as np

from ganzoo.people.agreement import agreement
from ganzoo.people.bootstrap import over_raters


def estimate(sheets, statistic, seed=0):
    """A statistic of raters' rows with its interval, JSON-ready: {value, low, high}; None for what is undefined.

    Args:
        sheets: as of `over_raters`.
        statistic: a function of a list of arrays that returns a float.
        seed: of the bootstrap.
    """
    if not any(len(sheet) for sheet in sheets):
        return {"value": None, "low": None, "high": None}
    value, low, high = over_raters(sheets, statistic, seed=seed)
    return {name: None if np.isnan(x) else float(x) for name, x in (("value", value), ("low", low), ("high", high))}


def pooled_mean(sheets):
    """The mean over raters of each one's mean: who answered more does not count more."""
    means = [np.nanmean(sheet) for sheet in sheets if np.isfinite(sheet).any()]
    return float(np.mean(means)) if means else float("nan")


def share_of(sheets, questions, word, wanted, seed=0):
    """How often some questions were answered with a word, with its interval.

    Args:
        sheets: for each rater a dict of answers by question.
        questions: the page's questions, a dict of keys.
        word: the answer that is counted.
        wanted: a function of a question's key: whether it counts.
        seed: of the bootstrap.
    """
    rows = [np.array([said == word for q, said in sheet.items() if wanted(questions[q])], float) for sheet in sheets]
    found = estimate(rows, pooled_mean, seed)
    return found | {"answers": int(sum(map(len, rows))), "questions": sum(map(wanted, questions.values()))}


def agreement_of(sheets, questions, words):
    """The `agreement` of raters over the questions whose answer is not known."""
    asked = [q for q, key in questions.items() if "answer" not in key and "practice" not in key]
    return agreement([[sheet.get(q) for sheet in sheets] for q in asked], words)
