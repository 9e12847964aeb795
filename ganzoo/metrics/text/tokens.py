"""Conversion of text to sentences of tokens, and of their n-grams to numbers."""

import numpy as np

from ganzoo.errors import UserError

PADDING = 0


def as_sentences(text, name="text"):
    """Sentences as a list of tuples of tokens.

    Args:
        text: int tokens [N, T], padded with 0 at the end; or a list of strings, split at white space, or of sequences of
            tokens of one kind (integers or words).
        name: for messages.

    Raises:
        UserError: no sentences, another shape, or a 0 within a padded sentence.
    """
    if isinstance(text, np.ndarray):
        if text.ndim != 2 or text.dtype.kind not in "iu":
            raise UserError(f"{name} must be int tokens [N, T] padded with 0, not {text.dtype} {text.shape}")
        lengths = (text != PADDING).sum(axis=1)
        if not (text == PADDING)[np.arange(text.shape[1]) >= lengths[:, None]].all():
            raise UserError(f"{name} holds the padding, 0, within a sentence: a sentence must end before its first 0")
        sentences = [tuple(row[:length]) for row, length in zip(text.tolist(), lengths.tolist(), strict=True)]
    else:
        sentences = [tuple(sentence.split()) if isinstance(sentence, str) else tuple(sentence) for sentence in text]
    if not sentences:
        raise UserError(f"{name} holds no sentences")
    return sentences


def as_words(tokens, vocabulary, name="text"):
    """Int tokens [N, T] as sentences of words.

    Args:
        tokens: int [N, T], padded with 0 at the end.
        vocabulary: the words by token; that of the padding does not matter.
        name: for messages.

    Raises:
        UserError: a token without a word.
    """
    tokens = np.asarray(tokens)
    if tokens.size and not 0 <= tokens.min() <= tokens.max() < len(vocabulary):
        raise UserError(f"{name} has tokens from {tokens.min()} to {tokens.max()}: its vocabulary has {len(vocabulary)} words")
    words = list(vocabulary)
    return [tuple(words[token] for token in sentence) for sentence in as_sentences(tokens, name)]


def ngrams(corpora, order):
    """The n-grams of several corpora, numbered consistently across all of them.

    Args:
        corpora: lists of sentences.
        order: the greatest n.

    Returns:
        A list by n = 1 .. order, and in it by corpus, of (sentence, ids): for each n-gram the index of its sentence, and a
        number that equal n-grams share; in the order of the text.
    """
    numbers = {}
    sentences = [sentence for corpus in corpora for sentence in corpus]
    flat = np.array([numbers.setdefault(token, len(numbers)) for sentence in sentences for token in sentence], np.int64)
    lengths = np.array([len(sentence) for sentence in sentences], np.int64)
    row = np.repeat(np.arange(len(lengths)), lengths)
    left = np.cumsum(lengths)[row] - np.arange(len(flat))  # tokens from here to the sentence's end
    firsts = np.cumsum([0, *(len(corpus) for corpus in corpora)])
    places, ids, by_order = np.arange(len(flat)), flat, []
    for n in range(1, order + 1):
        if n > 1:
            inside = left[places] >= n
            places, ids = places[inside], ids[inside]
            ids = np.unique(ids * len(numbers) + flat[places + n - 1], return_inverse=True)[1]
        edges = np.searchsorted(row[places], firsts)
        spans = zip(edges[:-1], edges[1:], firsts[:-1], strict=True)
        by_order.append([(row[places[a:b]] - first, ids[a:b]) for a, b, first in spans])
    return by_order


def counted(row, ids):
    """How often each row holds each id: (row, id, count) of the pairs that occur, ordered by row."""
    span = int(ids.max()) + 1 if len(ids) else 1
    pairs, counts = np.unique(row * span + ids, return_counts=True)
    return pairs // span, pairs % span, counts
