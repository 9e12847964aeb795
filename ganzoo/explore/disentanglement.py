"""Disentanglement of codes: the mutual information of each with samples, and the class that each category stands for."""

import math

import numpy as np

from ganzoo.data.scaling import to_uint8, to_unit
from ganzoo.errors import UserError
from ganzoo.evaluation.features.choose import choose
from ganzoo.evaluation.inputs.base import ModelInput
from ganzoo.evaluation.inputs.overlap import warn_if_trained_on
from ganzoo.evaluation.inputs.reference import held_out, own_data, real_data
from ganzoo.explore.codes import codes_of, encode, with_code
from ganzoo.metrics.clustering import match, matched_accuracy
from ganzoo.notes import logged

# Continuous codes are tried at this many evenly spaced values of [-1, 1], each the middle of its share.
VALUES = 10
MOST_REAL = 10_000


@logged
def meanings(sampler, data=None, count=1000, seed=0, extractor="auto", data_dir=None, log=print):
    """What each code of a model tells, and of each categorical code how well it finds the data's classes.

    Samples come from the averaged generator, Q reads them in inference mode.

    Args:
        sampler: a `Sampler` of a model with codes.
        data: real data with labels, as `opening.open_input` takes it; by default what the model was trained on.
        count: samples for each code, in equal shares for its values.
        seed: of the samples.
        extractor: the classifier that judges samples, as of `features.choose.choose`.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Returns:
        A list of JSON-ready dicts, one a code: `code` (its name), `information` (L_I in nats, as in training) and `entropy`
        (H(c), which a category's L_I cannot pass; a continuous code's can, for its entropy is differential). Of a
        continuous code also `fitted_information`: L_I under Q's means and the standard deviation that fits the samples
        best, as good a lower bound and a tighter one where training fixed it. Of a categorical code, where the data has
        labels: `classes` (which class each category stands for, matched on the training images), `real_accuracy` (Q's
        category on held-out images against their labels under that matching), `real_count`, and `sample_accuracy` (the
        class that the classifier sees in a sample against the category it was made with, under the best matching), None
        where the extractor is no classifier.

    Raises:
        UserError: the model has no codes, or the data cannot be read.
    """
    codes = codes_of(sampler)
    side = ModelInput(sampler)
    data = real_data(side, data, data_dir) if data is not None else own_data(side, data_dir)
    real = RealImages(sampler, data, seed) if data is not None and data.labelled else None
    if real:
        warn_if_trained_on(side, data, *held_out(data, seed)[:2], data_dir, log)
    if real is None:
        log("the data has no labels: which class a category stands for cannot be told")
    classifier = choose(extractor, data, None, data_dir, log) if real else None
    records = []
    for code in codes:
        samples, values = known_samples(sampler, codes, code, count, seed)
        record = {"code": code.name, "entropy": code.entropy, **information(sampler, code, samples, values)}
        if real and code.size:
            record |= real.of(code)
            record["sample_accuracy"] = sample_accuracy(samples, values, classifier)
        records.append(record)
    return records


def known_samples(sampler, codes, code, count, seed):
    """Samples whose `code` is known, and its values [N]: as many of each value."""
    values = range(code.size) if code.size else (2 * np.arange(VALUES) + 1) / VALUES - 1
    each = max(count // len(values), 1)
    samples = [with_code(sampler, codes, code, value, each, seed) for value in values]
    return np.concatenate(samples), np.repeat(np.asarray(values), each)


def information(sampler, code, samples, values):
    """L_I of a code in nats, H(c) plus the mean log-likelihood of the values that samples were made with: a dict."""
    guess = encode(sampler, samples)
    if code.size:
        log_q = np.log(np.maximum(guess[code.place[0]][np.arange(len(values)), values], 1e-30))
        return {"information": code.entropy + float(log_q.mean(dtype=np.float64))}
    mean, std = (guess[name][:, code.place[1]].astype(np.float64) for name in ("mean", "std"))
    square = np.mean(((values - mean) / std) ** 2)

    def bound(scale):
        """L_I where every standard deviation is `scale` times Q's."""
        log_q = -0.5 * square / scale**2 - math.log(scale) - np.log(std).mean() - 0.5 * math.log(2.0 * math.pi)
        return code.entropy + float(log_q)

    return {"information": bound(1.0), "fitted_information": bound(max(math.sqrt(square), 1e-6))}


def sample_accuracy(samples, values, extractor):
    """The share of samples in which a classifier sees the class that their category stands for; None without one."""
    if not extractor.classifies:
        return None
    return matched_accuracy(values, extractor.extract(np.asarray(to_uint8(samples))).probabilities.argmax(1))


class RealImages:
    """Real images as the recognition network sees them, of the training split and held out.

    Args:
        sampler: of a model with the service `encode`.
        data: a `Input` with labels.
        seed: which ones, where there are very many.
    """

    def __init__(self, sampler, data, seed=0):
        train, held, _ = held_out(data, seed)
        if not held.labelled:
            raise UserError(f"{held.name} has no labels")
        self.sides = []
        for side in (train, held):
            count = min(side.size, MOST_REAL)
            examples = side.examples(count, seed)
            unit = np.asarray(to_unit(examples)) if side.feature == "image" else examples
            self.sides.append((encode(sampler, unit), side.labels(count, seed)))

    def of(self, code):
        """Which class each category of a code stands for, and how often that is right on held-out images."""
        (train, train_labels), (held, held_labels) = self.sides
        (name,) = code.place
        matching = match(train[name].argmax(1), train_labels)
        classes = [matching.get(category) for category in range(code.size)]
        accuracy = matched_accuracy(held[name].argmax(1), held_labels, matching)
        return {"classes": classes, "real_accuracy": accuracy, "real_count": len(held_labels)}


def lines(record):
    """One code's record as lines for a person."""
    summary = f"{record['code']}: L_I {record['information']:.2f} nats"
    if "fitted_information" in record:
        return [f"{summary}, {record['fitted_information']:.2f} with Q's standard deviation fitted to the samples"]
    summary += f", H(c) {record['entropy']:.2f}"
    if "classes" not in record:
        return [summary]
    classes = ", ".join(f"{category} is {label}" for category, label in enumerate(record["classes"]) if label is not None)
    rows = [summary, f"  category {classes}"]
    rows.append(f"  held-out images in their class's category: {record['real_accuracy']:.1%} of {record['real_count']:,}")
    if record["sample_accuracy"] is not None:
        rows.append(f"  samples of their category's class: {record['sample_accuracy']:.1%}")
    return rows
