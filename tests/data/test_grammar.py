import collections
import itertools

import numpy as np
import pytest

from ganzoo.data.grammar import Grammar

SMALL = ("S -> 3 A B | 1 A C A | 1 S S\nC -> 1 D\nD -> 1 B", "A: x y\nB: y z")


@pytest.fixture(scope="module")
def grammar():
    return Grammar()


def derivations(symbol, grammar, most):
    """Every sentence of at most so many words with the summed probability of its derivations, by trying them all."""
    if symbol in grammar.emissions:
        return {(word,): share for word, share in zip(*grammar.emissions[symbol], strict=True)}
    found = collections.Counter()
    for side, share in zip(*grammar.sides[symbol], strict=True):
        parts = {(): share}
        for number, child in enumerate(side):
            left = most - (len(side) - number - 1)
            grown = collections.Counter()
            for (words, p), (more, q) in itertools.product(
                parts.items(), derivations(child, grammar, most - len(side) + 1).items() if most >= len(side) else ()
            ):
                if len(words) + len(more) <= left:
                    grown[words + more] += p * q
            parts = grown
        for words, p in parts.items():
            found[words] += p
    return found


def test_probabilities_are_those_of_all_derivations():
    grammar = Grammar(*SMALL, least=2, most=6)
    expected = derivations("S", grammar, 6)
    total = sum(p for words, p in expected.items() if 2 <= len(words) <= 6)
    texts = [" ".join(words) for words in expected if 2 <= len(words) <= 6]
    found = np.exp(grammar.log_likelihood(grammar.vocabulary.encode(texts, 7)))
    np.testing.assert_allclose(found, [expected[tuple(text.split())] / total for text in texts], rtol=1e-9)
    assert found.sum() == pytest.approx(1.0) and len(texts) > 200
    lengths = [sum(p for words, p in expected.items() if len(words) == length) for length in range(7)]
    np.testing.assert_allclose(grammar.lengths, lengths, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("least, most", [(2, 3), (3, 3), (3, 5)])
def test_probabilities_are_conditional_on_the_lengths_that_may_be(least, most):
    # The grammar itself makes sentences of 2, 3, 4 ... words: what is left of them must sum to 1.
    grammar = Grammar(*SMALL, least=least, most=most)
    texts = [" ".join(words) for words in derivations("S", grammar, most) if len(words) >= least]
    probabilities = np.exp(grammar.log_likelihood(grammar.vocabulary.encode(texts, most)))
    assert probabilities.sum() == pytest.approx(1.0) and grammar.lengths[least : most + 1].sum() < 0.9


def test_samples_come_as_often_as_the_probabilities_say():
    grammar = Grammar(*SMALL, least=2, most=6)
    tokens = grammar.sample(20_000, seed=1)
    sentences, counts = np.unique(tokens, axis=0, return_counts=True)
    expected = np.exp(grammar.log_likelihood(sentences)) * len(tokens)
    common = expected > 20
    assert common.sum() > 20
    chi = (np.square(counts - expected) / expected)[common].sum()
    assert chi < common.sum() + 5 * np.sqrt(2 * common.sum())


def test_every_sample_is_a_sentence_of_the_grammar(grammar):
    tokens = grammar.sample(1000)
    lengths = (tokens > 0).sum(1)
    assert lengths.min() == 4 and lengths.max() == 15 and 40 <= len(grammar.vocabulary) <= 80
    assert grammar.grammatical(tokens).all()
    assert len(np.unique(tokens, axis=0)) > 900
    np.testing.assert_array_equal(grammar.sample(1000), tokens)
    assert (grammar.sample(1000, seed=1) != tokens).any()


@pytest.mark.parametrize(
    "good, bad",
    [
        ("the dog that follows the cats sleeps", "the dog that follows the cats sleep"),
        ("alice says that bob runs", "alice says bob runs that"),
        ("the birds behind the robot wait again", "the birds behind the robot waits again"),
        ("every child sees some dogs", "every children sees some dogs"),
        ("the dog is happy but these cats are small", "the dog is happy but these cats is small"),
    ],
)
def test_agreement_is_all_that_matters(grammar, good, bad):
    assert grammar.grammatical(grammar.vocabulary.encode([good, bad], 15)).tolist() == [True, False]


def test_what_is_no_sentence_has_no_probability(grammar):
    tokens = grammar.vocabulary.encode(["", "alice runs", "the dog is happy"], 15)
    broken = tokens[2:].copy()
    broken[0, 5] = 3  # words after the end do not count: the sentence ended
    found = grammar.log_likelihood(np.concatenate([tokens, broken, np.full((1, 15), 999)]))
    assert np.isinf(found[[0, 1, 4]]).all() and found[2] == found[3] and np.isfinite(found[2])
