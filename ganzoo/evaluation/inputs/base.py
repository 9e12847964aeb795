"""The inputs of an evaluation: a model, a data set, or an array of examples. `opening` opens one from a path."""

import copy
import hashlib
from pathlib import Path

import numpy as np

from ganzoo.bars import progress_of
from ganzoo.data.scaling import to_uint8
from ganzoo.errors import UserError
from ganzoo.evaluation.cache import digest, digest_array, digest_files
from ganzoo.evaluation.room import IN_MEMORY, room
from ganzoo.notes import Noted, counted
from ganzoo.serving.batches import BatchSampler
from ganzoo.serving.draws import drawn
from ganzoo.serving.family import FamilySampler
from ganzoo.serving.sampling import RunSampler
from ganzoo.zoo import newest_version

ROWS = 1024  # copied in one go
SAMPLE_VERSION = 3  # increased when the same model and seed give other samples


class Input(Noted):
    """A source of examples for an evaluation.

    Attributes:
        kind: "model", "data" or "array".
        name: short, for tables.
        feature: "image", "point" or "text".
        shape: one example's shape.
        size: how many different examples there are; None where unlimited, as for a model.
        labelled: whether `labels` gives any.
        captioned: whether `captions` gives any.
        notes: how it was read, such as a value range that was guessed, a line each.
    """

    kind = name = ""
    feature = "image"
    shape = ()
    size = None
    labelled = captioned = False

    def examples(self, count, seed=0):
        """`count` examples: uint8 images [count, H, W, C], float32 points [count, 2], or int64 tokens [count, T] of texts.

        From a finite set they are drawn without replacement, as a function of `seed`; the whole set keeps its order.

        Raises:
            UserError: there are fewer.
        """
        raise NotImplementedError

    def available(self, count):
        """How many of `count` examples there are."""
        return count if self.size is None else min(count, self.size)

    def labels(self, count, seed=0):
        """The labels int64 [count] of `examples(count, seed)`, or None."""
        return None

    def captions(self, count, seed=0):
        """The captions of `examples(count, seed)`, a list of strings, or None."""
        return None

    def key(self, count, seed=0):
        """A sha256 of what determines `examples(count, seed)`; None where only the examples themselves do."""
        return None

    def identity(self, count, seed=0):
        """A sha256 that two sets of examples share only if they are the same."""
        return self.key(count, seed) or digest_array(self.examples(count, seed))

    def describe(self):
        """Its entry in a protocol, JSON-ready."""
        return {"kind": self.kind, "name": self.name}


class ArrayInput(Input):
    """Examples in memory.

    Args:
        examples: uint8 images [N, H, W, C] or float32 points [N, 2].
        name: for tables.
        labels: int [N] or None.
    """

    kind = "array"

    def __init__(self, examples, name="array", labels=None):
        self.name = str(name)
        self.feature = "image" if examples.ndim == 4 else "point"
        self.shape, self.size = tuple(examples.shape[1:]), len(examples)
        self._examples, self._labels = examples, None if labels is None else np.asarray(labels, np.int64)
        self.labelled = labels is not None
        if self.size < 2:
            raise UserError(f"{self.name} holds {counted(self.size, 'example')}: at least 2 are needed")
        if self._labels is not None and len(self._labels) != self.size:
            raise UserError(f"{self.name} holds {self.size} examples and {len(self._labels)} labels")

    def _chosen(self, count, seed):
        if not 1 <= count <= self.size:
            raise UserError(f"{self.name} has {self.size} examples; {count} were requested")
        if count == self.size:
            return slice(None)
        return np.sort(np.random.default_rng([seed, 0x51DE]).choice(self.size, count, replace=False))

    def examples(self, count, seed=0):
        return gathered(self._examples, self._chosen(count, seed))

    def labels(self, count, seed=0):
        return self._labels[self._chosen(count, seed)] if self.labelled else None

    def some(self, rows, name, labels):
        """Some rows, an index, as an input of that name and with these labels."""
        return ArrayInput(np.asarray(self._examples[rows]), name, labels)

    def halves(self, seed=0):
        """Two disjoint halves, as `ArrayInput`s; equal examples are in one of them, as far as there are four different ones.

        Raises:
            UserError: there are fewer than four examples.
        """
        if self.size < 4:
            raise UserError(f"{self.name} holds {counted(self.size, 'example')}: two halves of it need at least 4")
        parts = halves_of(self._examples, seed)
        labels = self._labels
        return tuple(
            self.some(part, f"{self.name} ({half} half)", None if labels is None else labels[part])
            for part, half in zip(parts, ("first", "second"), strict=True)
        )


