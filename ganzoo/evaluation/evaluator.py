"""The engine of an evaluation: the real side made once, then the scores of any number of models against it."""

import functools
import importlib
import math
import pkgutil
import time
from pathlib import Path

import numpy as np

from ganzoo import metrics
from ganzoo.data.mixtures import MIXTURES
from ganzoo.errors import UserError
from ganzoo.evaluation import intervals
from ganzoo.evaluation.cache import Cache, digest, digest_files
from ganzoo.evaluation.context import Comparison, Context, Sample
from ganzoo.evaluation.features.choose import choose
from ganzoo.evaluation.features.sanity_check import gate_once
from ganzoo.evaluation.inputs.base import FamilyInput
from ganzoo.evaluation.inputs.opening import as_grey
from ganzoo.evaluation.inputs.reference import held_out
from ganzoo.evaluation.protocol import FLOORS, part_direction, protocol, protocol_line, score_name, uses_extractor
from ganzoo.metrics.registry import REGISTRY

COUNT = 10_000
DEFAULT = (
    "frechet_distance",
    "kernel_distance",
    "inception_score",
    "label_accuracy",
    "label_coverage",
    "caption_match",
    "mode_coverage",
    "precision_recall",
    "density_coverage",
    "nearest_neighbour_test",
    "c2st",
    "ndb",
    "c_t",
    "auth_pct",
    "vendi",
    "ms_ssim",
    "power_spectrum",
)
# Cosines of points of the plane say nothing.
NOT_OF_POINTS = ("vendi",)
# Metrics that see only the copies of those training examples that are in the reference.
OF_COPIES = ("c_t", "auth_pct", "nearest_neighbour_test")
# Context that takes held-out data beside what is scored: its real column needs two disjoint parts of it.
HELD_OUT = {"test", "test_neighbours"}


