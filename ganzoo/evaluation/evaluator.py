"""The engine of an evaluation: the real data is prepared once, then any number of models are scored against it."""

import functools
import math
import time
from pathlib import Path

import numpy as np

from ganzoo.bars import progress_of
from ganzoo.errors import MOST_SEED, UserError, whole_number
from ganzoo.evaluation import intervals
from ganzoo.evaluation.cache import Cache, digest, digest_files
from ganzoo.evaluation.context import Comparison, Context
from ganzoo.evaluation.inputs.base import FamilyInput
from ganzoo.evaluation.inputs.overlap import Overlap
from ganzoo.evaluation.inputs.reference import held_out
from ganzoo.evaluation.inputs.shares import following
from ganzoo.evaluation.modalities.choose import modality_of
from ganzoo.evaluation.protocol import protocol
from ganzoo.evaluation.selection import chosen_metrics
from ganzoo.metrics.checks import Undefined
from ganzoo.metrics.registry import TEXT, metrics_of, values_of

COUNT = 10_000


class Evaluator:
    """Scores any number of models against the same real data.

    Args:
        data: an `Input` of real data.
        extractor, count, seed, reference_count, data_dir, cache, log: as of `evaluate.evaluate`.
        options: of the data's modality, such as `truth` and `parser` of text.

    Attributes:
        modality: the `Modality` of the data.
        extractor: the feature extractor; for text the embedding.
        count: generated samples of every model.
        clock: seconds by task: examples, features, distances, and each metric by name.

    Raises:
        UserError: no such extractor, or too little data.
    """

    def __init__(
        self,
        data,
        extractor="auto",
        count=None,
        seed=0,
        reference_count=None,
        data_dir=None,
        cache=None,
        log=print,
        **options,
    ):
        if data.kind == "model":
            raise UserError(f"{data.name} is a model: the real data must be a data set, a folder or a file")
        seed = whole_number("the seed", seed, 0, MOST_SEED)
        self.count = None if count is None else whole_number("--count", count, 2)
        if reference_count is not None:
            reference_count = whole_number("the reference count", reference_count, 2)
        self.seed, self.log, self.cache = seed, log, cache or Cache()
        self.modality = modality_of(data)(data, seed, self.cache, data_dir, log, **options)
        self.data = data = self.modality.data
        self.reference, self.held_out, split_note = held_out(data, seed)
        self.modality.reference, self.modality.held_out = self.reference, self.held_out
        self.overlap = Overlap(data, self.reference, self.held_out, self.modality.all_examples)
        if "half" in split_note:
            log(split_note)
        self.count = self.count or min(COUNT, self.reference.size, self.held_out.size)
        self.clock = self.modality.clock
        self.real = self._sample(self.reference, min(self.reference.size, reference_count or max(self.count, COUNT)))
        self.modality.real = self.real
        self.extractor = self.real.extractor = self.modality.extractor(extractor)
        self.held = self._sample(self.held_out, self.modality.held_count(self.count))
        self.modality.held = self.held
        self._shared, self._held, self._real_results, self._sanity_check = {}, {}, {}, None
        self._data_dir, self._reference_count, self._options, self._fewer = data_dir, reference_count, options, {}
        self._noted = set()

    def _sample(self, input, count, cache=True):
        return self.modality.sample(input, count, getattr(self, "extractor", None), cache)

    @property
    def sanity_check(self):
        """The extractor's sanity check on this data; None where there is none."""
        if self._sanity_check is None:
            self._sanity_check = self.modality.sanity_check(self.extractor)
        return self._sanity_check

    def scores(self, model, metrics="default", intervals=False):
        """The scores of one model, as `evaluate.evaluate` returns them.

        Args:
            model: an `Input`.
            metrics, intervals: as of `evaluate.evaluate`.
        """
        model = self.adapted(model)
        if (there := model.available(self.count)) < self.count:
            self.log(f"{model.name} has {there} examples: they are scored at that count")
            # Text keeps its references, whose number its protocol states.
            fewer = self if self.modality.kind == TEXT else self.of_count(there)
            return fewer._scores(model, there, metrics, intervals)
        return self._scores(model, self.count, metrics, intervals)

    def _scores(self, model, count, metrics, intervals):
        fake = self._sample(model, count, cache=not isinstance(model, FamilyInput))
        fake.notes = self._notes(model, fake.examples)
        context = self._context(Comparison(self.real, fake, self._shared), self._held_of(count))
        trained_on, words = self.overlap.trained_on(model, self._data_dir)
        if words:
            self.note(words)
        chosen = chosen_metrics(metrics, context, trained_on, self.log)
        if any(metric.uses_features for metric, _ in chosen):  # bad samples or features stop the evaluation, not each metric
            for sample in (self.real, self.held, fake):
                _ = sample.extracted
        scores, left_out = [], []
        with progress_of(f"metrics of {model.name}") as progress:
            for done, (metric, asked) in enumerate(chosen):
                progress(done / len(chosen))
                try:
                    scores += self._scores_of(metric, context, intervals)
                except UserError as error:
                    if asked and not isinstance(error, Undefined):
                        raise
                    left_out.append(f"{metric.name} left out: {error}")
                    self.log(left_out[-1])
        if not scores:
            raise UserError(f"no metric could be computed for {model.name}: {'; '.join(left_out) or 'none applies'}")
        return scores

    def adapted(self, model):
        """A model's `Input` as it is scored here: of the data's shape, with labels by the data's class shares."""
        return following(self.modality.adapted(model), self.data, self._data_dir)

    def of_count(self, count):
        """The evaluator of the same data for fewer generated samples, as if made for so many."""
        if count not in self._fewer:
            settings = (self.extractor, count, self.seed, self._reference_count, self._data_dir, self.cache)
            fewer = Evaluator(self.data, *settings, lambda line: None, **self._options)
            fewer.log = fewer.modality.log = self.log
            fewer._noted = self._noted
            self._fewer[count] = fewer
        return self._fewer[count]

    def note(self, line):
        """Logs a note, once."""
        if line not in self._noted:
            self._noted.add(line)
            self.log(f"note: {line}")

    def notes_on(self, model):
        """What stands on two sides at once, as sentences: in both parts of the real data, in them and a model's training data
        or samples.

        Args:
            model: an `Input` as `adapted` returns it.
        """
        samples = self._sample(model, model.available(self.count), cache=False).examples
        return self._notes(model, samples)

    def _notes(self, model, samples):
        _, trained_on = self.overlap.trained_on(model, self._data_dir)
        notes = (self.overlap.samples(model, samples), trained_on, self.overlap.duplicates())
        return [note for note in notes if note]

    def _context(self, comparison, held):
        return Context(comparison, held, self.modality, self.seed)

    def _held_of(self, count):
        """The comparison with `count` held-out examples, or with all if there are fewer."""
        count = min(count, self.held.count)
        if count not in self._held:
            held = self.held if count == self.held.count else self.held.part(self.modality.rows(self.held.count, count))
            self._held[count] = Comparison(self.real, held, self._shared)
        return self._held[count]

    def applies(self, name, model=None):
        """Whether a metric, by name, can be computed on this data with this extractor, and for `model`, an `Input`."""
        fake = self.real if model is None else self._sample(model, 2, cache=False)
        metric = metrics_of(self.modality.kind).get(name)
        return metric is not None and not self._context(Comparison(self.real, fake), self._held_of(self.count)).lacks(metric)

    def _scores_of(self, metric, context, wanted):
        fake = context.comparison.other
        for need in metric.needs:  # so that the metric's own time is measured alone
            context[need]
        began = time.perf_counter()
        parts = metric(context)
        seconds = time.perf_counter() - began
        self.clock[metric.name] = self.clock.get(metric.name, 0.0) + seconds
        values = values_of(parts)
        warnings = self._warnings(metric, fake, values)
        real, real_count = self._real(metric, fake.count, warnings)
        at_real_count = {}
        if real and real_count != fake.count:
            at_real_count = self._at_count(metric, context.comparison, real_count)
        limits = intervals.limits(metric, context, parts, seconds, wanted, self.seed)
        record = protocol(metric, self.real, self.held, fake.count, self.modality, self.seed, getattr(fake.input, "drawn", {}))
        names = {part: metric.called(part, self.extractor) for part in parts}
        for part, reason in metric.undefined.items():
            if part not in values:
                warnings.append(f"{metric.called(part, self.extractor)} is undefined and left out: {reason}")
        for part, value in values.items():
            if not math.isfinite(value):
                state = "infinite" if math.isinf(value) else "not a number"
                warnings.append(f"{names[part]} is undefined and left out: it is {state}")
        scores = []
        for part, value in values.items():
            if not math.isfinite(value):
                continue
            known = metric.part(part)
            floor = self._floor(metric, fake.count) if part == metric.main else None
            floor = floor or values.get(known.floor)
            low, high = limits.get(part, (None, None))
            scores.append(
                {
                    "name": names[part],
                    "metric": metric.name,
                    "part": part,
                    "value": value,
                    "real": finite(real.get(part)),
                    "real_count": real_count if real else None,
                    "value_at_real_count": finite(at_real_count.get(part)),
                    "floor": floor,
                    "excess": None if floor is None else value - floor,
                    "low": finite(low),
                    "high": finite(high),
                    "direction": known.direction,
                    "warnings": warnings,
                    "protocol": record,
                    "protocol_line": self.modality.protocol_line(record),
                    "model": fake.input.describe() | {"sha256": fake.identity},
                    "seconds": round(seconds, 3),
                }
            )
        return scores

    def _warnings(self, metric, fake, values):
        """Warnings: why a score of this metric may be unreliable."""
        warnings, unit = list(fake.notes), self.modality.unit
        least, dimension = min(fake.count, self.real.count), self.extractor.dimension
        for name, sample in (("the reference", self.real), ("the held-out data", self.held)):
            if fake.identity == sample.identity:
                warnings.append(f"{fake.input.name} is {name} itself, example by example")
        if least < metric.least:
            warnings.append(f"fewer than {metric.least:,} {unit} per side (here {least:,}): the score is unreliable")
        if metric.covariances:
            if least <= dimension:
                warnings.append(f"{least:,} {unit} for {dimension:,} dimensions: a singular covariance, mostly bias")
            elif least < 10 * dimension:
                warnings.append(f"{least:,} {unit} for {dimension:,} dimensions: much of the value is its floor")
        if metric.sees_copies and self.real.count < self.reference.size:
            warnings.append(
                f"the reference is {self.real.count:,} of {self.reference.size:,} training examples: copies of the others "
                "are not recognised"
            )
        if metric.warn:
            warnings += metric.warn(values, fake.count)
        warnings += self.modality.warnings(metric, fake)
        if metric.uses_features and self.sanity_check and not self.sanity_check["passed"]:
            warnings += [f"the extractor failed its sanity check: {sentence}" for sentence in self.sanity_check["failures"]]
        return warnings

    def _real(self, metric, count, warnings):
        """The metric's values for its baseline of real data, and their count."""
        if metric.baseline is None:
            return {}, None
        key = (metric.name, count)
        if key not in self._real_results:
            self._real_results[key] = self._real_result(metric, count)
        values, real_count, problem = self._real_results[key]
        which = "reference" if metric.baseline == "reference" else "held-out"
        if problem:
            warnings.append(f"no value of {which} real data: {problem}")
        elif real_count != count:
            warnings.append(f"the real column is of {real_count:,} {which} examples: there are no more")
        return values, real_count

    def _baseline(self, metric, count):
        """(comparison of the baseline of real data with the reference, held-out comparison or None)."""
        if metric.baseline == "reference":
            return Comparison(self.real, self.real.part(self.modality.rows(self.real.count, count))), None
        if metric.baseline == "held-out":
            return self._held_of(count), None
        scored, tests = self._halves()
        if scored.other.count > count:
            scored = scored.part(self.modality.rows(scored.other.count, count))
        return scored, tests

    def _real_result(self, metric, count):
        """(values, count, error message or None) of the metric's baseline of real data, cached."""
        comparison, tests = self._baseline(metric, count)
        count, context = comparison.other.count, self._context(comparison, tests)
        lacks = context.lacks(metric)
        if lacks:
            return {}, count, f"{comparison.other.input.name} has no {', '.join(lacks)}"
        record = protocol(metric, self.real, self.held, count, self.modality, self.seed)
        cacheable = self.modality.cacheable(metric)
        key = digest("real column", code_digest(), metric.name, record, self.modality.digests(metric, comparison.other))
        cached = self.cache.load_record("scores", key) if cacheable else None
        if cached is not None:
            return cached["parts"], count, None
        began = time.perf_counter()
        try:
            values = values_of(metric(context))
        except UserError as error:
            return {}, count, str(error)
        self.clock[f"{metric.name} of real data"] = time.perf_counter() - began
        if cacheable:
            self.cache.store_record("scores", key, {"metric": metric.name, "protocol": record, "parts": values})
        return values, count, None

    def _halves(self):
        """Comparisons with two disjoint halves of the held-out data."""
        order = np.random.default_rng([self.seed, 0x4A1F]).permutation(self.held.count)
        whole = self._held_of(self.held.count)
        return [whole.part(np.sort(half)) for half in np.array_split(order, 2)]

    def _at_count(self, metric, comparison, count):
        """The metric's values for as many generated samples as the real column has."""
        rows = self.modality.rows(comparison.other.count, count)
        if metric.baseline == "halves":
            context = self._context(comparison.part(rows), self._halves()[1])
        else:
            context = self._context(Comparison(self.real, comparison.other.part(rows), self._shared), None)
        try:
            return values_of(metric(context))
        except UserError:
            return {}

    def _floor(self, metric, count):
        """The expected score of a perfect model at this count, if the metric defines it."""
        if metric.floor is None:
            return None
        key = ("floor", metric.name, count)
        if key not in self._shared:
            self._shared[key] = metric.floor(self.real.features, count, self.real.count, self.seed)
        return self._shared[key]


@functools.cache
def code_digest():
    """A sha256 of the code of metrics and evaluation: cached scores of real data are valid for this code only."""
    root = Path(__file__).parents[1]
    return digest_files(root, [path for room in ("evaluation", "metrics", "data") for path in (root / room).rglob("*.py")])


def finite(value):
    """A finite float, or None where JSON cannot hold the value."""
    return float(value) if value is not None and math.isfinite(value) else None