def gathered(examples, rows):
    """Some rows, a slice or indices, of an array: itself where it is contiguous, copied into a file where they are many."""
    if isinstance(rows, slice) or examples[:1].nbytes * len(rows) <= IN_MEMORY:
        return np.ascontiguousarray(examples[rows])
    out = room((len(rows), *examples.shape[1:]), examples.dtype)
    for start in range(0, len(rows), ROWS):
        out[start : start + ROWS] = examples[rows[start : start + ROWS]]
    return out


class FeaturesInput(ArrayInput):
    """Features that were computed elsewhere, in the place of examples.

    Args:
        rows: float32 [N, d + K], features and class probabilities; K may be 0.
        name: for tables.
        dimension: d.
        made_by: what made them, a dict of strings: `name`, `layer` and `sha256`, those that are known.
        labels: int [N] or None.
        held_out: the `FeaturesInput` of held-out data that belongs to them, or None.
    """

    def __init__(self, rows, name, dimension, made_by, labels=None, held_out=None):
        super().__init__(rows, name, labels)
        self.dimension, self.made_by, self.held_out = dimension, made_by, held_out

    def some(self, rows, name, labels):
        return FeaturesInput(np.asarray(self._examples[rows]), name, self.dimension, self.made_by, labels)


def digests(examples):
    """A digest of each example, a list of bytes: equal for equal ones.

    Args:
        examples: an array [N, ...], or a list of sentences of words.
    """
    if isinstance(examples, np.ndarray):
        return [hashlib.blake2b(np.ascontiguousarray(example), digest_size=16).digest() for example in examples]
    return [hashlib.blake2b("\0".join(map(str, words)).encode(), digest_size=16).digest() for words in examples]