class Evaluator:
    """The real data's half of an evaluation, made once for any number of models.

    Args:
        data: a `Input` of real data.
        extractor, count, seed, reference_count, data_dir, cache, log: as of `evaluate.evaluate`.

    Attributes:
        extractor: the `Extractor`.
        count: generated samples of every model.
        clock: seconds by what they went into: examples, features, distances, and each metric by name.

    Raises:
        UserError: no such extractor, or too little data.
    """

    def __init__(self, data, extractor="auto", count=None, seed=0, reference_count=None, data_dir=None, cache=None, log=print):
        if data.kind == "model":
            raise UserError(f"{data.name} is a model: the real side must be data")
        self.data, self.seed, self.log = data, seed, log
        self.cache = cache or Cache()
        self.reference, self.held_side, words = held_out(data, seed)
        for note in [*data.notes, *([words] if "half" in words else [])]:
            log(note)
        self.count = count or min(COUNT, self.reference.size, self.held_side.size)
        if self.count < 2:
            raise UserError("one sample is no distribution: --count must be at least 2")
        self.extractor = choose(extractor, data, self.cache, data_dir, log)
        self.clock = {}
        self.modes = MIXTURES.get(getattr(getattr(data, "source", None), "name", None))
        reference_count = min(self.reference.size, reference_count or max(self.count, COUNT))
        self.real = self._sample(self.reference, reference_count)
        self.held = self._sample(self.held_side, min(self.held_side.size, self.count))
        self._shared, self._held, self._real_results, self._gate = {}, {}, {}, None

    def _sample(self, side, count, cache=True):
        return Sample(side, count, self.seed, self.extractor, self.cache if cache else None, self.clock, self.log)

    @property
    def gate(self):
        """The extractor's sanity gate on this data; None for points."""
        if self._gate is None and self.data.feature == "image":
            self._gate = gate_once(self.extractor, self.reference, self.held_side, self.cache, self.seed, self.log)
        return self._gate

    def scores(self, model, metrics="default", intervals=False):
        """The scores of one model, as `evaluate.evaluate` returns them.

        Args:
            model: a `Input`.
            metrics, intervals: as of `evaluate.evaluate`.
        """
        for note in model.notes:
            self.log(note)
        model = same_shape(model, self.data)
        count = self.count
        if model.size is not None and model.size < count:
            self.log(f"{model.name} has {model.size} examples: they are scored at that count")
            count = model.size
        fake = self._sample(model, count, cache=not isinstance(model, FamilyInput))
        comparison = Comparison(self.real, fake, self._shared)
        context = Context(comparison, self._held_of(count), self.modes, self.seed)
        chosen = self._chosen(metrics, fake)
        if any(uses_extractor(metric) for metric, _ in chosen):  # bad samples or features end it all, not each metric
            for sample in (self.real, self.held, fake):
                _ = sample.extracted
        found = []
        for metric, asked in chosen:
            try:
                found += self._scores_of(metric, context, intervals)
            except UserError as error:
                if asked:
                    raise
                self.log(f"{metric.name} left out: {error}")
        if not found:
            raise UserError(f"no metric could be taken of {model.name}")
        return found

    def _held_of(self, count):
        """The comparison with `count` held-out examples, or with all where there are not as many."""
        count = min(count, self.held.count)
        if count not in self._held:
            held = self.held if count == self.held.count else self.held.part(some(self.held.count, count, self.seed))
            self._held[count] = Comparison(self.real, held, self._shared)
        return self._held[count]

    def applies(self, name, fake=None):
        """Whether a metric, by name, can be taken on this data with this extractor (and of `fake`, a `Sample`)."""
        context = Context(Comparison(self.real, fake or self.real), self._held_of(self.count), self.modes, self.seed)
        fits = self.data.feature == "image" or name not in NOT_OF_POINTS
        return fits and all(context.has(need) for need in all_metrics()[name].needs)

    def _chosen(self, names, fake):
        """The metrics of a request that can be taken of `fake`, each with whether it was asked for by name."""
        known = all_metrics()
        asked = names not in ("default", "all")
        if isinstance(names, str):
            lists = {"default": DEFAULT, "all": tuple(known)}
            names = lists.get(names) or tuple(name.strip() for name in names.split(",") if name.strip())
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            raise UserError(f"no such metric: {', '.join(unknown) or 'none given'}; there are {', '.join(sorted(known))}")
        chosen, left = [], []
        for name in dict.fromkeys(names):
            if self.applies(name, fake):
                chosen.append((known[name], asked))
            elif asked and self.applies(name):
                what = "captions" if "fake_captions" in known[name].needs else "labels"
                raise UserError(f"{name} needs samples that were drawn with {what}: {fake.side.name} has none")
            elif asked:
                raise UserError(f"{name} does not apply to {self.data.name} with the extractor {self.extractor.name}")
            else:
                left.append(name)
        if left:
            self.log(f"left out, since they do not apply here: {', '.join(left)}")
        return chosen

    def _scores_of(self, metric, context, wanted):
        fake = context.comparison.other
        for need in metric.needs:  # so that a metric's own time is told apart
            context[need]
        began = time.perf_counter()
        parts = as_parts(metric(context))
        seconds = time.perf_counter() - began
        self.clock[metric.name] = self.clock.get(metric.name, 0.0) + seconds
        warnings = self._warnings(metric, fake)
        real, real_count = self._real(metric, fake.count, warnings)
        at_real_count = {}
        if real and real_count != fake.count:
            at_real_count = self._at_count(metric, context.comparison, real_count)
        limits = intervals.limits(metric, context, parts, seconds, wanted, self.seed)
        record = protocol(metric, self.real, self.held, fake.count, self.extractor, self.seed)
        names = {part: score_name(metric, part, self.extractor) for part in parts}
        for part, value in parts.items():
            if not math.isfinite(value):
                words = "infinite" if math.isinf(value) else "undefined"
                warnings.append(f"{names[part]} is {words} here and left out")
        found = []
        for part, value in parts.items():
            if not math.isfinite(value):
                continue
            floor = self._floor(metric, fake.count) or parts.get(FLOORS.get((metric.name, part)))
            low, high = limits.get(part, (None, None))
            found.append(
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
                    "low": low,
                    "high": high,
                    "direction": part_direction(metric, part),
                    "warnings": warnings,
                    "protocol": record,
                    "protocol_line": protocol_line(record),
                    "model": fake.side.describe() | {"sha256": fake.identity},
                    "seconds": round(seconds, 3),
                }
            )
        return found

    def _warnings(self, metric, fake):
        """Sentences on what keeps a score of this metric from meaning what it seems to."""
        found = []
        least, dimension = min(fake.count, self.real.count), self.extractor.dimension
        for name, sample in (("the reference", self.real), ("the held-out data", self.held)):
            if fake.identity == sample.identity:
                found.append(f"{fake.side.name} is {name} itself, example by example")
        if least < metric.least:
            found.append(f"{metric.name} means little below {metric.least:,} samples a side; here are {least:,}")
        if metric.name.startswith("frechet"):
            if least <= dimension:
                found.append(f"{least:,} samples for {dimension:,} dimensions: a singular covariance, mostly bias")
            elif least < 10 * dimension:
                found.append(f"{least:,} samples for {dimension:,} dimensions: much of the value is its floor")
        if metric.name in OF_COPIES and self.real.count < self.reference.size:
            found.append(
                f"the reference is {self.real.count:,} of {self.reference.size:,} training examples: copies of the others "
                "are not seen as such"
            )
        if uses_extractor(metric) and self.gate and not self.gate["passed"]:
            found += [f"the extractor failed its sanity gate: {sentence}" for sentence in self.gate["failures"]]
        return found

    def _real(self, metric, count, warnings):
        """The metric's parts for held-out real data in the model's place, and at which count."""
        key = (metric.name, count)
        if key not in self._real_results:
            self._real_results[key] = self._real_result(metric, count)
        parts, real_count, problem = self._real_results[key]
        if problem:
            warnings.append(f"no value of held-out real data: {problem}")
        elif real_count != count:
            warnings.append(f"the real column is of {real_count:,} held-out examples: there are no more")
        return parts, real_count

    def _real_result(self, metric, count):
        """(parts, count, what went wrong or None) of held-out real data, kept in the cache."""
        held, tests = self._held_of(count), None
        if HELD_OUT & set(metric.needs):
            held, tests = self._halves()
            if held.other.count > count:
                held = held.part(some(held.other.count, count, self.seed))
        count = held.other.count
        record = protocol(metric, self.real, self.held, count, self.extractor, self.seed)
        key = digest("real column", code_digest(), metric.name, record)
        kept = self.cache.load_record("scores", key)
        if kept is not None:
            return kept["parts"], count, None
        began = time.perf_counter()
        try:
            parts = as_parts(metric(Context(held, tests, self.modes, self.seed)))
        except UserError as error:
            return {}, count, str(error)
        self.clock[f"{metric.name} of real data"] = time.perf_counter() - began
        self.cache.store_record("scores", key, {"metric": metric.name, "protocol": record, "parts": parts})
        return parts, count, None

    def _halves(self):
        """Comparisons with two disjoint halves of the held-out data."""
        order = np.random.default_rng([self.seed, 0x4A1F]).permutation(self.held.count)
        whole = self._held_of(self.held.count)
        return [whole.part(np.sort(half)) for half in np.array_split(order, 2)]

    def _at_count(self, metric, comparison, count):
        """The metric's parts for fewer generated samples, as many as the real column has."""
        rows = some(comparison.other.count, count, self.seed)
        if HELD_OUT & set(metric.needs):
            context = Context(comparison.part(rows), self._halves()[1], self.modes, self.seed)
        else:
            context = Context(Comparison(self.real, comparison.other.part(rows), self._shared), None, self.modes, self.seed)
        try:
            return as_parts(metric(context))
        except UserError:
            return {}

    def _floor(self, metric, count):
        """What a perfect model's Frechet distance is expected to be at this count."""
        if metric.name != "frechet_distance":
            return None
        key = ("floor", count)
        if key not in self._shared:
            self._shared[key] = intervals.frechet_floor_of(self.real.features, count, self.real.count, self.seed)
        return self._shared[key]


