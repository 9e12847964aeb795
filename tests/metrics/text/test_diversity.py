"""Tests of ganzoo.metrics.text.diversity and likelihood."""

import math

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.text.diversity import copied, distinct_n, share
from ganzoo.metrics.text.likelihood import nll


def test_distinct_ngrams_are_counted_by_hand():
    # Words: a b a b a, 2 of 5 distinct; pairs ab ba ab | (none across sentences), 2 of 3.
    found = distinct_n([("a", "b", "a", "b"), ("a",)], orders=(1, 2, 4, 5))
    assert found[1] == pytest.approx(2 / 5)
    assert found[2] == pytest.approx(2 / 3)
    assert found[4] == 1
    assert 5 not in found


def test_copies_of_the_training_text_are_counted():
    found = copied([("a", "b"), ["a"], ("c",), ("b", "a")], [("a", "b"), ("c",)])
    assert found["share"] == pytest.approx(0.5)
    assert 0 < found["low"] < 0.5 < found["high"] < 1


def test_shares_have_exact_intervals():
    # With 0 of n the upper end is 1 - 0.025^(1/n).
    found = share(np.zeros(10, bool))
    assert found["share"] == found["low"] == 0
    assert found["high"] == pytest.approx(1 - 0.025 ** (1 / 10))
    assert share(np.ones(10, bool))["low"] == pytest.approx(0.025 ** (1 / 10))


def test_a_parser_that_answers_otherwise_is_refused():
    with pytest.raises(UserError, match="boolean"):
        share([0.5, 1.0])
    with pytest.raises(UserError, match="boolean"):
        share(np.zeros(0, bool))


def test_nll_is_per_word_and_covers_the_entropy():
    assert nll([-2.0, -4.0], [1, 2])["value"] == pytest.approx(2)
    rng = np.random.default_rng(0)
    hits, p = 0, np.array([0.5, 0.25, 0.25])
    entropy = -(p * np.log(p)).sum()
    for _ in range(200):
        words = rng.integers(1, 10, 100)
        logs = [np.log(p[rng.choice(3, n, p=p)]).sum() for n in words]
        found = nll(logs, words)
        hits += found["low"] <= entropy <= found["high"]
    assert 180 <= hits <= 199


def test_impossible_sentences_cost_infinitely_much():
    assert nll([-np.inf, -1.0], [1, 1])["value"] == math.inf


def test_likelihoods_that_are_none_are_refused():
    with pytest.raises(UserError, match="NaN"):
        nll([np.nan], [1])
    with pytest.raises(UserError, match="each sentence"):
        nll([-1.0], [1, 2])
