"""Words and the numbers that stand for them: splitting text into tokens, and back, in Python and in graphs."""

import collections
import re

import keras
import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.serialization import Serializable

# Token 0 starts, ends and pads a text; it has no word.
PAD = 0
UNKNOWN = "<unk>"
UNITS = ("word", "character", "chinese")
# Every character beyond ASCII stands alone; runs of ASCII (numbers, foreign words) stay together.
_NOT_ASCII = "[^\\x00-\\x7f]"
_NO_CHARACTER = "\uffff"


def split_text(text, unit="word"):
    """The tokens of a text, a list of strings.

    Args:
        text: a string.
        unit: "word", runs between (ASCII) white space; "character", every character, blanks included, and `UNKNOWN`; or
            "chinese", every character beyond ASCII by itself, runs of ASCII between white space as words.
    """
    if unit == "character":
        return re.findall(f"{UNKNOWN}|.", text, re.DOTALL)
    if unit == "chinese":
        text = re.sub(f"({_NOT_ASCII})", r" \1 ", text.replace("\u3000", " "))
    return [token.decode() for token in text.encode().split()]


@keras.saving.register_keras_serializable(package="ganzoo")
class Vocabulary(Serializable):
    """The words that a text model knows, by number.

    Args:
        words: a sequence of different words; token i stands for words[i - 1], token 0 (`PAD`) for none: it starts a text,
            ends it and pads it. Where `UNKNOWN` is among them it stands for every other word.
        unit: how text splits into words, one of `UNITS`.
        ends: whether a text may end before its greatest length; if not, token 0 never occurs within one.

    Example:
        >>> ganzoo.data.Vocabulary(["a", "b"]).encode(["b a b"], length=4)
        array([[2, 1, 2, 0]])
    """

    def __init__(self, words, unit="word", ends=True):
        if unit not in UNITS:
            raise UserError(f"unit must be one of {', '.join(UNITS)}, not {unit!r}")
        self.words = tuple(words)
        self.unit = unit
        self.ends = ends
        self.numbers = {word: number for number, word in enumerate(self.words, 1)}
        if len(self.numbers) != len(self.words):
            raise UserError("a vocabulary's words must differ")
        self.unknown = self.numbers.get(UNKNOWN, -1)
        self._table = None

    @classmethod
    def of(cls, texts, unit="word", size=None, least_count=1):
        """The vocabulary of a corpus, the most frequent words first (ties in order of their code points).

        Args:
            texts: an iterable of strings.
            unit: one of `UNITS`.
            size: the most tokens that it may have, padding and `UNKNOWN` included; None for no limit.
            least_count: words that occur less often are unknown.
        """
        counts = collections.Counter(token for text in texts for token in split_text(text, unit))
        counts.pop(UNKNOWN, None)
        words = [word for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count >= least_count]
        return cls([UNKNOWN, *words[: None if size is None else max(size - 2, 0)]], unit)

    def __len__(self):
        """How many tokens there are, the padding included."""
        return len(self.words) + 1

    def encode(self, texts, length):
        """Texts as int64 [N, length], padded with 0.

        Raises:
            UserError: a text has more tokens than `length`, or a word that the vocabulary lacks while it has no `UNKNOWN`.
        """
        tokens = np.zeros((len(texts), length), np.int64)
        for row, text in enumerate(texts):
            row_tokens = [self.numbers.get(token, self.unknown) for token in split_text(text, self.unit)]
            if len(row_tokens) > length:
                raise UserError(f"a text has {len(row_tokens)} tokens, more than {length}: {text[:80]!r}")
            if -1 in row_tokens:
                raise UserError(f"the vocabulary has no word {split_text(text, self.unit)[row_tokens.index(-1)]!r}")
            tokens[row, : len(row_tokens)] = row_tokens
        return tokens

    def decode(self, tokens):
        """Tokens, int [N, T], as a list of N strings; a text ends before its first 0."""
        return [text.decode() for text in self.to_text(tf.constant(np.asarray(tokens))).numpy()]

    def to_text(self, tokens):
        """`decode` in a graph: int [N, T] to strings [N]."""
        tokens = tf.cast(tokens, tf.int32)
        inside = tf.math.cumprod(tf.cast(tokens != PAD, tf.int32), axis=1) > 0
        # A blank goes between two tokens that were split at white space.
        spaced = tf.constant([False, *map(self._spaced, self.words)])
        beside = tf.gather(spaced, tokens)
        blank = inside & beside & tf.pad(beside[:, :-1], [[0, 0], [1, 0]])
        pieces = tf.strings.join([tf.where(blank, " ", ""), tf.gather(tf.constant(["", *self.words]), tokens)])
        return tf.strings.reduce_join(tf.where(inside, pieces, ""), axis=1)

    def _spaced(self, word):
        return self.unit == "word" or (self.unit == "chinese" and word.isascii())

    def from_text(self, texts, length):
        """`encode` in a graph: strings [N] to int32 [N, length]; words that it lacks are `UNKNOWN`, or -1 without one.

        Longer texts are cut.
        """
        if self.unit == "character":
            # What is no character is no word either, so it is looked up as one token that is unknown.
            parts = tf.strings.unicode_split(tf.strings.regex_replace(texts, UNKNOWN, _NO_CHARACTER), "UTF-8")
        else:
            if self.unit == "chinese":
                texts = tf.strings.regex_replace(texts, "\u3000", " ")
                texts = tf.strings.regex_replace(texts, f"({_NOT_ASCII})", r" \1 ")
            parts = tf.strings.split(texts)
        return tf.ragged.map_flat_values(self.table.lookup, parts).to_tensor(PAD, shape=[None, length])

    @property
    def table(self):
        """The lookup table from words to tokens that `from_text` uses: an export must carry it."""
        if self._table is None:
            with tf.init_scope():
                initializer = tf.lookup.KeyValueTensorInitializer(
                    tf.constant(self.words), tf.range(1, len(self.words) + 1, dtype=tf.int32)
                )
                self._table = tf.lookup.StaticHashTable(initializer, self.unknown)
        return self._table
