"""Tests of ganzoo.metrics.text.bleu."""

import math
import time

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.text.bleu import bleu, self_bleu


def words(*sentences):
    return [tuple(sentence.split()) for sentence in sentences]


def random_text(count, vocabulary=500, length=20, seed=0):
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, vocabulary + 1)
    tokens = rng.choice(vocabulary, (count, length), p=weights / weights.sum())
    lengths = rng.integers(1, length + 1, count)
    return [tuple(row[:end]) for row, end in zip(tokens.tolist(), lengths.tolist(), strict=True)]


def test_identical_sentences_score_1_and_disjoint_ones_0():
    reference = words("the cat sat on the mat")
    scores = bleu(reference, reference)
    assert all(np.allclose(score, 1) for score in scores.values())
    assert all(score == 0 for score in bleu(words("a dog ran off somewhere"), reference).values())


def test_counts_are_clipped_by_the_reference_that_has_most():
    # Papineni's example: "the" seven times, at most two of them count.
    references = words("the cat is on the mat", "there is a cat on the mat")
    found = bleu(words("the the the the the the the"), references, orders=(1,))
    np.testing.assert_allclose(found[1], 2 / 7)


def test_clipping_takes_the_most_of_one_reference_not_their_sum():
    found = bleu(words("a a a"), words("a b c", "a a b", "a c c"), orders=(1,))
    np.testing.assert_allclose(found[1], 2 / 3)


def test_bleu_2_by_hand():
    # Words: the cat sat match, 3 of 4; pairs: "the cat" and "cat sat", 2 of 3; lengths equal.
    found = bleu(words("the cat sat down"), words("the cat sat up"), orders=(2,))
    np.testing.assert_allclose(found[2], math.sqrt(3 / 4 * 2 / 3))


def test_short_sentences_pay_the_brevity_penalty():
    # c = 3, r = 6: exp(1 - 6 / 3).
    found = bleu(words("the cat is"), words("the cat is on the mat"), orders=(2,))
    np.testing.assert_allclose(found[2], math.exp(-1))


def test_the_closest_length_counts_and_of_two_the_shorter():
    # Lengths 2 and 4 are as close to 3: the shorter gives no penalty.
    np.testing.assert_allclose(bleu(words("a b c"), words("a b c d", "a b"), orders=(1,))[1], 1)
    # Length 4 is closer to 3 than 1 is: exp(1 - 4 / 3).
    np.testing.assert_allclose(bleu(words("a b c"), words("a b c d", "a"), orders=(1,))[1], math.exp(1 - 4 / 3))


def test_no_match_of_a_higher_order_counts_as_a_tenth():
    # Words all match, no pair does: sqrt(1 * 0.1 / 2).
    found = bleu(words("c b a"), words("a b c"), orders=(2,))
    np.testing.assert_allclose(found[2], math.sqrt(0.1 / 2))


def test_an_empty_sentence_scores_0():
    assert bleu([(), ("a",)], words("a"), orders=(1,))[1].tolist() == [0, 1]


def test_self_bleu_of_copies_is_1_and_of_disjoint_sentences_0():
    assert all(np.allclose(score, 1) for score in self_bleu(words(*["a b c d e f"] * 4)).values())
    disjoint = [(f"{n}a", f"{n}b", f"{n}c") for n in range(5)]
    assert all((score == 0).all() for score in self_bleu(disjoint).values())


@pytest.mark.parametrize("seed", [0, 1])
def test_self_bleu_is_bleu_against_the_others(seed):
    text = random_text(40, vocabulary=12, length=8, seed=seed)
    together = self_bleu(text)
    for n in range(len(text)):
        alone = bleu([text[n]], text[:n] + text[n + 1 :])
        for order, scores in together.items():
            np.testing.assert_allclose(scores[n], alone[order][0], err_msg=f"sentence {n}, BLEU-{order}")


def test_a_sentences_own_length_is_not_among_those_of_its_references():
    short, long = self_bleu(words("a b c d e", "a b c d e f g"))[5]
    assert short == pytest.approx(math.exp(1 - 7 / 5))  # all n-grams match: what is left is the brevity penalty
    assert long < 0.7


def test_self_bleu_has_the_same_number_of_references_whatever_the_count():
    text = random_text(300, vocabulary=60)
    few, many = self_bleu(text[:101], references=100)[3], self_bleu(text, references=100)[3]
    assert len(few) == len(many) == 101
    assert abs(few.mean() - many.mean()) < 0.08  # both draws of one law; with all 299 it is higher
    assert self_bleu(text)[3].mean() > many.mean() + 0.08


def test_five_thousand_sentences_take_seconds():
    text = random_text(5000, vocabulary=5000)
    began = time.process_time()
    self_bleu(text)
    assert time.process_time() - began < 10


def test_nonsense_is_refused():
    with pytest.raises(UserError, match="references"):
        bleu([("a",)], [])
    with pytest.raises(UserError, match="references"):
        bleu([("a",)], [("a",)], without=[0])
    with pytest.raises(UserError, match="needs 11 sentences"):
        self_bleu([("a",)] * 5, references=10)


def test_agrees_with_nltk():
    translate = pytest.importorskip("nltk.translate.bleu_score", reason="nltk is not installed")
    smoothing = translate.SmoothingFunction(epsilon=0.1).method1
    references, hypotheses = random_text(30, 12, 10, 1), [s for s in random_text(30, 12, 10, 2) if len(s) >= 5]
    found = bleu(hypotheses, references)
    for order in (2, 3, 4, 5):
        weights = (1 / order,) * order
        told = [translate.sentence_bleu(references, h, weights, smoothing) for h in hypotheses]
        np.testing.assert_allclose(found[order], told, rtol=1e-6)
