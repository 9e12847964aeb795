"""Embeddings of sentences without a network: latent semantic analysis of n-grams, or the mean of given word vectors."""

import hashlib
from pathlib import Path

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from ganzoo.data.word_vectors import read_vectors
from ganzoo.errors import UserError
from ganzoo.evaluation.features.base import Extracted, Extractor
from ganzoo.notes import counted, note

DIMENSION = 64
_MOST_NGRAMS = 50_000


class Embedding(Extractor):
    """An extractor of sentences; `embedding(sentences)` gives the vectors alone."""

    def __call__(self, sentences):
        """Vectors float64 [N, dimension] of a list of sentences."""
        raise NotImplementedError

    def extract(self, sentences, progress=None):
        return Extracted(self(sentences))


class NgramSVD(Embedding):
    """Latent semantic analysis of a reference text: tf-idf of its words and word pairs, reduced by an SVD.

    Term frequencies count as 1 + log, vectors have length 1 before the SVD. It sees the words and
    word pairs of a sentence, and little more of their order.

    Args:
        sentences: the reference text, a list of sentences.
        dimension: of the vectors; fewer where the text has fewer different n-grams.
        orders: (least, greatest) n.
        seed: of the randomised SVD.

    Attributes:
        name: "ngram-svd".
        dimension: of the vectors.
        explained: share of the tf-idf vectors' variance that the SVD keeps.

    Raises:
        UserError: too little text.

    Reference: Deerwester et al. 1990.
    """

    name = "ngram-svd"
    layer = "svd"

    def __init__(self, sentences, dimension=DIMENSION, orders=(1, 2), seed=0):
        self._vectorizer = TfidfVectorizer(
            analyzer=lambda sentence: list(_grams(sentence, orders)), sublinear_tf=True, max_features=_MOST_NGRAMS
        )
        self.orders, self.seed = tuple(orders), seed
        try:
            vectors = self._vectorizer.fit_transform(sentences)
        except ValueError as error:
            raise UserError("an n-gram embedding needs text: the reference holds empty sentences only") from error
        self.dimension = min(dimension, vectors.shape[1] - 1, vectors.shape[0])
        if self.dimension < 1:
            raise UserError("an n-gram embedding needs a text with two different n-grams")
        with np.errstate(invalid="ignore"):  # of one sentence again and again there is no variance to share
            self._svd = TruncatedSVD(self.dimension, random_state=seed).fit(vectors)
        self.explained = float(np.nan_to_num(self._svd.explained_variance_ratio_, nan=1.0 / self.dimension).sum())
        self._fitted_on = text_digest(sentences)
        self.sha256 = hashlib.sha256(np.round(self._svd.components_, 6).tobytes()).hexdigest()
        self.preprocessing = f"tf-idf of n-grams {self.orders} of the text {self._fitted_on}, seed {seed}"

    def __call__(self, sentences):
        return self._svd.transform(self._vectorizer.transform(sentences))

    def record(self):
        """Its entry in a protocol, JSON-ready."""
        return {
            "name": self.name,
            "layer": self.layer,
            "dimension": self.dimension,
            "orders": list(self.orders),
            "seed": self.seed,
            "fitted_on": self._fitted_on,
            "accuracy": None,
            "explained": round(self.explained, 4),
            "sha256": self.sha256,
        }


class MeanOfVectors(Embedding):
    """The mean of the vectors of a sentence's words, read from a file as GloVe's: a word and its numbers a line.

    Words without a vector are left out; a sentence without known words is the zero vector.

    Args:
        path: the file, UTF-8.
        words: the only words to read; all by default.

    Attributes:
        name: "vectors-" and the file's stem.
        dimension: of the vectors.
        vectors: {word: float32 [dimension]}.

    Raises:
        UserError: no such file, or a line without a vector of the same dimension.

    Reference: Pennington et al., GloVe, EMNLP 2014.
    """

    layer = "mean"

    def __init__(self, path, words=None):
        path = Path(path)
        self.name = f"vectors-{path.stem}"
        self.vectors, self.sha256 = read_vectors(path, words)
        self.preprocessing = f"words without a vector left out; vectors of the words {text_digest([sorted(self.vectors)])}"
        self.dimension = len(next(iter(self.vectors.values())))

    def __call__(self, sentences):
        words = [word for sentence in sentences for word in sentence]
        if lacking := sum(word not in self.vectors for word in words):
            share = f"{lacking:,} of {counted(len(words), 'word')} ({lacking / len(words):.1%})"
            note(f"{self.name}: {share} have no vector: left out")
        means = np.zeros((len(sentences), self.dimension))
        for row, sentence in enumerate(sentences):
            known = [self.vectors[word] for word in sentence if word in self.vectors]
            if known:
                means[row] = np.mean(known, axis=0, dtype=np.float64)
        return means

    def record(self):
        """Its entry in a protocol, JSON-ready."""
        return {
            "name": self.name,
            "layer": self.layer,
            "dimension": self.dimension,
            "accuracy": None,
            "words": len(self.vectors),
            "sha256": self.sha256,
        }


def choose_embedding(spec, sentences, seed=0):
    """The embedding that `--extractor` names, fitted to sentences.

    Args:
        spec: "auto", "ngram-svd", "ngram-svd:DIMENSION", "vectors:PATH", or an embedding.
        sentences: the reference text.
        seed: of the fit.

    Raises:
        UserError: none of these.
    """
    if isinstance(spec, Extractor):
        return spec
    name, _, option = str(spec).partition(":")
    if name == "vectors" and option:
        return MeanOfVectors(option, {word for sentence in sentences for word in sentence})
    if name in ("auto", "ngram-svd") and (not option or option.isdigit()):
        return NgramSVD(sentences, int(option or DIMENSION), seed=seed)
    raise UserError(f"an embedding of text is ngram-svd, ngram-svd:DIMENSION or vectors:PATH, not {spec}")


def text_digest(sentences):
    """A sha256 that two lists of sentences share only if they are the same."""
    digest = hashlib.sha256()
    for sentence in sentences:
        digest.update("\x1f".join(map(str, sentence)).encode() + b"\n")
    return digest.hexdigest()


def _grams(sentence, orders):
    for n in range(orders[0], orders[1] + 1):
        for start in range(len(sentence) - n + 1):
            yield tuple(sentence[start : start + n])
