"""Inputs of text: a text file, sentences in memory, a data set of sentences, a model that generates text."""

import collections
from pathlib import Path

import numpy as np

from ganzoo.data.sentences import Sentences
from ganzoo.data.text_files import read_lines
from ganzoo.data.vocabulary import UNKNOWN, split_text
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import Input
from ganzoo.metrics.text.tokens import as_sentences, as_words
from ganzoo.notes import note

_BATCH = 512


class TextInput(Input):
    """Sentences in memory.

    Args:
        sentences: what `tokens.as_sentences` takes.
        name: for tables.
        unit: how strings split into words; see `vocabulary.split_text`.

    Raises:
        UserError: fewer than two sentences, or unreadable ones.
    """

    kind, feature = "array", "text"
    path = None
    _noted_empty = False

    def __init__(self, sentences, name="array", unit="word"):
        self.name, self.unit = str(name), unit
        self._unsplit = sentences if isinstance(sentences, np.ndarray) else list(sentences)
        if not isinstance(sentences, np.ndarray):
            sentences = [split_text(line, unit) if isinstance(line, str) else line for line in self._unsplit]
        self._sentences = as_sentences(sentences, self.name)
        self.size = len(self._sentences)
        self.shape = (max(map(len, self._sentences)),)
        if self.size < 2:
            raise UserError(f"{self.name} holds {self.size} sentence: at least 2 are needed")

    @classmethod
    def of_file(cls, path, unit="word"):
        """The lines of a text file, as `text_files.read_lines` reads them; an empty line is an empty sentence."""
        path = Path(path)
        read = read_lines(path)
        text = cls(read.lines, path.name, unit)
        text.path = path
        for line in read.notes:
            text.note(line)
        return text

    def by_unit(self, unit):
        """The same sentences, where strings are split by another unit."""
        if unit == self.unit:
            return self
        split = TextInput(self._unsplit, self.name, unit)
        split.path = self.path
        return split

    def sentences(self, count, seed=0):
        """`count` sentences, drawn without replacement as a function of `seed`; the whole set keeps its order."""
        if not 1 <= count <= self.size:
            raise UserError(f"{self.name} has {self.size} sentences; {count} were requested")
        self._note_empty()
        if count == self.size:
            return self._sentences
        rows = np.sort(np.random.default_rng([seed, 0x51DE]).choice(self.size, count, replace=False))
        return [self._sentences[row] for row in rows]

    def _note_empty(self):
        """Says how many sentences of a file are empty, once they count: a data set of the same file leaves them out."""
        empty = sum(not sentence for sentence in self._sentences)
        if self.path and empty and not self._noted_empty:
            self._noted_empty = True
            self.note(f"{self.name}: {empty:,} of {self.size:,} lines are empty; they count as sentences without words")

    def halves(self, seed=0):
        """Two disjoint halves, as `TextInput`s."""
        order = np.random.default_rng([seed, 0x4A1F]).permutation(self.size)
        parts = (np.sort(order[: self.size - self.size // 2]), np.sort(order[self.size - self.size // 2 :]))
        halves = zip(parts, ("first", "second"), strict=True)
        return tuple(TextInput([self._sentences[row] for row in part], f"{self.name} ({half} half)") for part, half in halves)


def sentences_of(input, count, seed, vocabulary=None):
    """`count` sentences of an `Input` as words.

    Args:
        input: a `TextInput`, or an `Input` whose examples are int tokens.
        count, seed: as of `Input.examples`.
        vocabulary: the data's `Vocabulary`: its unknown word, if it has one, replaces every word that it lacks.

    Raises:
        UserError: tokens that the vocabulary lacks, or too few sentences.
    """
    if isinstance(input, TextInput):
        sentences = (input.by_unit(vocabulary.unit) if vocabulary else input).sentences(count, seed)
    else:
        tokens, own = np.asarray(input.examples(count, seed)), vocabulary_of(input)
        if own is not None:
            sentences = as_words(tokens, ["", *own.words], input.name)
        else:
            unit = vocabulary.unit if vocabulary else "word"
            sentences = [tuple(split_text(text, unit)) for text in input.sampler.texts(tokens)]
    if vocabulary is None or UNKNOWN not in vocabulary.numbers:
        return sentences
    note_unknown(input.name, sentences, vocabulary)
    known = vocabulary.numbers
    return [tuple(word if word in known else UNKNOWN for word in sentence) for sentence in sentences]


def note_unknown(name, sentences, vocabulary, whose="the real text's"):
    """Notes how many words of some sentences a vocabulary lacks."""
    unknown = [word for sentence in sentences for word in sentence if word not in vocabulary.numbers]
    if unknown:
        words = sum(map(len, sentences))
        share = f"{len(unknown):,} of {words:,} words ({len(unknown) / words:.1%})"
        examples = ", ".join(map(repr, dict(collections.Counter(unknown).most_common(3))))
        note(f"{name}: {share} are not in {whose} vocabulary and count as unknown, such as {examples}")


def vocabulary_of(input):
    """The `Vocabulary` of an `Input`'s data set, or of a model's training data; None where there is none."""
    sampler = getattr(input, "sampler", None)
    model = getattr(sampler, "model", None)
    source = getattr(input, "source", None) or getattr(getattr(sampler, "recipe", None), "data", None) or model
    return getattr(source, "vocabulary", None)


def unit_of(input):
    """The unit of a model's text, from its vocabulary or its card; "word" where neither defines one."""
    card = getattr(getattr(input, "sampler", None), "card", None) or {}
    card_unit = (card.get("data") or {}).get("unit", "word")
    return getattr(vocabulary_of(input), "unit", card_unit)


def log_likelihoods(model, sentences, vocabulary):
    """A model's log-likelihood of each sentence, and how many draws each is made of: (float [N], int [N]).

    Args:
        model: a `ModelInput` that `scores_text`.
        sentences: list of sentences of words.
        vocabulary: the `Vocabulary` of the sentences.

    Raises:
        UserError: a sentence is longer than the model's.
    """
    own, sampler, (length,) = vocabulary_of(model), model.sampler, model.shape
    note_unknown("the held-out text", sentences, own or vocabulary, f"{model.name}'s")
    tokens = to_tokens(sentences, own or vocabulary, length, other=-1)
    if own is not None:
        inputs, service = {"tokens": tokens.astype(np.int32)}, "score"
    else:
        inputs, service = {"text": np.array(vocabulary.decode(np.maximum(tokens, 0)))}, "score_text"
    batches = []
    for start in range(0, len(tokens), _BATCH):
        batch = {name: values[start : start + _BATCH] for name, values in inputs.items()}
        batches.append(sampler.serve(service, **batch)["log_likelihood"])
    return np.concatenate(batches).astype(np.float64), draws(tokens != 0, (own or vocabulary).ends)


def scores_text(model):
    """Whether an `Input` is a model that computes the likelihood of a text."""
    services = getattr(getattr(model, "sampler", None), "services", None) or {}
    return {"score", "score_text"} <= set(services)


def to_tokens(sentences, vocabulary, length=None, other=None):
    """Words as int64 tokens [N, T], padded with 0.

    Args:
        sentences: list of sentences of words.
        vocabulary: a `Vocabulary`.
        length: T; that of the longest sentence by default.
        other: the token for words that the vocabulary lacks, where it has no unknown word; the first unused token by default.

    Raises:
        UserError: a sentence is longer.
    """
    longest = max(map(len, sentences))
    length = length or longest
    if longest > length:
        raise UserError(f"a sentence has {longest} words, more than {length}")
    if vocabulary.unknown > 0:
        other = vocabulary.unknown
    elif other is None:
        other = len(vocabulary)
    tokens = np.zeros((len(sentences), length), np.int64)
    for row, sentence in enumerate(sentences):
        tokens[row, : len(sentence)] = [vocabulary.numbers.get(word, other) for word in sentence]
    return tokens


def draws(inside, ends):
    """How many draws each text is made of, given where its tokens are, bool [N, T]: with its end, if that is within T."""
    words = inside.sum(axis=1)
    return np.minimum(words + 1, inside.shape[1]) if ends else words


def data_source(input):
    """The source of sentences of an `Input` of real data, or None; a text file becomes a data set of two splits."""
    if getattr(input, "path", None):
        return Sentences(str(input.path), unit=input.unit)
    source = getattr(input, "source", None)
    return source if getattr(source, "feature", None) == "text" else None
