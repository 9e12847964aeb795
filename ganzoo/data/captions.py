"""Captions as models read them: words of a fixed vocabulary as numbers, in NumPy, in TensorFlow and in exports."""

import functools
import re

import keras
import numpy as np
import tensorflow as tf

from ganzoo import noise
from ganzoo.checked_tensors import checked
from ganzoo.data.vocabulary import PAD, Vocabulary
from ganzoo.errors import UserError
from ganzoo.serialization import Serializable

NOT_WORDS = "[^a-z0-9']+"  # between words
NOTHING = -1  # an attribute that a caption does not speak of, or that cannot be read off an image


def words_of(text):
    """The words of a caption, in lower case and without punctuation."""
    return [word for word in re.split(NOT_WORDS, text.lower()) if word]


def holds(claims, attributes):
    """Whether all is so that captions claim: bool [N].

    Args:
        claims: of `Captions.claims`, [N, A], or [A] for all.
        attributes: of the images, [N, A]; what is -1 there makes every claim about it false.
    """
    claims, attributes = np.asarray(claims), np.asarray(attributes)
    return ((claims == NOTHING) | (claims == attributes)).all(-1)


@keras.saving.register_keras_serializable(package="ganzoo")
class Captions(Serializable):
    """The captions of a data set, and the reader of its images: what is claimed, and what is there.

    Args:
        words: all words that they use.
        length: words of the longest caption, T.
        bank: captions to draw from where none is given.

    Attributes:
        vocabulary: the words' `Vocabulary`.
        attributes: the names of what captions speak of and images show, A strings.
        attribute_values: the names of each attribute's values, a dict of tuples.
        image_shape: of the images that `parse` reads, such as (16, 16, 3).
    """

    attributes = image_shape = ()
    attribute_values = {}

    def __init__(self, words, length, bank):
        self.vocabulary = Vocabulary(words)
        self.length = length
        self.bank = tuple(bank)

    @property
    def words(self):
        """All words that they use, a tuple."""
        return self.vocabulary.words

    def claims(self, text):
        """What a caption says of each attribute of the images, int64 [A]; -1 where it says nothing.

        Raises:
            UserError: a caption that cannot be read.
        """
        raise NotImplementedError

    def parse(self, images):
        """What each image shows, uint8 [N, *image_shape] to int64 [N, A]; -1 where it shows nothing that can be read."""
        raise NotImplementedError

    def matches(self, images, texts):
        """Whether each image shows what its caption says: bool [N].

        Args:
            images: uint8 [N, *image_shape].
            texts: N strings.

        Raises:
            UserError: a caption that cannot be read.
        """
        return holds(np.stack([self.claims(text) for text in texts]), self.parse(images))

    @property
    def _rules(self):
        return (
            f"a caption may use the words {' '.join(self.vocabulary.words)}; not",
            f"a caption has at most {self.length} words, not",
        )

    def encode(self, texts):
        """Token numbers int64 [N, T] of strings, zeros behind the words.

        Raises:
            UserError: unknown words, or too many.
        """
        split = [words_of(text) for text in texts]
        for words in split:
            unknown = [word for word in words if word not in self.vocabulary.numbers]
            if unknown:
                raise UserError(f"{self._rules[0]} {' '.join(unknown)}")
            if len(words) > self.length:
                raise UserError(f"{self._rules[1]} {len(words)}")
        return self.vocabulary.encode([" ".join(words) for words in split], self.length)

    def tokens(self, texts):
        """`encode` as a graph: strings [N] to int64 [N, T].

        Raises:
            tf.errors.InvalidArgumentError: unknown words, or too many; its message says which.
        """
        words = tf.strings.split(tf.strings.regex_replace(tf.strings.lower(texts), NOT_WORDS, " "))
        numbers = tf.ragged.map_flat_values(self.vocabulary.table.lookup, words)
        unknown, _ = tf.unique(tf.boolean_mask(words.flat_values, numbers.flat_values < 0))
        longest = tf.reduce_max(tf.concat([words.row_lengths(), [0]], 0))
        tokens = tf.cast(numbers.to_tensor(PAD, shape=[None, self.length]), tf.int64)
        tokens = checked(tokens, tf.size(unknown) == 0, [self._rules[0], tf.strings.reduce_join(unknown, separator=" ")])
        return checked(tokens, longest <= self.length, [self._rules[1], longest])

    @functools.cached_property
    def _bank(self):
        with tf.init_scope():  # made once, it is in an export once, however many signatures draw from it
            return tf.constant(self.bank)

    def draw(self, count, seed, first=0):
        """Captions number first .. first + count - 1 of the endless sequence that `seed` names, strings [count]."""

        def numbers(shape, seed):
            return noise.uniform(shape, seed, 0, len(self.bank), tf.int32)

        return tf.gather(self._bank, noise.sample_rows(numbers, count, (), seed, first, purpose="captions"))


@keras.saving.register_keras_serializable(package="ganzoo")
class OwnCaptions(Captions):
    """The captions of a user's own images: what words they use, and some of them. Nothing here knows what they claim.

    Args:
        words, length, bank: as of `Captions`.
    """

    def claims(self, text):
        return np.empty(0, np.int64)

    def parse(self, images):
        return np.empty((len(images), 0), np.int64)


def captions_of(source):
    """The captions of a source of images, a `Captions`, such as a recipe gives to its networks and its family.

    Raises:
        UserError: it has none.
    """
    if source.captions is None:
        raise UserError(f"{source.name} has no captions: GANCLS trains on CaptionedImages or a CaptionedFolder")
    return source.captions
