"""The birthday test of a model and of held-out data: samples, features and classes."""

import math
from collections.abc import Iterable
from numbers import Real

import numpy as np

from ganzoo.bars import working
from ganzoo.data.scaling import to_uint8
from ganzoo.errors import MOST_SEED, UserError, whole_number
from ganzoo.evaluation.features.choose import choose
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.overlap import Overlap
from ganzoo.evaluation.inputs.reference import held_out, real_data
from ganzoo.evaluation.inputs.shares import following
from ganzoo.evaluation.modalities.base import cannot_be_compared
from ganzoo.evaluation.modalities.text import Text
from ganzoo.evaluation.published_birthday import SOURCE, published
from ganzoo.metrics.birthday.test import BATCH_SIZES, birthday_test, by_class, samples_needed
from ganzoo.metrics.registry import IMAGES, POINTS, TEXT
from ganzoo.metrics.text.birthday import birthday_of_text
from ganzoo.serving.draws import in_words

MOST_SENTENCES = 30_000


def birthday_test_of(model, data=None, *arguments, **options):
    """The `BirthdayTest` or `TextBirthdayTest` of a model, chosen by what the model generates; arguments as of either class."""
    model = open_input(model, options.get("data_dir"))
    return (TextBirthdayTest if model.feature == TEXT else BirthdayTest)(model, data, *arguments, **options)


def drawn_with(model):
    """What a model's samples are drawn with, as the end of a line that names the model."""
    words = in_words(getattr(model, "drawn", {}))
    return f", {words}" if words else ""


def notes_on(test, overlap, data_dir):
    """Sentences on samples that are real data, and on a model that was trained on what is held out here."""
    return [note for note in (overlap.samples(test.model, test.samples), overlap.trained_on(test.model, data_dir)[1]) if note]


def checked_batches(batch_sizes, batches):
    """(sizes of the batches, number of each), verified.

    Raises:
        UserError: no sizes, one below 2, or no batches.
    """
    if not isinstance(batch_sizes, Iterable) or not (sizes := tuple(batch_sizes)):
        raise UserError(f"batch sizes are several numbers, such as (100, 200), not {batch_sizes!r}")
    return tuple(whole_number("a batch size", size, 2) for size in sizes), whole_number("the number of batches", batches)


def checked_threshold(threshold):
    """`threshold`, None or a number that is not negative.

    Raises:
        UserError: it is neither.
    """
    if threshold is not None and not (isinstance(threshold, Real) and 0 <= threshold < math.inf):
        raise UserError(f"the threshold is a distance, a number from 0, not {threshold!r}")
    return threshold


class BirthdayTest:
    """The birthday test of a model: its samples, the held-out data and the features of both, drawn once.

    Args:
        model: what `opening.open_input` takes: a run, a SavedModel, an .npz of images, a folder.
        data: the real data, likewise; by default what the model's recipe or card names.
        batch_sizes, batches: sizes of the batches, and how many of each.
        features: "pixels", or an extractor as of `features.choose.choose`.
        flips: whether mirror images count as duplicates.
        per_class: whether each class is tested on its own: of the labels that a conditional model is given, else of those
            that the data's classifier predicts for its samples.
        threshold: distance under which two samples are duplicates; by default calibrated on held-out real data.
        seed: of the samples and of every draw.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Attributes:
        images: uint8 generated images [n, H, W, C], or None for points.
        labels: int [n] where `per_class`.

    Raises:
        UserError: no data, different shapes, `per_class` without classes.
    """

    def __init__(
        self,
        model,
        data=None,
        batch_sizes=BATCH_SIZES,
        batches=20,
        features="pixels",
        flips=False,
        per_class=False,
        threshold=None,
        seed=0,
        data_dir=None,
        log=print,
    ):
        self.model = open_input(model, data_dir)
        data = real_data(self.model, data, data_dir)
        if data.feature != self.model.feature or tuple(data.shape) != tuple(self.model.shape):
            raise UserError(cannot_be_compared(self.model, data))
        self.model = following(self.model, data, data_dir)
        self.data, self.batch_sizes, self.batches = data, *checked_batches(batch_sizes, batches)
        seed, threshold = whole_number("the seed", seed, 0, MOST_SEED), checked_threshold(threshold)
        self.flips, self.threshold, self.seed, self.log = flips, threshold, seed, log
        self.reference, self.held_out, _ = held_out(data, seed)
        if data.feature == POINTS and (features != "pixels" or flips):
            raise UserError("points have neither features nor mirror images: leave out --features and --flips")
        self.extractor = None if features == "pixels" else choose(features, data, data_dir=data_dir, log=log)
        classes = self._classes(per_class, data_dir)
        count = samples_needed(batch_sizes, batches) * max(len(classes), 1)
        count = self.model.available(count)
        self.samples, self.labels = self._draw(count, classes, data_dir)
        self.real = self.held_out.examples(self.held_out.size, seed)
        self.real_labels = self.held_out.labels(self.held_out.size, seed) if per_class else None
        self.notes = notes_on(self, Overlap(data, self.reference, self.held_out), data_dir)

    def _classes(self, per_class, data_dir):
        if not per_class:
            return []
        if not self.data.labelled:
            raise UserError(f"{self.data.name} has no labels: leave out --per-class")
        return sorted(set(self.data.labels(self.data.size).tolist()))

    def _draw(self, count, classes, data_dir):
        """Samples and, where there are classes, their labels."""
        sampler = getattr(self.model, "sampler", None)
        self.log(f"drawing {count:,} samples of {self.model.name}{drawn_with(self.model) if not classes else ''}")
        if classes and sampler is not None and "label" in sampler.options:
            each = count // len(classes)
            samples = np.concatenate([sampler.sample(each, self.seed, label=label) for label in classes])
            samples = to_uint8(samples) if self.model.feature == IMAGES else samples
            return samples, np.repeat(classes, each)
        samples = self.model.examples(count, self.seed)
        if not classes:
            return samples, None
        labels = self.model.labels(count, self.seed)
        if labels is None:
            classifier = choose("classifier", self.data, data_dir=data_dir, log=self.log)
            self.log(f"classes of the samples as predicted by {classifier.name}")
            labels = classifier.probabilities(samples).argmax(1)
        return samples, labels

    @property
    def images(self):
        return self.samples if self.data.feature == IMAGES else None

    def _features(self, examples):
        if self.data.feature == POINTS:
            return examples
        if self.extractor is None:
            return examples.reshape(len(examples), -1).astype(np.float32) / 255
        return self.extractor.features(examples)

    def both_features(self):
        """Features of generated and real examples by the parameters of `birthday_test`, mirrored ones too if `flips`."""
        features = {
            "fake": self._features(self.samples),
            "real": self._features(self.real),
            "mirrored": None,
            "real_mirrored": None,
        }
        if self.flips:
            features["mirrored"] = self._features(self.samples[:, :, ::-1])
            features["real_mirrored"] = self._features(self.real[:, :, ::-1])
        return features

    def run(self):
        """Runs the test, with an automatic threshold where none was set.

        Returns:
            A JSON-ready record as of `birthday_test` (first `n_eff` with `value`, `low` and `high`), with `model`, `data`,
            `held_out`, `features`, `flips`; with classes, `classes` holds one such record per class, with its `name` and
            the `published` result for it, a dict of `batch_size` and `support`, or None.
        """
        with working(f"duplicates among {len(self.samples):,} samples of {self.model.name}"):
            return self._run()

    def _run(self):
        features = self.both_features()
        images = self.images
        options = {
            "batch_sizes": self.batch_sizes,
            "batches": self.batches,
            "threshold": self.threshold,
            "seed": self.seed,
            "images": images,
            "real_images": None if images is None else self.real,
        }
        record = birthday_test(**features, **options)
        about = {
            "model": self.model.describe(),
            "data": self.data.name,
            "held_out": self.held_out.name,
            "features": "points" if images is None else getattr(self.extractor, "name", "pixels"),
            "flips": self.flips,
        }
        record = {"n_eff": record["n_eff"], **about, **record, "warnings": [*self.notes, *record["warnings"]]}
        if self.labels is not None:
            fake, real = features.pop("fake"), features.pop("real")
            classes = by_class(fake, self.labels, real, self.real_labels, **features, **options)
            record["classes"] = {label: {**self._about_class(label), **of_class} for label, of_class in classes.items()}
            if any(of_class["published"] for of_class in record["classes"].values()):
                record["published"] = SOURCE
        return record

    def _about_class(self, label):
        """A class's name, and the published result for it."""
        source = getattr(self.data, "source", None)
        names = getattr(source, "class_names", [])
        name = names[int(label)] if int(label) < len(names) else label
        return {"name": name, "published": published(getattr(source, "name", None), name)}


