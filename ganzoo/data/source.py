"""What every data set is to a training: arrays in memory and an endless, seeded, resumable stream of batches."""

import inspect

import numpy as np
import tensorflow as tf

from ganzoo import noise
from ganzoo.data.identity import sha256_of_arrays
from ganzoo.data.scaling import to_unit
from ganzoo.errors import UserError, whole_number
from ganzoo.notes import Noted, counted


class Source(Noted):
    """A data set; subclasses supply `arrays`.

    Args:
        shape: one example's shape, such as (32, 32, 3).
        num_classes: number of classes, or None.
        labels: whether batches carry `label`.
        flip: whether `batches` mirrors each image left to right with probability 1/2.

    Attributes:
        feature: "image", "point" or "text".
        location: the file or folder of the user's own that the examples are read from; None where there is none.
        sha256: of the one file that decides what the examples mean, such as a text's; None where there is none.
        splits: the names of the splits that the data has; empty where it has no parts of its own.
        captions: the `Captions` of images with captions, which also read images; None of anything else.
        modes: the `Mixture` that points are drawn from; None where it is not known.
        truth: what tells the true log-likelihood of texts, by `log_likelihood(tokens)`; None where nothing does.
        notes: what was guessed, converted, dropped or mapped in opening and reading it, a line each.
    """

    feature = "image"
    sha256 = location = None
    name = split = ""
    splits = ()
    captions = modes = truth = None

    def __init__(self, shape, num_classes=None, labels=False, flip=False):
        self.shape = tuple(shape)
        self.num_classes = num_classes
        self.labels = labels
        self.flip = flip

    @property
    def num_examples(self):
        """Number of examples."""
        return len(self.arrays()[self.feature])

    @property
    def parser(self):
        """What tells texts of the data's language from others, a function of tokens; None where nothing does."""
        return getattr(self.truth, "grammatical", None)

    def for_scoring(self):
        """The same examples as scores need them: with labels where there are any, and never mirrored."""
        return self

    def split_as(self, split, all_classes=False):
        """The same data, another of `splits`: all of it, whatever part this source takes of its own.

        Args:
            split: its name.
            all_classes: whether every class comes back, also where this source keeps one.

        Raises:
            UserError: the data has no splits.
        """
        raise UserError(f"{self.name or 'the data'} has no splits")

    def require(self):
        """Raises a UserError where not even a model can do without the data: a text's vocabulary is in its file."""

    def describe(self):
        """What a model card says of the data, a JSON-ready dict.

        It holds at least `source` (the class), `name`, `split`, `examples` and `homepage`.
        """
        return {
            "source": type(self).__name__,
            "name": str(self.name),
            "split": self.split,
            "examples": self.num_examples,
            "homepage": "",
        }

    def identity(self, known=None):
        """What tells these examples from others, a JSON-ready dict: their number, and mostly a `sha256` or a `version`.

        Args:
            known: an earlier answer, which may spare reading files that did not change.

        Raises:
            UserError: the data cannot be read.
        """
        facts = {"examples": self.num_examples}
        if self.sha256:
            return facts | {"sha256": self.sha256}
        if not type(self).__module__.startswith("ganzoo."):  # a user's own class: nothing else is known of it
            return facts | {"sha256": sha256_of_arrays(self.arrays())}
        return facts

    def arrays(self):
        """All examples in a fixed order.

        Returns:
            A dict of NumPy arrays: `image` uint8 [N, H, W, C], `point` float32 [N, 2] or `text` int64 [N, T]; with labels
            `label` int64 [N].
        """
        raise NotImplementedError

    def batches(self, batch_size, seed, start=0, context=None):
        """An infinite tf.data.Dataset of batches.

        The examples come in a new random order each epoch. The order, and which images are mirrored, is a function of
        the seed and an example's number in the stream alone, so the stream is the same however it is cut into batches,
        resumed or divided among workers.

        Args:
            batch_size: rows of one global batch.
            seed: an integer.
            start: the number of the batch that comes first; nothing of those before it is computed.
            context: tf.distribute.InputContext; pipeline i of n yields rows [i B / n, (i + 1) B / n) of each batch.

        Returns:
            A data set of dicts: `image` float32 [B, H, W, C] in [-1, 1], or `point` float32 [B, 2] as it is; with
            labels `label` int64 [B].

        Raises:
            UserError: the batch cannot be divided among the input pipelines.
        """
        rows = pipeline_rows(batch_size, context)
        arrays = self.arrays()
        count = len(arrays[self.feature])
        tensors = {name: as_tensor(array) for name, array in arrays.items()}
        first_epoch, skipped = divmod(start * batch_size, count)

        # Sorting random keys once an epoch costs 0.1 us an example; tf.random.experimental.index_shuffle takes 3 us and
        # more (150 us in tiny sets), and its orders under neighbouring seeds are far from uniform.
        # Nothing in these two is for AutoGraph, whose conversion takes 0.2 s.
        @tf.autograph.experimental.do_not_convert
        def epoch(number):
            draws = noise.uniform([2, count], noise.seed_of(seed, number, "data"), None, None, tf.int64)
            begin = tf.where(number == first_epoch, skipped, 0)
            return tf.argsort(draws[0])[begin:], draws[1, begin:] < 0

        @tf.autograph.experimental.do_not_convert
        def batch(positions, mirrored):
            positions, mirrored = positions[rows], mirrored[rows]
            examples = {name: tf.gather(tensor, positions) for name, tensor in tensors.items()}
            values = examples[self.feature]
            if self.flip:
                values = mirror(values, mirrored)
            if values.dtype == tf.uint8:
                values = to_unit(values)
            return {**examples, self.feature: values}

        order = tf.data.Dataset.counter(first_epoch).map(epoch).prefetch(1).rebatch(batch_size, drop_remainder=True)
        parallel = tf.data.AUTOTUNE
        stream = order.map(batch, num_parallel_calls=parallel, deterministic=True).prefetch(parallel)
        return unmoved(stream) if any(isinstance(array, np.memmap) for array in arrays.values()) else stream

    def fabricated(self, count=256, seed=0):
        """A source of the same feature, shape and classes with `count` random examples; reads no data."""
        return Fabricated(self, count, seed)


