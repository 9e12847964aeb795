"""Tests of ganzoo.metrics.text.kneser_ney."""

import itertools
import math

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.text.kneser_ney import KneserNey, lm_nll

TOY = [("a", "b"), ("a", "b"), ("a", "c"), ("b",)]


def naive(sentences, order, size, discounts):
    """Interpolated Kneser-Ney as the formulas are written, by dictionaries; contexts hold one beginning at most."""
    padded = [("<s>", *s, "</s>") for s in sentences]
    grams = {n: [s[i : i + n] for s in padded for i in range(len(s) - n + 1)] for n in range(1, order + 2)}

    def count(gram):
        if len(gram) == order or gram[0] == "<s>":
            return grams[len(gram)].count(gram)
        return len({longer[0] for longer in grams[len(gram) + 1] if longer[1:] == gram})

    def probability(word, context):
        if len(context) == order:
            return probability(word, context[1:])
        n, lower = len(context) + 1, probability(word, context[1:]) if context else 1 / size
        after = {gram[-1] for gram in grams[n] if gram[:-1] == context} - {"<s>"}
        total = sum(count((*context, w)) for w in after)
        if not total:
            return lower
        own = count((*context, word)) if word in after else 0
        return (max(own - discounts[n - 1], 0) + discounts[n - 1] * len(after) * lower) / total

    def log(sentence):
        s = ("<s>", *sentence, "</s>")
        return sum(math.log(probability(s[i], s[max(0, i - order + 1) : i])) for i in range(1, len(s)))

    return log


def test_a_bigram_model_by_hand():
    """TOY: beginnings a 3, b 1. Different words before a: 1 (<s>), b: 2 (a, <s>), c: 1 (a), the end: 2 (b, c); 6 in all."""
    model = KneserNey(TOY, order=2, discounts=(0.5, 0.5))
    assert model.size == 5  # a, b, c, the end, any other word
    uniform = 0.5 * 4 / 6 / 5
    a, b, end = (1 - 0.5) / 6 + uniform, (2 - 0.5) / 6 + uniform, (2 - 0.5) / 6 + uniform
    a_first = (3 - 0.5) / 4 + 0.5 * 2 / 4 * a  # after the beginning come a and b, 4 times
    b_after_a = (2 - 0.5) / 3 + 0.5 * 2 / 3 * b  # after a come b twice and c once
    end_after_b = (3 - 0.5) / 3 + 0.5 * 1 / 3 * end
    logs, words = model.log_probabilities([("a", "b")])
    np.testing.assert_allclose(logs, math.log(a_first * b_after_a * end_after_b))
    assert words.tolist() == [3]
    assert model.nll([("a", "b")]) == pytest.approx(-logs[0] / 3)


def test_a_word_never_seen_gets_the_uniform_share():
    model = KneserNey(TOY, order=2, discounts=(0.5, 0.5))
    # z after the beginning; then an unseen context: the lowest order alone.
    z = 0.5 * 4 / 6 / 5
    end = (2 - 0.5) / 6 + z
    logs, _ = model.log_probabilities([("z",)])
    np.testing.assert_allclose(logs[0], math.log(0.5 * 2 / 4 * z * end))


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_agrees_with_the_formulas_written_out(order):
    rng = np.random.default_rng(order)
    text = [tuple(rng.choice(list("abcd"), rng.integers(0, 7)).tolist()) for _ in range(30)]
    asked = [tuple(rng.choice(list("abcdz"), rng.integers(0, 7)).tolist()) for _ in range(20)]
    model = KneserNey(text, order, vocabulary="abcd")
    log = naive(text, order, model.size, model.discounts)
    np.testing.assert_allclose(model.log_probabilities(asked)[0], [log(s) for s in asked], rtol=1e-10)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_what_follows_any_words_sums_to_1(order):
    model = KneserNey(TOY, order)
    for length in range(4):
        for words in itertools.product("abcz", repeat=length):
            found = model.next_word(words)
            assert set(found) == {"a", "b", "c", None, ...}
            assert sum(found.values()) == pytest.approx(1, abs=1e-12)
            assert min(found.values()) > 0


def test_next_words_make_up_a_sentence():
    model = KneserNey(TOY, order=2)
    product = model.next_word(())["a"] * model.next_word(("a",))["c"] * model.next_word(("a", "c"))[None]
    np.testing.assert_allclose(model.log_probabilities([("a", "c")])[0], math.log(product))


def test_discounts_follow_from_counts_of_counts():
    # Bigrams with the beginning and the end, raw: 1, 2, 3 times. Order 2 counts as they are.
    model = KneserNey(TOY, order=2)
    counts = [3, 1, 2, 1, 3, 1]  # <s>a, <s>b, ab, ac, b</s>, c</s>
    once, twice = counts.count(1), counts.count(2)
    assert model.discounts[1] == pytest.approx(once / (once + 2 * twice))


def test_a_markov_chain_costs_its_entropy_rate():
    rng = np.random.default_rng(0)
    chain = np.array([[0.1, 0.8, 0.1], [0.3, 0.1, 0.6], [0.7, 0.2, 0.1]])

    def draw(count, length=20):
        state = rng.integers(3, size=count)
        found = [state]
        for _ in range(length - 1):
            state = (rng.random((count, 1)) > np.cumsum(chain[state], axis=1)).sum(axis=1)
            found.append(state)
        return list(map(tuple, np.stack(found, axis=1).tolist()))

    train, test = draw(2000), draw(500)
    model = KneserNey(train, order=2)
    logs, words = model.log_probabilities(test)
    # First word uniform, 19 by the chain, then the end, whose probability given the last word the data tell.
    value, vectors = np.linalg.eig(chain.T)
    stationary = np.real(vectors[:, np.argmax(np.real(value))])
    stationary = stationary / stationary.sum()
    rate = -(stationary @ (chain * np.log(chain)).sum(axis=1))
    per_step = (-logs - math.log(3)).mean() / 20  # the ends cost log 20 - 19 log(19/20) in all
    ends = (math.log(20) - 19 * math.log(19 / 20)) / 20
    assert per_step - ends == pytest.approx(rate * 19 / 20, abs=0.01)
    assert (words == 21).all()


def test_the_reverse_score_sees_a_dropped_mode_that_the_score_does_not():
    rng = np.random.default_rng(1)
    both = [tuple(rng.choice(list("abcd" if n % 2 else "wxyz"), 8).tolist()) for n in range(800)]
    real, test, half = both[:400], both[400:], [s for s in both[:400] if s[0] in "abcd"]
    assert lm_nll(real, half) < lm_nll(real, test) + 0.05
    assert lm_nll(half, test) > lm_nll(real, test) + 1


def test_nonsense_is_refused():
    with pytest.raises(UserError, match="at least 1"):
        KneserNey([], order=2)
    with pytest.raises(UserError, match="at least 1"):
        KneserNey(TOY, order=0)
