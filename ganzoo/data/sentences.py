"""Texts as a data set: from a grammar, from an oracle, or from any text file, one sentence a line."""

import hashlib
from pathlib import Path

import numpy as np

from ganzoo.data import registry
from ganzoo.data.oracle import Oracle
from ganzoo.data.source import Fabricated, NamedSource, checked_take
from ganzoo.data.text_files import read_lines
from ganzoo.data.vocabulary import PAD, UNITS, UNKNOWN, Vocabulary, split_text
from ganzoo.errors import UserError
from ganzoo.notes import counted

# What is drawn of a grammar or an oracle, and from which seed.
EXAMPLES = {"train": 10_000, "test": 10_000}
SEEDS = {"train": 0, "test": 1}
# What decides which sentences of a file are which tokens, with its defaults: a grammar or an oracle takes none of it.
OF_FILES = {"unit": "word", "vocabulary_size": None, "least_count": 1, "held_out": 0.1, "seed": 0}
# Words and length of a file's texts while the file is absent: enough to build a model for a smoke run.
STAND_IN_WORDS, STAND_IN_LENGTH = 100, 20


class Sentences(NamedSource):
    """Texts as tokens: batches carry `text` int64 [B, T], padded with 0.

    Args:
        name: an embedded set of text, such as "grammar", sentences of a small English grammar, or "oracle_text", texts of
            an `Oracle`; or the path of a text file, one sentence a line: see `text_files.read_lines`.
        split: "train" or "test".
        unit: how a file's lines split into tokens: "word", "character" or "chinese"; see `vocabulary.split_text`.
        vocabulary_size: the most tokens of a file's vocabulary, the most frequent first; the rest are unknown.
        least_count: words that are rarer in the file's training part are unknown.
        length: T, the most tokens of a file's sentence; longer ones are left out. That of the longest by default.
            Of an oracle that is drawn or loaded here, the tokens of every text, 20 by default.
        held_out: the share of a file's sentences that make the split "test".
        seed: decides which.
        oracle: for "oracle_text" an `Oracle`, or the path of one's parameters; one of 5,000 words by default.
        take: only the first so many sentences.

    Attributes:
        vocabulary: the `Vocabulary`.
        truth: the true distribution, such as a `Grammar` or an `Oracle`; None of a file. It has a `vocabulary`, a `length`,
            `sample(count, seed)`, `log_likelihood(tokens)` [N], and perhaps `grammatical(tokens)` [N].

    Raises:
        UserError: arguments that make no sense, a file with too few sentences. A file that is absent is an error only where
            its sentences are needed.

    Example:
        >>> next(iter(ganzoo.data.Sentences("grammar").batches(64, seed=0)))["text"].shape
        TensorShape([64, 15])
    """

    feature = "text"
    splits = ("train", "test")

    def __init__(
        self,
        name,
        split="train",
        unit="word",
        vocabulary_size=None,
        least_count=1,
        length=None,
        held_out=0.1,
        seed=0,
        oracle=None,
        take=None,
    ):
        if split not in EXAMPLES:
            raise UserError(f"texts have the splits {', '.join(EXAMPLES)}, not {split!r}")
        if unit not in UNITS:
            raise UserError(f"unit must be one of {', '.join(UNITS)}, not {unit!r}")
        if vocabulary_size is not None and vocabulary_size < 3:
            raise UserError(f"vocabulary_size counts the padding, the unknown word and others, not {vocabulary_size}")
        if length is not None and (not isinstance(length, int) or length < 1):
            raise UserError(f"length is a positive number of tokens, not {length!r}")
        if not 0.0 < held_out < 1.0:
            raise UserError(f"held_out is a share between 0 and 1, not {held_out}")
        if oracle is not None and name != "oracle_text":
            raise UserError(f"an oracle is for the texts called oracle_text, not for {name}")
        self.name, self.split, self.unit = name, split, unit
        self.vocabulary_size, self.least_count, self.length = vocabulary_size, least_count, length
        self.held_out, self.seed, self.oracle, self.take = held_out, seed, oracle, checked_take(take)
        self._arrays = self.truth = self._lines = None
        known = registry.find(name)
        if known and known.truth:
            self.truth = self._oracle() if known.truth is Oracle else known.truth()
        elif Path(name).is_file():
            self._read()
        else:
            words = min(vocabulary_size or STAND_IN_WORDS, STAND_IN_WORDS) - 2
            self.vocabulary = Vocabulary([UNKNOWN, *(f"word{number}" for number in range(words))], unit)
        if self.truth:
            self._refuse_what_is_of_files()
            self.vocabulary = self.truth.vocabulary
            self.length = self.truth.length
        super().__init__((self.length or STAND_IN_LENGTH,))

    def _oracle(self):
        """The `Oracle` that is given, loaded, or drawn."""
        options = {} if self.length is None else {"length": self.length}
        if self.oracle is None:
            return Oracle(**options)
        if not isinstance(self.oracle, (str, Path)):
            return self.oracle
        oracle = Oracle.load(self.oracle, **options)
        self.sha256, self.location = oracle.sha256, Path(self.oracle)
        return oracle

    def _refuse_what_is_of_files(self):
        idle = [name for name, default in OF_FILES.items() if getattr(self, name) != default]
        if self.length not in (None, self.truth.length):
            idle.append("length")
        if idle:
            decides = "its oracle" if isinstance(self.truth, Oracle) else "the grammar"
            raise UserError(f"{self.name} takes no {', '.join(idle)}: {decides} decides that")

    def _read(self):
        """Reads the file: the lines of both splits, and the vocabulary of the training part."""
        read = read_lines(self.name)
        self.location = Path(self.name)
        self.sha256 = hashlib.sha256(read.content).hexdigest()
        sizes = [len(split_text(line, self.unit)) for line in read.lines]
        self.length = self.length or max(sizes, default=0)
        lines = [line for line, size in zip(read.lines, sizes, strict=True) if 0 < size <= self.length]
        for line in [*read.notes, *_left_out(self.name, sizes, self.length)]:
            self.note(line)
        if len(lines) < 2:
            raise UserError(f"{self.name} has {len(lines)} sentences of at most {self.length} tokens; it takes 2 at least")
        order = np.random.default_rng(self.seed).permutation(len(lines))
        tests = min(max(round(self.held_out * len(lines)), 1), len(lines) - 1)
        chosen = {"test": sorted(order[:tests]), "train": sorted(order[tests:])}
        training = [lines[index] for index in chosen["train"]]
        self.vocabulary = Vocabulary.of(training, self.unit, self.vocabulary_size, self.least_count)
        if both := len({*training}.intersection(lines[index] for index in chosen["test"])):
            self.note(f"{self.name}: {counted(both, 'sentence')} of the held-out part also stand in the training part")
        self._lines = [lines[index] for index in chosen[self.split]]

    def require(self):
        """Raises a UserError where the text is an absent file: its vocabulary is made up."""
        if self.truth is None and self._lines is None:
            raise UserError(f"there is no text file {self.name}; name one, a sentence a line, with --set data.name=PATH")

    def split_as(self, split, all_classes=False):
        """The same texts' other split, "train" or "test", `take` of it at most: texts are drawn for as long as one asks."""
        return self.replaced(split=split, oracle=self.truth if isinstance(self.truth, Oracle) else None)

    @property
    def num_examples(self):
        """Number of sentences, known without encoding them."""
        self.require()
        count = EXAMPLES[self.split] if self.truth else len(self._lines)
        return min(count, self.take or count)

    def arrays(self):
        """A dict: `text` int64 [N, T], padded with 0.

        Raises:
            UserError: the file is absent.
        """
        self.require()
        if self._arrays is None:
            if self.truth:
                tokens = self.truth.sample(EXAMPLES[self.split], SEEDS[self.split])
            else:
                tokens = self.vocabulary.encode(self._lines, self.length)
                self._note_unknown(tokens[: self.take])
            self._note_fewer(len(tokens))
            self._arrays = {"text": tokens[: self.take]}
        return self._arrays

    def _note_unknown(self, tokens):
        unknown, words = int((tokens == self.vocabulary.unknown).sum()), int((tokens > PAD).sum())
        if unknown:
            which = f"{unknown:,} of {words:,} tokens of {self.split} ({unknown / words:.1%})"
            self.note(f"{self.name}: {which} are not among the vocabulary's {len(self.vocabulary):,}: read as {UNKNOWN}")

    @property
    def lines(self):
        """A file's sentences as they stand in it, in the order of `arrays`."""
        self.require()
        return self._lines[: self.take]

    def texts(self):
        """All sentences as strings, in the order of `arrays`: of what the vocabulary knows."""
        return self.vocabulary.decode(self.arrays()["text"])

    def describe(self):
        facts = super().describe() | {"vocabulary": len(self.vocabulary), "length": self.length, "take": self.take}
        if isinstance(self.truth, Oracle):
            return facts | {"homepage": "a random LSTM", "oracle": self.truth.describe()}
        if self.truth:
            return facts | {"homepage": "a grammar that ganzoo draws from"}
        return facts | {"unit": self.unit, "least_count": self.least_count, "held_out": self.held_out, "seed": self.seed}

    @classmethod
    def from_description(cls, facts, data_dir=None):
        """The `Sentences` that `describe` told of.

        Raises:
            UserError: it told of an oracle from a file, which is no more.
        """
        if "oracle" in facts:
            facts = facts | {"oracle": Oracle.from_description(facts["oracle"])}
        if "unit" in facts:  # of a file
            facts = facts | {"vocabulary_size": facts["vocabulary"]}
        return super().from_description(facts, data_dir)

    def fabricated(self, count=256, seed=0):
        return FabricatedText(self, count, seed)


def _left_out(name, sizes, length):
    """Lines that say how many sentences of a file are not read, given how many tokens each has, and the most that are read."""
    blank, longer = sizes.count(0), [size for size in sizes if size > length]
    lines = counted(len(sizes), "line")
    if blank:
        yield f"{name}: {blank:,} of {lines} are blank: left out"
    if longer:
        yield f"{name}: {len(longer):,} of {lines} have more than {counted(length, 'token')} (up to {max(longer):,}): left out"


class FabricatedText(Fabricated):
    """Random texts in the likeness of another source: every word equally likely, every length where texts end."""

    def __init__(self, like, count, seed):
        super().__init__(like, count, seed)
        self.vocabulary = like.vocabulary
        self.truth = None

    def arrays(self):
        rng = np.random.default_rng(self.seed)
        tokens = rng.integers(1, len(self.vocabulary), (self.count, *self.shape))
        if self.vocabulary.ends:
            lengths = rng.integers(1, self.shape[0] + 1, self.count)
            tokens[np.arange(self.shape[0]) >= lengths[:, None]] = 0
        return {"text": tokens}