class TextBirthdayTest:
    """The birthday test of a model that generates text, and of held-out text.

    Args:
        model: what `opening.open_input` takes: a run or an export that generates text, a .txt file.
        data: the real text, likewise; by default what the model's recipe or card names.
        batch_sizes, batches, seed, data_dir, log: as of `BirthdayTest`.
        features, flips, per_class: do not apply to text: refused.
        threshold: edits up to which two sentences are duplicates; by default calibrated on held-out text.

    Attributes:
        samples, real: generated and held-out sentences, lists of tuples of words.
        images: None.

    Raises:
        UserError: no data, data that is not text, or an option that does not apply to text.
    """

    images = None

    def __init__(
        self,
        model,
        data=None,
        batch_sizes=BATCH_SIZES,
        batches=20,
        features="pixels",
        flips=False,
        per_class=False,
        threshold=None,
        seed=0,
        data_dir=None,
        log=print,
    ):
        if per_class or flips or features != "pixels":
            raise UserError("the birthday test of text counts edits: leave out --per-class, --flips and --features")
        self.model = open_input(model, data_dir)
        data = real_data(self.model, data, data_dir)
        if data.feature != TEXT:
            raise UserError(cannot_be_compared(self.model, data))
        seed, threshold = whole_number("the seed", seed, 0, MOST_SEED), checked_threshold(threshold)
        modality = Text(data, seed, log=log)
        self.data, self.batch_sizes, self.batches = modality.data, *checked_batches(batch_sizes, batches)
        self.threshold, self.seed = threshold, seed
        self.reference, self.held_out, _ = held_out(self.data, seed)
        count = min(MOST_SENTENCES, samples_needed(batch_sizes, batches))
        count = self.model.available(count)
        log(f"drawing {count:,} sentences of {self.model.name}{drawn_with(self.model)}")
        self.samples = modality.sample(self.model, count).examples
        self.real = modality.sample(self.held_out, min(self.held_out.size, count)).examples
        self.notes = notes_on(self, Overlap(self.data, self.reference, self.held_out, modality.all_examples), data_dir)

    def run(self):
        """The test; a JSON-ready record as of `birthday_of_text`, with `model`, `data`, `held_out` and `features`."""
        options = {"batch_sizes": self.batch_sizes, "batches": self.batches, "threshold": self.threshold, "seed": self.seed}
        with working(f"duplicates among {len(self.samples):,} sentences of {self.model.name}"):
            record = birthday_of_text(self.samples, self.real, **options)
        about = {
            "model": self.model.describe(),
            "data": self.data.name,
            "held_out": self.held_out.name,
            "features": "edits",
        }
        return {"n_eff": record["n_eff"], **about, **record, "warnings": [*self.notes, *record["warnings"]]}
