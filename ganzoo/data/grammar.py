"""A small probabilistic grammar of English: it draws sentences, and tells of any sentence how probable it is, if at all."""

import bisect
import functools
import itertools

import numpy as np

from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError

# Weight and right-hand side of each rule. Number agreement reaches across relative clauses and prepositional phrases.
RULES = """
S -> 9 CLAUSE | 1 CLAUSE CONJ CLAUSE
CLAUSE -> 5 NP1 VP1 | 5 NP2 VP2
NP1 -> 3 DET1 N1 | 2 DET1 ADJ N1 | 1 DET1 N1 PP | 1 DET1 N1 REL1 | 2 NAME
NP2 -> 3 DET2 N2 | 2 DET2 ADJ N2 | 1 DET2 N2 PP | 1 DET2 N2 REL2
NP -> 1 NP1 | 1 NP2
PP -> 1 P NP
REL1 -> 1 THAT VP1
REL2 -> 1 THAT VP2
VP1 -> 2 VI1 | 2 VI1 ADV | 4 VT1 NP | 1 VI1 PP | 1 VS1 THAT CLAUSE | 1 IS ADJ
VP2 -> 2 VI2 | 2 VI2 ADV | 4 VT2 NP | 1 VI2 PP | 1 VS2 THAT CLAUSE | 1 ARE ADJ
"""
# Words of each part of speech, from the most to the least frequent: the n-th has weight 1 / (n + 1).
WORDS = """
DET1: the a this every
DET2: the some these many
N1: dog cat child teacher robot bird
N2: dogs cats children teachers robots birds
NAME: alice bob
ADJ: small old happy red quiet
VI1: sleeps runs sings waits
VI2: sleep run sing wait
VT1: sees likes follows helps
VT2: see like follow help
VS1: says thinks
VS2: say think
ADV: today quickly again
P: near behind with
CONJ: and but
THAT: that
IS: is
ARE: are
"""


