"""The arguments of metrics, computed once and when first needed: examples, features, probabilities, distances."""

import contextlib
import dataclasses
import functools
import time

import numpy as np

from ganzoo.evaluation.cache import digest, digest_array
from ganzoo.evaluation.extraction import extract
from ganzoo.evaluation.features.base import Extracted
from ganzoo.metrics.neighbours.search import Nearest, neighbours

NEIGHBOURS = 5  # in each direction: as many as any metric uses


class Sample:
    """A fixed number of examples of an `Input`, and their features.

    Args:
        input: an `Input`.
        count: how many.
        seed: of the draw.
        extractor: an `Extractor`; one that is fitted to this sample may be set later.
        cache: a `Cache` for the features, or None.
        clock: a dict of seconds by task, added to.
        log: called with lines for the user.

    Attributes:
        notes: sentences that go with every score of it.
    """

    notes = ()

    def __init__(self, input, count, seed, extractor=None, cache=None, clock=None, log=print):
        self.input, self.count, self.seed = input, count, seed
        self.extractor, self.cache, self.log = extractor, cache, log
        self.clock = {} if clock is None else clock

    @functools.cached_property
    def examples(self):
        with timed(self.clock, "examples"):
            return self.input.examples(self.count, self.seed)

    @functools.cached_property
    def identity(self):
        return self.input.key(self.count, self.seed) or digest_array(self.examples)

    @functools.cached_property
    def extracted(self):
        extractor = self.extractor
        if self.cache is None or not extractor.cacheable:
            return self._extract()
        key = digest("features", self.identity, extractor.sha256, extractor.layer, extractor.preprocessing)
        stored = self.cache.load("features", key)
        if stored is not None and len(stored["features"]) == self.count:
            return Extracted(stored["features"], stored.get("probabilities"))
        extracted = self._extract(key)
        self.cache.store("features", key, {name: array for name, array in vars(extracted).items() if array is not None})
        return extracted

    def _extract(self, key=None):
        examples = self.examples
        with timed(self.clock, "features"):
            return extract(self.extractor, examples, self.input.name, key, self.cache, self.log)

    @functools.cached_property
    def labels(self):
        """The labels int64 [count] of the examples, or None."""
        return self.input.labels(self.count, self.seed)

    @functools.cached_property
    def captions(self):
        """The captions of the examples, a list of strings, or None."""
        return self.input.captions(self.count, self.seed)

    @property
    def features(self):
        return self.extracted.features

    @property
    def probabilities(self):
        return self.extracted.probabilities

    def part(self, rows):
        """Some rows, a slice or indices, as another sample, without new computation."""
        return Part(self, rows)


class Part(Sample):
    """Some rows of a sample."""

    def __init__(self, whole, rows):
        count = len(np.arange(whole.count)[rows])
        super().__init__(whole.input, count, whole.seed, whole.extractor, None, whole.clock, whole.log)
        self.whole, self.rows = whole, rows

    @functools.cached_property
    def identity(self):
        return digest("part", self.whole.identity, np.arange(self.whole.count)[self.rows].tolist())

    @functools.cached_property
    def examples(self):
        return self.whole.examples[self.rows]

    @functools.cached_property
    def labels(self):
        return None if self.whole.labels is None else self.whole.labels[self.rows]

    @functools.cached_property
    def captions(self):
        return None if self.whole.captions is None else np.array(self.whole.captions)[self.rows].tolist()

    @functools.cached_property
    def extracted(self):
        whole = self.whole.extracted
        probabilities = None if whole.probabilities is None else whole.probabilities[self.rows]
        return Extracted(whole.features[self.rows], probabilities)


class Comparison:
    """Two samples and the distances between them.

    Args:
        real: the reference, a `Sample`.
        other: fakes or held-out data, a `Sample`.
        shared: a dict of results that depend on the reference alone, shared between comparisons.
    """

    def __init__(self, real, other, shared=None):
        self.real, self.other = real, other
        self.shared = {} if shared is None else shared

    @functools.cached_property
    def neighbours(self):
        real, other = self.real.features, self.other.features
        with timed(self.real.clock, "distances"):
            record = neighbours(real, other, k=NEIGHBOURS, real_real=self.shared.get("real_real"))
        self.shared["real_real"] = record.real_real
        return record

    def part(self, rows):
        """The comparison with some rows of `other`, for metrics that need only distances from `other` to the reference."""
        return ComparisonPart(self, rows)


class ComparisonPart(Comparison):
    """A comparison with some rows of another's `other`; its record holds their nearest real examples only."""

    def __init__(self, whole, rows):
        super().__init__(whole.real, whole.other.part(rows))
        self.whole, self.rows = whole, rows

    @functools.cached_property
    def neighbours(self):
        record = self.whole.neighbours
        nearest_real = Nearest(record.fake_real.distances[self.rows], record.fake_real.indices[self.rows])
        return dataclasses.replace(record, fake_real=nearest_real, real_fake=None, fake_fake=None, balls={})


class Context:
    """The mapping that metrics take their arguments from; each is computed once.

    Args:
        comparison: the `Comparison` of the reference and what is scored.
        held: the `Comparison` of the reference and held-out data, for `test`, or None.
        modality: the `Modality` that provides the arguments.
        seed: an integer.
    """

    def __init__(self, comparison, held, modality, seed=0):
        self.comparison, self.held, self.modality, self.seed = comparison, held, modality, seed
        self._values = {}

    @functools.cached_property
    def _providers(self):
        return self.modality.providers(self)

    def lacks(self, metric):
        """The names of the arguments that a metric needs and that are not available."""
        return [name for name in metric.needs if name not in self._providers]

    def __getitem__(self, name):
        if name not in self._values:
            self._values[name] = self._providers[name]()
        return self._values[name]


@contextlib.contextmanager
def timed(clock, what):
    """Adds the seconds that its block takes to `clock[what]`."""
    began = time.perf_counter()
    try:
        yield
    finally:
        clock[what] = clock.get(what, 0.0) + time.perf_counter() - began
