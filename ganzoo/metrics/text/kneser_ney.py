"""An n-gram language model with interpolated Kneser-Ney smoothing, as arrays: trained and evaluated in one pass over a text."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.intervals import jackknife
from ganzoo.metrics.registry import TEXT, metric
from ganzoo.metrics.text.likelihood import nll

ORDER = 4
_BOUNDS = (0.1, 0.9)  # of the discounts, where too few n-grams occur once or twice to tell


class KneserNey:
    """P(word | the `order` - 1 words before) by interpolated Kneser-Ney, with the sentence's end as a word of its own.

    The highest order counts n-grams, the lower ones count the different words before an n-gram; what begins a sentence is
    counted as it is, since nothing stands before it. Each order gives a discount D = n1 / (n1 + 2 n2) of each of its counts
    to the order below, the lowest to the uniform law over the vocabulary: the probabilities of all words and the end sum
    to 1 after any words.

    Args:
        sentences: list of sentences, sequences of tokens.
        order: the longest n-gram.
        vocabulary: every word that may be asked for; those of `sentences` by default. All other words share one entry.
        discounts: D by order, 1 .. `order`; estimated by default.

    Attributes:
        words: {word: its number}, from 1; 0 is the sentence's end, and the number after the last is any other word.
        size: words of the vocabulary, the end and the entry of other words.
        discounts: D by order, float64 [order].

    Raises:
        UserError: no sentences, or an order below 1.

    Reference: Kneser and Ney, ICASSP 1995; Chen and Goodman 1999, section 2.7 (interpolated form).
    """

    def __init__(self, sentences, order=ORDER, vocabulary=None, discounts=None):
        if order < 1 or not len(sentences):
            raise UserError(f"an n-gram model of order {order} from {len(sentences)} sentences: both must be at least 1")
        self.order = order
        known = dict.fromkeys(vocabulary if vocabulary is not None else (token for s in sentences for token in s))
        self.words = {word: number for number, word in enumerate(known, 1)}
        self.size = len(self.words) + 2
        self._span = len(self.words) + 3  # the end, the words, any other, the beginning
        keys, suffixes, raw = self._observed(*self._text(sentences))
        counts = [self._adjusted(n, keys, suffixes, raw) for n in range(1, order + 1)]
        contexts = [1, *(len(shorter) for shorter in keys[:-1])]
        self._keys, self._counts = keys, counts
        befores = [of_order // self._span for of_order in keys]
        self._totals = [np.bincount(b, c, minlength=m) for b, c, m in zip(befores, counts, contexts, strict=True)]
        self._kinds = [np.bincount(b, c > 0, minlength=m) for b, c, m in zip(befores, counts, contexts, strict=True)]
        self.discounts = np.array([_discount(c) for c in counts] if discounts is None else discounts, np.float64)

    def _text(self, sentences):
        """The words' numbers with a beginning and an end around each sentence, and the sentence of each."""
        other, start = self._span - 2, self._span - 1
        known = self.words
        text = [number for s in sentences for number in (start, *(known.get(token, other) for token in s), 0)]
        lengths = [len(s) + 2 for s in sentences]
        return np.array(text, np.int64), np.repeat(np.arange(len(lengths)), lengths)

    def _places(self, row, n):
        """Where n-grams begin that lie within one sentence."""
        places = np.arange(len(row) - n + 1)
        return places[row[places] == row[places + n - 1]]

    def _observed(self, text, row):
        """Each a list by n: the sorted keys (number of the first n - 1 words, times span, plus the last word), the numbers of
        the last n - 1 words, and how often each occurs."""
        keys, suffixes, raw = [], [], []
        shorter = np.zeros(len(text) + 1, np.int64)  # the number of the (n-1)-gram that begins at each place
        for n in range(1, self.order + 1):
            places = self._places(row, n)
            unique, first, number, counts = np.unique(
                shorter[places] * self._span + text[places + n - 1], return_index=True, return_inverse=True, return_counts=True
            )
            keys.append(unique)
            suffixes.append(shorter[places[first] + 1] if n > 1 else None)
            raw.append(counts.astype(np.float64))
            shorter = np.zeros(len(text) + 1, np.int64)
            shorter[places] = number
        return keys, suffixes, raw

    def _adjusted(self, n, keys, suffixes, raw):
        """The counts that order n uses."""
        counts, start = raw[n - 1], self._span - 1
        if n < self.order:
            first = keys[n - 1]
            for shorter in range(n - 2, -1, -1):
                first = keys[shorter][first // self._span]
            counts = np.where(first == start, counts, np.bincount(suffixes[n], minlength=len(counts)))
        if n == 1:
            counts[keys[0] == start] = 0  # a sentence's beginning is never predicted
        return counts

    def log_probabilities(self, sentences):
        """log P of each sentence with its end, in nats, and the number of words.

        Args:
            sentences: list of sentences.

        Returns:
            (float64 [N], int [N]): the sums over words and the end, and the numbers of summands, length + 1.
        """
        text, row = self._text(sentences)
        logs = np.log(self._asked(text, row))
        logs[text == self._span - 1] = 0
        return np.bincount(row, logs, minlength=len(sentences)), np.bincount(row, minlength=len(sentences)) - 1

    def next_word(self, context):
        """P of the word after a sentence's first words `context`: {word: P}, None for the end, `...` for any other word."""
        asked = {None: 0, **self.words, ...: self._span - 2}
        start, known = self._span - 1, [self.words.get(word, self._span - 2) for word in context]
        text = np.array([[start, *known, number] for number in asked.values()])
        row = np.repeat(np.arange(len(asked)), text.shape[1])
        probabilities = self._asked(text.ravel(), row).reshape(text.shape)[:, -1]
        return dict(zip(asked, probabilities.tolist(), strict=True))

    def _asked(self, text, row):
        """P of each word of a text given those before it in its sentence."""
        probability = np.full(len(text), 1 / self.size)
        before = np.zeros(len(text), np.int64)  # number of the n - 1 words that stand before each; -1 where not seen
        for n, (keys, counts, totals, kinds) in enumerate(
            zip(self._keys, self._counts, self._totals, self._kinds, strict=True), 1
        ):
            if not len(keys):
                break  # no sentence is so long
            discount = self.discounts[n - 1]
            seen = before >= 0
            total = np.where(seen, totals[before], 0)
            place = _find(keys, before * self._span + text)
            count = np.where(seen & (place >= 0), counts[place], 0)
            with np.errstate(divide="ignore", invalid="ignore"):
                mixed = (np.maximum(count - discount, 0) + discount * kinds[before] * probability) / total
            probability = np.where(total > 0, mixed, probability)
            if n < self.order:
                # The n words before a word: the n-gram that ends on the word before it, if it lies in the sentence.
                inside = np.zeros(len(text), bool)
                inside[n:] = row[n:] == row[:-n]
                ending = np.where(seen, place, -1)
                before = np.where(inside, np.concatenate([[-1], ending[:-1]]), -1)
        return probability

    def nll(self, sentences):
        """Mean negative log-likelihood in nats per word, the sentences' ends counted as words."""
        logs, counts = self.log_probabilities(sentences)
        return float(-logs.sum() / counts.sum())


def lm_nll(train, test, order=ORDER, vocabulary=None):
    """Nats per word that `test` costs under a Kneser-Ney model of `train`, over one vocabulary for all comparisons.

    The LM score has the real text as `train` and the generated as `test`, the reverse LM score the other way round.

    Args:
        train, test: lists of sentences.
        order: of the model.
        vocabulary: every word that may occur; those of both by default.

    Reference: Zhao et al. 2018 (ARAE, reverse perplexity), arXiv 1706.04223; Cifka et al. 2018, arXiv 1804.07972.
    """
    if vocabulary is None:
        vocabulary = dict.fromkeys(token for corpus in (train, test) for sentence in corpus for token in sentence)
    return KneserNey(train, order, vocabulary).nll(test)


@metric(
    "lm_score",
    direction="real",
    least=1000,
    cost="O(words)",
    paper="Cifka et al. 2018, arXiv 1804.07972; the model: Kneser and Ney 1995",
    meaning="What a generated word costs under an n-gram model of the training text, in nats: above real text's value, it is "
    "unlike real text within n words.",
    misleads="It sees n words at a time, and both safe sentences repeated for ever and copies of the training text cost less "
    "than held-out text.",
    title=f"LM[kn{ORDER}]",
    of=(TEXT,),
    default=50,
    compared=True,
)
def lm_score(fake_text: Sequence, language_model: Any) -> float:
    """Nats per word of the generated text under a Kneser-Ney model of the reference text."""
    cost = nll(*language_model.log_probabilities(fake_text))
    return cost["value"], cost["low"], cost["high"]


@metric(
    "reverse_lm_score",
    direction="lower",
    least=1000,
    cost="O(words)",
    paper="Zhao et al. 2018 (ARAE), arXiv 1706.04223; Cifka et al. 2018, arXiv 1804.07972",
    meaning="What a word of held-out text costs under an n-gram model of the generated text, in nats: high where kinds of real "
    "text are missing.",
    misleads="It falls with the amount of generated text, so only equal counts compare; smoothing forgives what is rare.",
    title=f"reverse-LM[kn{ORDER}]",
    of=(TEXT,),
    default=60,
    compared=True,
    baseline="reference",
)
def reverse_lm_score(fake_text: Sequence, test_text: Sequence, vocabulary: Any, seed: int) -> float:
    """Nats per word of held-out text under a Kneser-Ney model of the generated text; a jackknife over the latter."""

    def cost(rows):
        return lm_nll([fake_text[row] for row in rows], test_text, vocabulary=vocabulary)

    return jackknife(cost, len(fake_text), cost(range(len(fake_text))), seed)


def _discount(counts):
    once, twice = np.sum(counts == 1), np.sum(counts == 2)
    if not once:
        return _BOUNDS[0]
    return float(np.clip(once / (once + 2 * twice), *_BOUNDS))


def _find(keys, asked):
    """The place of each asked key among the sorted keys; -1 where it is not there."""
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, place, -1)