class Grammar:
    """A probabilistic context-free grammar, given that a sentence has a length in a range.

    Args:
        rules: lines `A -> weight B C ... | weight D ...`; the first A is the start symbol. No symbol may derive itself alone.
        words: lines `A: word word ...`, whose n-th word has weight 1 / (n + 1).
        least, most: the lengths that a sentence may have; the distribution is conditional on them.

    Attributes:
        vocabulary: the `Vocabulary`, in alphabetical order.
        length: `most`.
    """

    def __init__(self, rules=RULES, words=WORDS, least=4, most=15):
        self.rules, self.words = rules, words
        self.least, self.length = least, most
        # Right-hand sides of each symbol with their probabilities; a word's is a string in a list of one.
        self.sides, self.emissions = {}, {}
        for line in rules.strip().splitlines():
            symbol, _, alternatives = line.partition("->")
            parts = [part.split() for part in alternatives.split("|")]
            weights = np.array([float(weight) for weight, *_ in parts])
            self.sides[symbol.strip()] = [tuple(side) for _, *side in parts], weights / weights.sum()
        for line in words.strip().splitlines():
            symbol, _, emitted = line.partition(":")
            weights = 1.0 / np.arange(2, len(emitted.split()) + 2)
            self.emissions[symbol.strip()] = emitted.split(), weights / weights.sum()
        self.start = next(iter(self.sides))
        self.vocabulary = Vocabulary(sorted({word for words, _ in self.emissions.values() for word in words}))
        self._compile()

    def _compile(self):
        """Brings the rules into arrays: binary rules, the closure of the unary ones, and the words' probabilities."""
        binary, unary = [], []
        symbols = [*self.sides, *self.emissions]
        for symbol, (sides, shares) in self.sides.items():
            for side, share in zip(sides, shares, strict=True):
                left = symbol
                while len(side) > 2:  # A -> B C D becomes A -> B X, X -> C D
                    symbols.append(f"{symbol}/{len(symbols)}")
                    binary.append((left, side[0], symbols[-1], share))
                    left, side, share = symbols[-1], side[1:], 1.0
                (unary if len(side) == 1 else binary).append((left, *side, share))
        number = {symbol: index for index, symbol in enumerate(symbols)}
        chains = np.zeros((len(symbols), len(symbols)))
        for symbol, child, share in unary:
            chains[number[symbol], number[child]] += share
        # Sums over all chains of unary rules, of which there are finitely many.
        self._chains = np.linalg.inv(np.eye(len(symbols)) - chains)
        parents, self._left, self._right, self._shares = (
            np.array(column) for column in zip(*((number[a], number[b], number[c], p) for a, b, c, p in binary), strict=True)
        )
        self._parents = np.zeros((len(binary), len(symbols)))
        self._parents[np.arange(len(binary)), parents] = 1.0
        self._parents = self._parents @ self._chains.T
        self._lexicon = np.zeros((len(self.vocabulary), len(symbols)))
        for symbol, (words, shares) in self.emissions.items():
            for word, share in zip(words, shares, strict=True):
                self._lexicon[self.vocabulary.numbers[word], number[symbol]] += share
        self._lexicon = self._lexicon @ self._chains.T
        self._start = number[self.start]

    @functools.cached_property
    def lengths(self):
        """The probability of each length 0 .. most before the condition: float64 [most + 1]."""
        inside = [None, self._lexicon.sum(0)]
        for length in range(2, self.length + 1):
            pairs = sum(inside[k][self._left] * inside[length - k][self._right] for k in range(1, length))
            inside.append((pairs * self._shares) @ self._parents)
        return np.array([0.0, *(probabilities[self._start] for probabilities in inside[1:])])

    def sample(self, count, seed=0):
        """Draws sentences: int64 [count, length], padded with 0."""
        rng = np.random.default_rng(seed)
        tables = {
            symbol: (sides, np.cumsum(shares).tolist())
            for symbol, (sides, shares) in itertools.chain(self.sides.items(), self.emissions.items())
        }
        draws = iter(lambda: rng.random(), None)
        tokens = np.zeros((count, self.length), np.int64)
        for row in range(count):
            words = []
            while not self.least <= len(words) <= self.length:
                words, waiting = [], [self.start]
                while waiting and len(words) <= self.length:
                    symbol = waiting.pop()
                    sides, cumulated = tables[symbol]
                    side = sides[min(bisect.bisect_right(cumulated, next(draws)), len(sides) - 1)]
                    if symbol in self.emissions:
                        words.append(self.vocabulary.numbers[side])
                    else:
                        waiting.extend(reversed(side))
            tokens[row, : len(words)] = words
        return tokens

    def log_likelihood(self, tokens):
        """The natural logarithm of each sentence's probability, summed over its parses: float64 [N], -inf where it has none.

        Args:
            tokens: int [N, T], padded with 0.
        """
        tokens = np.asarray(tokens)
        if tokens.ndim != 2:
            raise UserError(f"a grammar scores tokens [N, T], not {tokens.shape}")
        ended = np.cumsum(tokens == 0, axis=1) > 0
        lengths = (~ended).sum(1)
        probabilities = np.zeros(len(tokens))
        for length in range(self.least, min(self.length, tokens.shape[1]) + 1):
            rows = np.flatnonzero(lengths == length)
            if len(rows):
                probabilities[rows] = self._inside(tokens[rows, :length])
        with np.errstate(divide="ignore"):
            return np.log(probabilities) - np.log(self.lengths[self.least :].sum())

    def _inside(self, tokens):
        """The probability of sentences [N, L] of one length by the inside algorithm (CYK with sums): float64 [N]."""
        length = tokens.shape[1]
        known = (tokens > 0) & (tokens < len(self.vocabulary))
        chart = {(at, at + 1): self._lexicon[np.where(known[:, at], tokens[:, at], 0)] for at in range(length)}
        for span in range(2, length + 1):
            for at in range(length - span + 1):
                pairs = sum(
                    chart[at, cut][:, self._left] * chart[cut, at + span][:, self._right] for cut in range(at + 1, at + span)
                )
                chart[at, at + span] = (pairs * self._shares) @ self._parents
        return chart[0, length][:, self._start]

    def grammatical(self, tokens):
        """Whether each sentence, int [N, T] padded with 0, is one of the grammar: bool [N]."""
        return np.isfinite(self.log_likelihood(tokens))