def same_shape(model, data):
    """A model's side, checked against the data's shape.

    Raises:
        UserError: they differ.
    """
    if model.shape == data.shape:
        return model
    if model.feature == data.feature == "image" and model.size and (model.shape[2], data.shape[2]) == (3, 1):
        model = as_grey(model)
    if model.shape != data.shape:
        shapes = [" x ".join(map(str, side.shape)) for side in (model, data)]
        hint = ""
        if model.feature == data.feature == "image" and model.shape[2] == data.shape[2]:
            hint = f"; --data {data.name.partition(':')[0].partition('@')[0]}@{model.shape[0]} resizes the data"
        raise UserError(f"{model.name} gives {shapes[0]} and {data.name} holds {shapes[1]}: they cannot be compared{hint}")
    return model


@functools.cache
def all_metrics():
    """Every metric by name."""
    for module in pkgutil.iter_modules(metrics.__path__):
        importlib.import_module(f"{metrics.__name__}.{module.name}")
    return REGISTRY


@functools.cache
def code_digest():
    """A sha256 of this package's code: real data's scores are kept only as long as it stays."""
    root = Path(__file__).parent
    return digest_files(root, root.rglob("*.py"))


def as_parts(result):
    """A metric's result as a dict of floats by part."""
    parts = result if isinstance(result, dict) else {"": result}
    return {part: float(value) for part, value in parts.items()}


def finite(value):
    """A float, or None where it is none that JSON can hold."""
    return value if value is not None and math.isfinite(value) else None


def some(total, count, seed):
    """`count` of `total` rows, drawn at random and in order."""
    if count >= total:
        return slice(None)
    return np.sort(np.random.default_rng([seed, 0x50]).choice(total, count, replace=False))