def halves_of(examples, seed):
    """The sorted rows of two halves of examples [N, ...], equal ones in one half."""
    _, first, group = np.unique(digests(examples), return_index=True, return_inverse=True)
    if len(first) < 4:
        first, group = np.arange(len(examples)), np.arange(len(examples))
    rank = np.empty(len(first), int)  # of each group in the order of its first example
    rank[np.argsort(first)] = np.arange(len(first))
    group = rank[group]
    order = np.random.default_rng([seed, 0x4A1F]).permutation(len(first))
    sizes = np.bincount(group)[order]
    taken = max(2, np.searchsorted(np.cumsum(sizes), len(examples) - len(examples) // 2) + 1)
    inside = np.isin(group, order[: min(taken, len(first) - 2)])
    return np.flatnonzero(inside), np.flatnonzero(~inside)


class DataInput(ArrayInput):
    """The examples of a source of `ganzoo.data`, read when first needed.

    Args:
        source: a `Source`; its labels are used where it has any.
        name: for tables; the source's own name and split by default.
    """

    kind = "data"

    def __init__(self, source, name=None):
        self.source = source
        self.feature, self.shape = source.feature, tuple(source.shape)
        self.labelled, self.captioned = bool(source.labels), source.captions is not None
        self.name = name or data_name(source)
        self._arrays = None

    @property
    def size(self):
        return self.source.num_examples

    @property
    def _examples(self):
        return self._read()[self.feature]

    @property
    def _labels(self):
        return self._read().get("label")

    def _read(self):
        if self._arrays is None:
            self._arrays = self.source.arrays()
        return self._arrays

    def captions(self, count, seed=0):
        return np.array(self.source.texts())[self._chosen(count, seed)].tolist() if self.captioned else None

    def describe(self):
        return {"kind": self.kind, "name": self.name, "shape": list(self.shape)}


class ModelInput(Input):
    """Samples of a model.

    Args:
        sampler: a `ganzoo.serving.sampling.Sampler`.

    Attributes:
        trained_on: the source that the model is known to be trained on; None where its recipe or card says.
        drawn: in words, what its samples are drawn with where an option such as the label is left open, by option.
    """

    kind = "model"
    trained_on = None

    def __init__(self, sampler):
        self.sampler, self.name = sampler, sampler.name
        first = self._checked(sampler.sample(2, 0))
        self.feature = "text" if first.dtype.kind in "iu" else "image" if first.ndim == 4 else "point"
        self.shape = first.shape[1:]
        self.labelled, self.captioned = (f(2, 0) is not None for f in (sampler.labels, sampler.captions))
        self.drawn = drawn(sampler)
        self._weights = None

    def following(self, shares, whose):
        """The same model with labels that are drawn by shares.

        Args:
            shares: float [K], of the classes.
            whose: the name of the data whose shares they are.
        """
        other = copy.copy(self)
        other.sampler = self.sampler.following(shares)
        other.drawn = self.drawn | {"label": f"drawn by the class shares of {whose}"}
        return other

    def _checked(self, samples):
        samples = np.asarray(samples)
        if samples.ndim not in (2, 4):
            raise UserError(f"{self.name} generates samples of shape {samples.shape[1:]}; images or points can be evaluated")
        finite = np.isfinite(samples.reshape(len(samples), -1)).all(axis=1)
        if not finite.all():
            raise UserError(f"{self.name} generates NaN or infinite values in {np.sum(~finite)} of {len(samples)} samples")
        return samples

    def examples(self, count, seed=0):
        if self.feature != "image":
            samples = self._checked(self.sampler.sample(count, seed))
            return samples.astype(np.int64 if self.feature == "text" else np.float32)
        images = None  # floats take four times the place of the pixels: a block at a time
        with progress_of(f"samples of {self.name}") as progress:
            for first, samples in self.sampler.blocks(count, seed):
                pixels = to_uint8(self._checked(samples))
                images = room((count, *pixels.shape[1:])) if images is None else images
                images[first : first + len(pixels)] = pixels
                progress((first + len(pixels)) / count)
        return images

    def labels(self, count, seed=0):
        """The labels that `examples(count, seed)` are conditioned on, where the model is conditional."""
        return self.sampler.labels(count, seed)

    def captions(self, count, seed=0):
        """The captions that `examples(count, seed)` are conditioned on, where the model takes captions."""
        return self.sampler.captions(count, seed)

    def available(self, count):
        return self.sampler.available(count)

    def key(self, count, seed=0):
        if self._weights is None:
            self._weights = weights_digest(self.sampler)
        if self._weights is None:
            return None
        shares = self.sampler.label_shares
        return digest("samples", SAMPLE_VERSION, self._weights, count, seed, *([] if shares is None else [shares]))

    def describe(self):
        step = getattr(self.sampler, "step", None)
        facts = {} if step is None else {"step": step}
        return {"kind": self.kind, "name": self.name, **facts, **({"drawn": self.drawn} if self.drawn else {})}


class FamilyInput(ModelInput):
    """Samples of a family in memory, during its training.

    Args:
        model: a compiled `Family`.
        name: for tables.
    """

    def __init__(self, model, name="model"):
        super().__init__(FamilySampler(model, name))
        self.model = model

    def key(self, count, seed=0):
        return None


def weights_digest(sampler):
    """A sha256 of the files that a model's weights came from; None where there are none."""
    if isinstance(sampler, RunSampler):
        root = sampler.run.path
        files = digest_files(root, [root / "recipe.py", *sampler.run.checkpoints.glob(f"step-{sampler.step}.*")])
        return digest(files, sampler.run.record()["overrides"])
    if isinstance(sampler, BatchSampler):  # what code gives is known by its samples alone
        return None
    if sampler.path.is_file():
        return digest_files(sampler.path.parent, [sampler.path])
    return digest_saved_model(newest_version(sampler.path))


def digest_saved_model(path):
    """A sha256 of a SavedModel's graph and variables."""
    return digest_files(path, [path / "saved_model.pb", *(path / "variables").glob("*")])


def data_name(source):
    """NAME[@SIZE]:SPLIT of a source, with the class where it is limited to one."""
    size = getattr(source, "size", None)
    suffix = "" if size is None else f"@{size if isinstance(size, int) else 'x'.join(map(str, size))}"
    only = getattr(source, "only", None)
    class_suffix = "" if only is None else f" class {only}"
    name = str(getattr(source, "name", "data"))
    return f"{Path(name).name if Path(name).is_dir() else name}{suffix}:{getattr(source, 'split', 'all')}{class_suffix}"
