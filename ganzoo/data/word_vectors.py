"""Vectors of words that are there before training: read from a file in GloVe's format, or made from a corpus' own counts.

A source of vectors is called with a text, anything with a `vocabulary` (and `arrays()` where it counts), and returns
float32 [V, d], one row a token; row 0, the padding's, and those of words without a vector are 0.
"""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np

from ganzoo.errors import UserError
from ganzoo.notes import counted, note

# The standard deviation of GloVe's numbers, which vectors from counts are brought to.
GLOVE_DEVIATION = 0.38


def read_vectors(path, words=None):
    """Reads a file as GloVe's: a word and its numbers a line, parted by spaces; word2vec's first line is passed over.

    The first line tells the dimension, so that a word may hold spaces itself, as some of GloVe's do.

    Args:
        path: the file, UTF-8.
        words: the only words to keep; all by default.

    Returns:
        A dict from word to float32 [d], and the file's sha256.

    Raises:
        UserError: no such file, or a line that holds no vector of the same dimension.
    """
    vectors, digest = {}, hashlib.sha256()
    wanted = None if words is None else set(words)
    try:
        with Path(path).open("rb") as file:
            for number, line in enumerate(file, 1):
                digest.update(line)
                line = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip()
                if number == 1:
                    word, *numbers = line.split(" ")
                    dimension = len(numbers)
                    if dimension == 1 and word.isdigit():  # word2vec's text format starts with counts
                        dimension = int(numbers[0])
                        continue
                word, *numbers = line.rsplit(" ", dimension)
                first, *more = word.split(" ")
                if more and (wanted is None or first in wanted) and all(map(_is_number, more)):
                    word, numbers = first, more + numbers  # a line of too many numbers, not a word with spaces
                if wanted is None or word in wanted:
                    vectors[word] = np.array(numbers, np.float32)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:  # an UnicodeDecodeError too
        raise UserError(f"{path}, line {number}: not a word and its numbers, parted by spaces") from error
    sizes = {len(vector) for vector in vectors.values()}
    if len(sizes) != 1 or 0 in sizes:
        raise UserError(f"{path} must hold vectors of one dimension for words of the text; it has {sorted(sizes) or 'no'}")
    return vectors, digest.hexdigest()


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


@dataclasses.dataclass(frozen=True)
class GloVe:
    """Vectors from a file in GloVe's format.

    Args:
        path: the file, UTF-8: a word and its numbers a line.

    Raises:
        UserError: when called: no such file, or none of the text's words in it.

    Reference: Pennington, Socher, Manning 2014, "GloVe: Global Vectors for Word Representation", EMNLP.
    """

    path: str

    def __call__(self, text):
        vectors, _ = read_vectors(self.path, text.vocabulary.words)
        rows = np.zeros((len(text.vocabulary), len(next(iter(vectors.values())))), np.float32)
        if lacking := len(rows) - 1 - len(vectors):
            note(f"{self.path}: {lacking:,} of {counted(len(rows) - 1, 'word')} have no vector there: they begin at zero")
        for word, vector in vectors.items():
            rows[text.vocabulary.numbers[word]] = vector
        return rows


@dataclasses.dataclass(frozen=True)
class Cooccurrences:
    """Vectors from which words stand near which in the text's own sentences, for a text whose words no file has.

    The positive pointwise mutual information of each word with the words at each place up to `window` before and after it,
    its largest singular directions times the roots of their values. A text of an absent file gives zeros.

    Args:
        size: d, a vector's dimension, smaller than the vocabulary.
        window: how far a neighbour may be.

    Reference: Levy, Goldberg 2014, "Neural Word Embedding as Implicit Matrix Factorization", NIPS.
    """

    size: int = 16
    window: int = 2

    def __post_init__(self):
        if self.size < 1 or self.window < 1:
            raise UserError(f"vectors from counts need a positive size and window, not {self.size} and {self.window}")

    def __call__(self, text):
        from scipy import sparse  # a tenth of a second, which only vectors from counts take
        from scipy.sparse import linalg

        count = len(text.vocabulary)
        if self.size >= count:
            raise UserError(f"{count} tokens do not give vectors of {self.size} dimensions: choose a smaller size")
        try:
            tokens = text.arrays()["text"]
        except UserError:
            return np.zeros((count, self.size), np.float32)
        # Whether a neighbour comes before or after tells much of a word, so the places are counted apart.
        places = [place for distance in range(1, self.window + 1) for place in (-distance, distance)]
        counts = sparse.hstack([neighbours(tokens, place, count) for place in places], "coo")
        by_word, by_neighbour = (np.asarray(counts.sum(axis)).ravel() for axis in (1, 0))
        ratios = counts.data * counts.data.sum() / by_word[counts.row] / by_neighbour[counts.col]
        information = sparse.csr_matrix((np.maximum(np.log(ratios), 0.0), (counts.row, counts.col)), counts.shape)
        # A fixed start makes the same text give the same vectors.
        left, values, _ = linalg.svds(information, self.size, v0=np.ones(count), return_singular_vectors="u")
        rows = left * np.sqrt(values)
        rows[0] = 0.0  # but for rounding it is
        return (rows * GLOVE_DEVIATION / rows[1:].std()).astype(np.float32)


def neighbours(tokens, place, count):
    """How often each word has each token so many places after it, before it if `place` is negative: sparse [V, V].

    Beyond a text's beginning and after its end there is padding, which is a neighbour but no word.
    """
    from scipy import sparse

    beyond = np.zeros((len(tokens), abs(place)), tokens.dtype)
    beside = [beyond, tokens[:, :place]] if place < 0 else [tokens[:, place:], beyond]
    words, others = tokens.ravel(), np.concatenate(beside, axis=1).ravel()
    pairs = (words[words > 0], others[words > 0])
    counts = sparse.coo_matrix((np.ones(len(pairs[0])), pairs), (count, count))
    counts.sum_duplicates()
    return counts
