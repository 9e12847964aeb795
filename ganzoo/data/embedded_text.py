"""TFDS builders of texts: those that need no download, and any text file; they hold what `Sentences` gives."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from ganzoo.data import grammar, sentences
from ganzoo.data.oracle import Oracle
from ganzoo.data.registry import embedded
from ganzoo.errors import UserError


def file_digest(path, what):
    """The sha256 of a file's content so far, to go on with.

    Raises:
        UserError: there is no such file.
    """
    if not Path(path).is_file():
        raise UserError(f"there is no {what} {path}")
    return hashlib.sha256(Path(path).read_bytes())


@embedded("text: sentences of a small English grammar", source=sentences.Sentences, truth=grammar.Grammar)
class Grammar(tfds.core.GeneratorBasedBuilder):
    """Sentences of 4 to 15 words from a probabilistic grammar of English; a few of them occur more than once."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self, description=self.__doc__, features=tfds.features.FeaturesDict({"text": tfds.features.Text()})
        )

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in sentences.EXAMPLES}

    def _generate_examples(self, split):
        for index, text in enumerate(sentences.Sentences("grammar", split).texts()):
            yield index, {"text": text}


@dataclasses.dataclass(kw_only=True)
class OracleTextConfig(tfds.core.BuilderConfig):
    """Which oracle draws the texts: its own arguments, and how many texts there are of each split.

    Args:
        vocabulary_size, length, embedding, hidden, seed: as of `Oracle`.
        parameters: an .npz file of parameters instead, which `Oracle.load` reads: of the others only `length` counts then.
            The name tells the file's content.
        examples: texts of each split, at most; all 10,000 by default.
    """

    name: str = ""
    vocabulary_size: int = 5000
    length: int = 20
    embedding: int = 32
    hidden: int = 32
    seed: int = 0
    parameters: str | None = None
    examples: int | None = None

    def __post_init__(self):
        if self.parameters:
            content = file_digest(self.parameters, "file of parameters")
            which = f"{Path(self.parameters).stem}-{self.length}-{content.hexdigest()[:12]}"
        else:
            which = f"{self.vocabulary_size}x{self.length}-{self.embedding}-{self.hidden}-seed{self.seed}"
        self.name = self.name or which + (f"-{self.examples}" if self.examples else "")

    def oracle(self):
        if self.parameters:
            return Oracle.load(self.parameters, self.length)
        return Oracle(self.vocabulary_size, self.length, self.embedding, self.hidden, self.seed)


@embedded("text: 20 tokens from a random LSTM, words 1 to 5,000", source=sentences.Sentences, truth=Oracle)
class OracleText(tfds.core.GeneratorBasedBuilder):
    """Texts from an LSTM with random parameters, as tokens 1 to the size of its vocabulary."""

    VERSION = tfds.core.Version("1.0.0")
    BUILDER_CONFIGS = [OracleTextConfig(name="default")]

    def _info(self):
        shape = (self.builder_config.length,)
        return tfds.core.DatasetInfo(
            builder=self,
            description=self.__doc__,
            features=tfds.features.FeaturesDict({"text": tfds.features.Tensor(shape=shape, dtype=np.int64)}),
            homepage="https://arxiv.org/abs/1609.05473",
        )

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in sentences.EXAMPLES}

    def _generate_examples(self, split):
        config = self.builder_config
        source = sentences.Sentences("oracle_text", split, oracle=config.oracle(), take=config.examples)
        for index, tokens in enumerate(source.arrays()["text"]):
            yield index, {"text": tokens}


@dataclasses.dataclass(kw_only=True)
class TextFileConfig(tfds.core.BuilderConfig):
    """Which text file, and how its sentences become tokens; it is named by the file's name and all that decides the tokens.

    Args:
        file: a text file in UTF-8, one sentence a line.
        unit, vocabulary_size, least_count, length, held_out, seed: as of `Sentences`.
    """

    name: str = ""
    file: str
    unit: str = "word"
    vocabulary_size: int | None = None
    least_count: int = 1
    length: int | None = None
    held_out: float = 0.1
    seed: int = 0

    def __post_init__(self):
        content = file_digest(self.file, "text file")
        content.update(repr(sorted(self.options().items())).encode())
        self.name = self.name or f"{Path(self.file).stem}-{self.unit}-{content.hexdigest()[:12]}"

    def options(self):
        names = ("unit", "vocabulary_size", "least_count", "length", "held_out", "seed")
        return {name: getattr(self, name) for name in names}

    def source(self, split="train"):
        """The `Sentences` of a split."""
        return sentences.Sentences(str(self.file), split, **self.options())


class TextFile(tfds.core.GeneratorBasedBuilder):
    """Sentences of a text file, as they stand and as tokens padded with 0; `info.metadata["words"]` are the words of 1, 2, ...

    Its configuration is a `TextFileConfig` of the file.
    """

    name = "sentences"
    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        if self.builder_config is None:
            raise UserError("which file's sentences? give config=TextFileConfig(file=PATH)")
        source = self.builder_config.source()
        return tfds.core.DatasetInfo(
            builder=self,
            description=self.__doc__,
            features=tfds.features.FeaturesDict(
                {"sentence": tfds.features.Text(), "text": tfds.features.Tensor(shape=source.shape, dtype=np.int64)}
            ),
            metadata=tfds.core.MetadataDict(words=list(source.vocabulary.words), unit=source.unit),
        )

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in sentences.EXAMPLES}

    def _generate_examples(self, split):
        source = self.builder_config.source(split)
        for index, (line, tokens) in enumerate(zip(source.lines, source.arrays()["text"], strict=True)):
            yield index, {"sentence": line, "text": tokens}