class NamedSource(Source):
    """A source that its arguments make: `name`, `split` and more, each kept as an attribute of the same name."""

    take = None

    def get_config(self):
        """The arguments of the constructor."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def replaced(self, **changes):
        """The source of these arguments but for some changes."""
        return type(self)(**self.get_config() | changes)

    @classmethod
    def from_description(cls, facts, data_dir=None):
        """The source that `describe` told of.

        Args:
            facts: the dict; what is no argument of the constructor counts for nothing.
            data_dir: where data sets are prepared.
        """
        known = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items() if value is not None}
        known["data_dir"] = data_dir
        return cls(**{name: known[name] for name in inspect.signature(cls).parameters if name in known})

    def _note_fewer(self, count):
        """Says that there are `count` examples where `take` asks for more."""
        if self.take and count < self.take:
            self.note(f"{self.name}: {self.split} has {counted(count, 'example')}, fewer than take={self.take}")

    def for_scoring(self):
        config, wanted = self.get_config(), {"labels": bool(self.num_classes), "flip": False}
        changes = {name: value for name, value in wanted.items() if config.get(name, value) != value}
        return self.replaced(**changes) if changes else self

    def split_as(self, split, all_classes=False):
        changes = {"split": split, "take": None}
        if all_classes and "only" in self.get_config():
            changes["only"] = None
        return self.replaced(**changes)


class Fabricated(Source):
    """Random examples in the likeness of another source: uniform pixels, N(0, 1) points, every class in turn."""

    def __init__(self, like, count, seed):
        super().__init__(like.shape, like.num_classes, like.labels, like.flip)
        self.feature = like.feature
        self.name = f"fabricated in the likeness of {like.name}"
        self.count = count
        self.seed = seed

    def arrays(self):
        rng = np.random.default_rng(self.seed)
        shape = (self.count, *self.shape)
        image = self.feature == "image"
        values = rng.integers(0, 256, shape, np.uint8) if image else rng.standard_normal(shape, np.float32)
        return {self.feature: values, **({"label": np.arange(self.count) % self.num_classes} if self.labels else {})}


def pipeline_rows(batch_size, context):
    """The rows of each global batch that belong to one input pipeline, a slice."""
    pipelines, index = (context.num_input_pipelines, context.input_pipeline_id) if context else (1, 0)
    if batch_size % pipelines:
        raise UserError(f"a batch of {batch_size} cannot be divided among {pipelines} input pipelines")
    share = batch_size // pipelines
    return slice(index * share, (index + 1) * share)


def as_tensor(array):
    """The array as a tensor where tf.data runs; a file that is mapped into memory stays there."""
    if isinstance(array, np.memmap):  # shared, not copied; a tf.numpy_function can hang Python at its exit
        return tf.experimental.dlpack.from_dlpack(array.__dlpack__())
    with tf.device("CPU:0"):
        return tf.constant(array)


def unmoved(dataset):
    """A tf.data.Dataset whose graph is not rewritten: that would copy all that it captures, a mapped file too, into memory."""
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    return dataset.with_options(options)


def mirror(images, chosen):
    """Images [B, H, W, C] with those where `chosen`, bool [B], holds mirrored left to right."""
    height, width, channels = images.shape[1:]
    rows = tf.reshape(images, [-1, width, channels])  # tf.reverse has a fast path for rows of RGB pixels
    mirrored = tf.reshape(tf.reverse(rows, [1]), [-1, height, width, channels])
    return tf.raw_ops.Select(condition=chosen, x=mirrored, y=images)  # copies whole images; tf.where is 4 times slower


def checked_take(take):
    """`take` where it is None or a positive whole number.

    Raises:
        UserError: it is not.
    """
    return None if take is None else whole_number("take", take)
