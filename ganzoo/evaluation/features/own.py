"""A user's own feature extractor: a function from images to features, handed over or registered as an entry point."""

import functools
import inspect
from importlib import metadata

import numpy as np

from ganzoo.errors import UserError, one_line
from ganzoo.evaluation.cache import digest
from ganzoo.evaluation.features.base import Extractor

# The group of entry points: NAME = "package.module:factory", `factory(shape)` being called with an image's (H, W, C).
GROUP = "ganzoo_extractors"


class FunctionExtractor(Extractor):
    """Features by a function of the user's own.

    Args:
        function: takes uint8 images [B, H, W, C], B at most `batch`, and returns features [B, d] as any library's array; or
            a pair of these and class probabilities [B, K].
        name: for tables; the function's own where it has one.
        shape: an image's (H, W, C).

    Its features are kept on disk only where the function has an attribute `sha256`, a string that changes when they would.

    Raises:
        UserError: it fails on two images, or gives no features.
    """

    preprocessing = "the function's own"

    def __init__(self, function, name=None, shape=(32, 32, 3)):
        self._function = function
        self.name = name or getattr(function, "name", None) or getattr(function, "__name__", type(function).__name__)
        self.layer = getattr(function, "layer", "output")
        self.batch = int(getattr(function, "batch", 64))
        self.accuracy = getattr(function, "accuracy", None)
        declared = getattr(function, "sha256", None)
        self.cacheable = bool(declared)
        self.sha256 = declared or digest("function", self.name, source_of(function))
        self.source = f"the function {self.name} of the user's own"
        first = np.random.default_rng(0).integers(0, 256, (self.batch, *shape), np.uint8)
        features, probabilities = self._group(first)
        self.dimension, self.classifies = features.shape[1], probabilities is not None
        if np.array_equal(features[0], features[1]):
            raise UserError(f"the extractor {self.name} gives the same features for different images")

    def _group(self, images):
        try:
            result = self._function(images)
            pair = isinstance(result, tuple) and len(result) == 2
            features, probabilities = [_array(part) for part in result] if pair else (_array(result), None)
        except Exception as error:  # whatever foreign code raises
            raise UserError(f"the extractor {self.name} fails: {type(error).__name__}: {one_line(error)}") from error
        for part in (features, probabilities):
            if part is not None and (part.ndim != 2 or len(part) != len(images) or part.dtype.kind not in "fiu"):
                raise UserError(f"the extractor {self.name} must give [{len(images)}, d], not {part.dtype} {part.shape}")
        return features, probabilities


def _array(values):
    values = values.detach().cpu() if hasattr(values, "detach") else values
    return np.asarray(values)


def source_of(function):
    """The text of a function's code, or its place where there is no text."""
    try:
        return inspect.getsource(function if inspect.isroutine(function) else type(function))
    except (OSError, TypeError):
        return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"


@functools.cache
def registered():
    """The extractors that installed packages register, a dict of entry points by name."""
    return {entry.name: entry for entry in metadata.entry_points(group=GROUP)}


def from_entry_point(name, shape):
    """The extractor that an installed package registers under a name.

    Its factory is called with an image's (H, W, C) and returns an `Extractor`, or a function as of `FunctionExtractor`.

    Raises:
        UserError: the package cannot be imported, or what it gives is no extractor.
    """
    entry = registered()[name]
    try:
        made = entry.load()(tuple(shape))
    except UserError:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {one_line(error)}"
        raise UserError(f"the extractor {name} ({entry.value}) cannot be made: {why}") from error
    if isinstance(made, Extractor):
        return made
    if not callable(made):
        raise UserError(f"{entry.value} must return an Extractor or a function of images, not {type(made).__name__}")
    return FunctionExtractor(made, name, shape)
