"""Tests of ganzoo.metrics.text.tokens."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.text.tokens import as_sentences, as_words, ngrams


def test_padding_is_cut_and_strings_are_split():
    assert as_sentences(np.array([[3, 4, 0], [5, 0, 0], [0, 0, 0]])) == [(3, 4), (5,), ()]
    assert as_sentences(["the cat", " sat "]) == [("the", "cat"), ("sat",)]
    assert as_sentences([[1, 2], ["a"]]) == [(1, 2), ("a",)]


def test_tokens_become_words():
    assert as_words(np.array([[2, 1], [1, 0]]), ["", "a", "b"]) == [("b", "a"), ("a",)]
    with pytest.raises(UserError, match="vocabulary has 2 words"):
        as_words(np.array([[2, 1]]), ["", "a"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.array([[1, 0, 2]]), "within"),
        (np.zeros((2, 2)), "int tokens"),
        ([], "no sentences"),
        (np.zeros(3, int), "int tokens"),
    ],
)
def test_what_is_no_text_is_refused(given, words):
    with pytest.raises(UserError, match=words):
        as_sentences(given)


def test_equal_ngrams_have_equal_numbers_in_all_corpora():
    corpora = [[("a", "b", "a"), ()], [("b", "a"), ("a",), ("a", "b")]]
    found = ngrams(corpora, 3)
    for n in (1, 2, 3):
        seen = {}
        for corpus, (rows, ids) in zip(corpora, found[n - 1], strict=True):
            told = [(row, s[i : i + n]) for row, s in enumerate(corpus) for i in range(len(s) - n + 1)]
            assert rows.tolist() == [row for row, _ in told]
            for (_, gram), number in zip(told, ids.tolist(), strict=True):
                assert seen.setdefault(gram, number) == number
        assert len(set(seen.values())) == len(seen)
