"""Features of many examples: part by part, with a bar, and taken up where an earlier process stopped."""

import time

import numpy as np

from ganzoo.bars import progress_of
from ganzoo.evaluation.cache import digest
from ganzoo.evaluation.features.base import Extracted, filled

PART = 4096  # examples passed on at once, about
KEEP_EVERY = 60.0  # seconds of work that a kill may cost


def extract(extractor, examples, what, key=None, cache=None, log=print):
    """The `Extracted` of examples.

    Beside the features no more than a part of the examples is worked on at a time, so that they may lie in a mapped file.
    What was extracted is kept in the cache every minute until all is done.

    Args:
        extractor: an `Extractor`, or an embedding of text.
        examples: an array [N, ...], or what the embedding takes, which passes in one go.
        what: what they are, for messages.
        key: a hash of all that the features follow from; None where nothing is kept.
        cache: a `Cache`, or None.
        log: called with lines for the user.
    """
    with progress_of(f"features of {what} by {extractor.name}", log) as progress:
        batch = getattr(extractor, "batch", None)
        if not isinstance(examples, np.ndarray) or batch is None:
            return extractor.extract(examples, progress)
        step, total = batch * max(1, PART // batch), len(examples)
        kept = Kept(key, cache) if key and cache else None
        features, probabilities, done = kept.load(total) if kept else (None, None, 0)
        if done:
            log(f"features of {what}: {done:,} of {total:,} are at hand, from an earlier process")
        while done < total:
            part = np.asarray(examples[done : done + step])
            found = extractor.extract(part, lambda share, done=done, n=len(part): progress((done + share * n) / total))
            features = filled(features, found.features, done, len(part), total)
            if found.probabilities is not None:
                probabilities = filled(probabilities, found.probabilities, done, len(part), total)
            done += len(part)
            if kept and done < total:
                kept.keep(features, probabilities, done)
        if kept:
            kept.drop()
        return Extracted(features, probabilities)


class Kept:
    """What an unfinished extraction has in the cache: entries of rows that follow each other.

    Args:
        key: of the whole.
        cache: a `Cache`.
    """

    def __init__(self, key, cache):
        self.key, self.cache = key, cache
        self._number, self._rows, self._when = 0, 0, time.monotonic()

    def _name(self, number):
        return digest(self.key, "part", number)

    def load(self, total):
        """(features, probabilities, number of rows) that are there; (None, None, 0) where nothing is."""
        features = probabilities = None
        while (entry := self.cache.load("features", self._name(self._number))) is not None:
            rows = len(entry["features"])
            if self._rows + rows >= total:
                break
            features = filled(features, entry["features"], self._rows, rows, total)
            if "probabilities" in entry:
                probabilities = filled(probabilities, entry["probabilities"], self._rows, rows, total)
            self._rows, self._number = self._rows + rows, self._number + 1
        return features, probabilities, self._rows

    def keep(self, features, probabilities, done):
        """Keeps the rows up to `done` where the last time is long ago."""
        if time.monotonic() - self._when < KEEP_EVERY:
            return
        rows = slice(self._rows, done)
        arrays = {"features": features[rows]} | ({} if probabilities is None else {"probabilities": probabilities[rows]})
        self.cache.store("features", self._name(self._number), arrays)
        self._rows, self._number, self._when = done, self._number + 1, time.monotonic()

    def drop(self):
        """Removes the parts, once the whole is there."""
        for number in range(self._number):
            self.cache.drop("features", self._name(number))
