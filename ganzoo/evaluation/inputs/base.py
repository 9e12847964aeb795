"""The inputs of an evaluation: a model, a data set, or an array of examples. `opening` opens one from a path."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from ganzoo.data.scaling import to_uint8
from ganzoo.errors import UserError
from ganzoo.evaluation.cache import digest, digest_array, digest_files
from ganzoo.notes import Noted
from ganzoo.serving.sampling import BATCH, RunSampler, Sampler, drawn_captions, drawn_labels, newest_version

SAMPLE_VERSION = 2  # increased when the same model and seed give other samples


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
            raise UserError(f"{self.name} holds {self.size} example{'s' * (self.size != 1)}: at least 2 are needed")
        if self._labels is not None and len(self._labels) != self.size:
            raise UserError(f"{self.name} holds {self.size} examples and {len(self._labels)} labels")

    def _chosen(self, count, seed):
        if not 1 <= count <= self.size:
            raise UserError(f"{self.name} has {self.size} examples; {count} were requested")
        if count == self.size:
            return slice(None)
        return np.sort(np.random.default_rng([seed, 0x51DE]).choice(self.size, count, replace=False))

    def examples(self, count, seed=0):
        return np.ascontiguousarray(self._examples[self._chosen(count, seed)])

    def labels(self, count, seed=0):
        return self._labels[self._chosen(count, seed)] if self.labelled else None

    def halves(self, seed=0):
        """Two disjoint halves, as `ArrayInput`s."""
        order = np.random.default_rng([seed, 0x4A1F]).permutation(self.size)
        parts = (np.sort(order[: self.size - self.size // 2]), np.sort(order[self.size - self.size // 2 :]))
        labels = self._labels
        return tuple(
            ArrayInput(np.asarray(self._examples[part]), f"{self.name} ({half} half)", None if labels is None else labels[part])
            for part, half in zip(parts, ("first", "second"), strict=True)
        )


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
    """

    kind = "model"

    def __init__(self, sampler):
        self.sampler, self.name = sampler, sampler.name
        first = self._checked(sampler.sample(2, 0))
        self.feature = "text" if first.dtype.kind in "iu" else "image" if first.ndim == 4 else "point"
        self.shape = first.shape[1:]
        self.labelled, self.captioned = (f(2, 0) is not None for f in (sampler.labels, sampler.captions))
        self._weights = None

    def _checked(self, samples):
        samples = np.asarray(samples)
        if samples.ndim not in (2, 4):
            raise UserError(f"{self.name} generates samples of shape {samples.shape[1:]}; images or points can be evaluated")
        finite = np.isfinite(samples.reshape(len(samples), -1)).all(axis=1)
        if not finite.all():
            raise UserError(f"{self.name} generates NaN or infinite values in {np.sum(~finite)} of {len(samples)} samples")
        return samples

    def examples(self, count, seed=0):
        samples = self._checked(self.sampler.sample(count, seed))
        if self.feature == "text":
            return samples.astype(np.int64)
        return to_uint8(samples) if self.feature == "image" else samples.astype(np.float32)

    def labels(self, count, seed=0):
        """The labels that `examples(count, seed)` are conditioned on, where the model is conditional."""
        return self.sampler.labels(count, seed)

    def captions(self, count, seed=0):
        """The captions that `examples(count, seed)` are conditioned on, where the model takes captions."""
        return self.sampler.captions(count, seed)

    def key(self, count, seed=0):
        if self._weights is None:
            self._weights = weights_digest(self.sampler)
        return digest("samples", SAMPLE_VERSION, self._weights, count, seed)

    def describe(self):
        step = getattr(self.sampler, "step", None)
        return {"kind": self.kind, "name": self.name, **({} if step is None else {"step": step})}


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


class FamilySampler(Sampler):
    """Samples by the averaged generator of a compiled `Family`."""

    def __init__(self, model, name="model"):
        super().__init__(name, name)
        self.model = model
        self._sample = tf.function(lambda first, seed: model.sample(**model.draw_inputs(BATCH, seed, first)))
        self.services = {name: tf.function(f, reduce_retracing=True) for name, (f, _) in model.services.items()}

    def labels(self, count, seed=0, **options):
        return drawn_labels(self.model, count, seed, options)

    def captions(self, count, seed=0, **options):
        return drawn_captions(self.model, count, seed, options)

    def _batch(self, first, seed, options):
        return self._sample(tf.constant(first), tf.constant(seed)).numpy()


def weights_digest(sampler):
    """A sha256 of the files that a run's or a SavedModel's weights came from."""
    if isinstance(sampler, RunSampler):
        root = sampler.run.path
        files = digest_files(root, [root / "recipe.py", *sampler.run.checkpoints.glob(f"step-{sampler.step}.*")])
        return digest(files, sampler.run.record()["overrides"])
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
