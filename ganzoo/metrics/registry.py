"""The registry of metrics: pure functions of arrays, each with its metadata at its definition."""

import dataclasses
import functools
import importlib
import inspect
import math
import pkgutil
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

# Arguments that a metric may require, by parameter name. The evaluation provides them; a metric never samples or loads.
ARGUMENTS = {
    "real": "features [N, d] of the reference set (training data, unless the protocol says otherwise)",
    "fake": "features [M, d] of generated samples",
    "test": "features [T, d] of held-out real data, disjoint from `real`",
    "real_probs": "class probabilities [N, K] of the reference set",
    "fake_probs": "class probabilities [M, K] of generated samples",
    "real_labels": "integers [N], the labels of the reference set",
    "test_labels": "integers [T], the labels of `test`",
    "fake_labels": "integers [M], the labels that generated samples are conditioned on",
    "classifiers": "a `Classifiers` record: classifiers trained on `real` and on `fake` with their labels",
    "fake_captions": "strings [M], the captions that generated samples are conditioned on",
    "own_real": "features [N, d] of `real`'s examples by the model's own discriminator",
    "own_test": "features [T, d] of `test`'s examples by the model's own discriminator",
    "real_pixels": "the examples of `real`, flattened, [N, p]",
    "test_pixels": "the examples of `test`, flattened, [T, p]",
    "critics": "a `Critics` record: what Wasserstein critics say that were trained on `real` and one half of `fake`",
    "test_inversions": "errors [n] of held-out examples under the nearest samples that a search for latents finds",
    "train_inversions": "the same of as many training examples",
    "paths": "a `Paths` record: features of samples at two near points of lines between latents",
    "truth": "what knows the data's manifold: `distances(images)` gives how far each is from it, float [M]",
    "conditions": "integers [M], which label or caption each generated sample is conditioned on",
    "caption_reader": "reads the data's captions and images: `claims(text)`, `parse(images)`, `attributes`, `image_shape`",
    "segmenter": "knows classes of pixels: `segment(images)`, `label_map(text)` of what a caption determines, `image_shape`",
    "real_images": "uint8 images [N, H, W, C] of the reference set",
    "fake_images": "uint8 generated images [M, H, W, C]",
    "outputs": "uint8 images [T, H, W, C] that the model made of held-out ones",
    "targets": "the uint8 images [T, H, W, C] that `outputs` should equal, pair by pair",
    "reconstructions": "float [T, ...] that the model made of held-out examples: images in [-1, 1], or points",
    "originals": "the float examples [T, ...] that `reconstructions` should equal, pair by pair",
    "log_weights": "[T, K], log p(x|z) + log p(z) - log q(z|x) of held-out examples for K draws of a model's encoder",
    "jacobians": "[M, n, d], how the n values of some generated samples change with the d of their latents",
    "real_points": "points [N, 2] of a data set whose modes are known",
    "fake_points": "generated points [M, 2]",
    "modes": "the known modes: an object with `means` [K, 2] and `scale` (their standard deviation)",
    "neighbours": "a `Neighbours` record: one distance pass over real-real, real-fake and fake-fake",
    "test_neighbours": "the `Neighbours` record of `test` in the place of `fake`",
    "real_text": "the reference text, a list of sentences (the training text, unless the protocol says otherwise)",
    "fake_text": "the generated text, a list of sentences",
    "test_text": "held-out real text, a list of sentences",
    "training_text": "all sentences that the reference is drawn from",
    "references": "how many references BLEU and self-BLEU use, the same number for both where there are enough",
    "language_model": "a `KneserNey` of the reference text",
    "vocabulary": "every word of any of the texts",
    "true_likelihoods": "(log-likelihoods [M], numbers of words [M]) of the generated text under the true distribution",
    "model_likelihoods": "(log-likelihoods [T], numbers of words [T]) of the held-out text under the model",
    "accepted": "bool [M]: whether a parser accepts each generated sentence",
    "seed": "an integer for whatever the metric draws",
}
# What arguments cost to provide, beside drawing samples and extracting features; metrics that need the same share it.
COSTS = {
    "neighbours": "one pass over all distances, O(N^2 d)",
    "test_neighbours": "a pass over the held-out distances, O(N^2 d)",
    "classifiers": "classifiers trained on both sides",
    "critics": "critics trained on both sides",
    "test_inversions": "gradient descent on latents",
    "train_inversions": "gradient descent on latents",
    "log_weights": "draws of the model's encoder, decoded",
    "jacobians": "Jacobians of the generator",
    "paths": "samples along paths, and their features",
    "language_model": "counts the reference's n-grams",
}
# What an extractor makes of examples, and what follows from the generated samples.
OF_FEATURES = {
    "real",
    "fake",
    "test",
    "real_probs",
    "fake_probs",
    "neighbours",
    "test_neighbours",
    "classifiers",
    "critics",
    "paths",
}
OF_SAMPLES = {"fake", "fake_probs", "fake_images", "fake_points", "fake_text", "neighbours"}
IMAGES, POINTS, TEXT = "image", "point", "text"
DIRECTIONS = ("higher", "lower", "real")


@dataclasses.dataclass(frozen=True)
class Part:
    """The metadata of one part of a metric's result.

    Attributes:
        direction: "higher" or "lower" is better, "real" (as held-out real data is best), "zero" (a signed error), "aside" (no
            score, but needed to read the others), or None for the metric's own.
        floor: the part of the same result that a perfect model shows here at this count.
        worst: of an accuracy or a share whose worst is 1, the name of the worst case.
        below: the name of values below held-out real data's, where these are no merit.
        span: the least and the greatest value that is possible; intervals end there.
        counted: whether it is a share of the generated samples, each counted on its own, so that its interval is exact; `span`
            is (0, what it is when all are counted).
    """

    direction: str | None = None
    floor: str | None = None
    worst: str = ""
    below: str = ""
    span: tuple = (-math.inf, math.inf)
    counted: bool = False


@dataclasses.dataclass(frozen=True)
class Metric:
    """One definition of a score.

    Attributes:
        name: its name in records and `--metrics`.
        function: pure function whose parameters are keys of `ARGUMENTS`; returns a number, or a dict by part of numbers or
            of (value, low, high) with a 95 % interval.
        direction: "higher" or "lower" is better, or "real" where held-out real data's own score is the target.
        least: the least number of samples on each side below which the score is unreliable.
        paper: where it comes from.
        meaning: one sentence: what the number says.
        misleads: one sentence: when the score is misleading.
        cost: its own work, by N samples of d features, K classes or H x W pixels; what its arguments cost, `COSTS` says.
        title: the name of its score in tables; `{part}` stands for the part. Its name by default.
        published: the title with features of the verified Inception network of the papers, such as "FID".
        parts: a `Part`, or its direction, by the name of each part of the result; a name may hold wildcards.
        main: the part that the title alone refers to.
        bounds: by part, the two entries of the function's dict that are the ends of its 95 % interval where it has one.
        undefined: why a part is undefined where the function's dict lacks it, by part.
        of: the kinds of examples that it applies to.
        default: its place in the default selection, the smallest first; None where it must be selected by name.
        compared: whether a comparison of models takes it by default.
        default_of: the kinds of examples for which these two hold; all of `of` by default.
        baseline: the real data that is scored for comparison: "held-out" data; "halves" of it, one scored and one held out,
            where the metric takes held-out data itself; the "reference", where the metric compares with held-out data; None
            where there is no such score.
        sees_copies: whether it detects copies only of training examples that are in the reference.
        covariances: whether it compares covariances, which takes more samples than dimensions.
        around_zero: whether a perfect score is noise around 0, so that real data's score is no scale.
        origin: the value of the worst possible result, where it is not 0.
        floor: `floor(real, count, real_count, seed)`, the expected main part of a perfect model.
        interval: `interval(context, values, wanted)`, 95 % intervals {part: (low, high)} cheaper than a jackknife; only those
            that are nearly free where they are not `wanted`.
        warn: `warn(values, count)`, warnings on what a result leaves out.
    """

    name: str
    function: Callable
    direction: str
    least: int
    paper: str
    meaning: str
    misleads: str
    cost: str = ""
    title: str = ""
    published: str = ""
    parts: Mapping[str, Part | str | None] = dataclasses.field(default_factory=lambda: {"": None})
    main: str = ""
    bounds: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)
    undefined: Mapping[str, str] = dataclasses.field(default_factory=dict)
    of: tuple = (IMAGES, POINTS)
    default: int | None = None
    compared: bool = False
    default_of: tuple | None = None
    baseline: str | None = "held-out"
    sees_copies: bool = False
    covariances: bool = False
    around_zero: bool = False
    origin: float = 0.0
    floor: Callable | None = None
    interval: Callable | None = None
    warn: Callable | None = None

    @property
    def needs(self):
        """The arguments it needs: its function's required parameters."""
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(p.name for p in parameters if p.default is inspect.Parameter.empty or p.name == "seed")

    @property
    def whole_cost(self):
        """Its cost, and what its arguments cost that other metrics need too, in a line."""
        shared = dict.fromkeys(COSTS[need] for need in self.needs if need in COSTS)
        return "; shared: ".join(filter(None, [self.cost, ", ".join(shared)]))

    def record(self):
        """All that is known of it but its functions, JSON-ready."""
        return {
            "name": self.name,
            "of": list(self.of),
            "direction": self.direction,
            "parts": {name: getattr(part, "direction", part) or self.direction for name, part in self.parts.items()},
            "needs": {need: ARGUMENTS[need] for need in self.needs},
            "extractor": self.uses_features,
            "least": self.least,
            "cost": self.whole_cost,
            "baseline": self.baseline,
            "default": self.is_default(self.of[0]),
            "meaning": self.meaning,
            "misleads": self.misleads,
            "paper": self.paper,
            "code": f"{self.function.__module__}.{self.function.__qualname__}",
        }

    @property
    def uses_features(self):
        """Whether it uses an extractor's features."""
        return not OF_FEATURES.isdisjoint(self.needs)

    def is_default(self, kind):
        """Whether it is in the default selection of a kind of examples."""
        return self.default is not None and kind in (self.of if self.default_of is None else self.default_of)

    def is_compared(self, kind):
        """Whether a comparison of models of a kind of examples takes it by default."""
        return self.compared and kind in (self.of if self.default_of is None else self.default_of)

    def part(self, name):
        """The `Part` of that name, its direction filled in.

        Raises:
            ValueError: the metric declares no such part.
        """
        for pattern, part in sorted(self.parts.items(), key=lambda item: item[0] != name):
            if fnmatchcase(name, pattern):
                part = part if isinstance(part, Part) else Part(part)
                return part if part.direction else dataclasses.replace(part, direction=self.direction)
        raise ValueError(f"metric {self.name!r} declares no part {name!r}")

    def called(self, part="", extractor=None):
        """The name of a part's score, such as `FD[cnn-digits]`; only the verified Inception network makes it `FID`.

        Args:
            part: of its result.
            extractor: what made the features, with `name` and `inception`.
        """
        published = self.published if extractor is not None and extractor.inception else ""
        name = published or self.title or self.name
        if "{part}" in name:
            name = name.format(part=part)
        elif part not in ("", self.main):
            name = f"{name}.{part}"
        return f"{name}[{extractor.name}]" if self.uses_features and not published else name

    def __call__(self, context):
        """Its result for `context`, a mapping with at least the keys that it needs: {part: (value, low, high)}."""
        result = self.function(**{name: context[name] for name in self.needs})
        parts = result if isinstance(result, dict) else {"": result}
        ends = {end for pair in self.bounds.values() for end in pair}
        values = {part: _estimate(value) for part, value in parts.items() if part not in ends}
        for part in set(self.bounds) & set(values):
            values[part] = (values[part][0], *(parts.get(end) for end in self.bounds[part]))
        return values


REGISTRY: dict[str, Metric] = {}


def metric(name, **facts):
    """Registers a function as a metric; the function itself stays as it was.

    Args:
        name, facts: of the `Metric`.

    Raises:
        ValueError: an unknown direction or argument, or a name that another function has; the same function, such as that of
            a notebook's cell that is run again, replaces what it was.
    """

    def register(function):
        entry = Metric(name, function, **facts)
        if entry.direction not in DIRECTIONS:
            raise ValueError(f"direction of {name!r} must be one of {DIRECTIONS}, not {entry.direction!r}")
        unknown = set(entry.needs) - set(ARGUMENTS)
        if unknown:
            raise ValueError(f"{name!r} needs unknown arguments {sorted(unknown)}; known: {sorted(ARGUMENTS)}")
        if name in REGISTRY and _place(REGISTRY[name].function) != _place(function):
            raise ValueError(f"two metrics are called {name!r}")
        REGISTRY[name] = entry
        return function

    return register


@functools.cache
def _import_all():
    """Imports every module of `metrics` once, which registers its metrics."""
    from ganzoo import metrics

    for module in pkgutil.walk_packages(metrics.__path__, f"{metrics.__name__}."):
        importlib.import_module(module.name)


def all_metrics():
    """Every metric by name, a user's own included: those of the default selections in their order, then the others by name."""
    _import_all()
    last = math.inf
    entries = sorted(REGISTRY.values(), key=lambda entry: (last if entry.default is None else entry.default, entry.name))
    return {entry.name: entry for entry in entries}


def metrics_of(kind):
    """Every metric that suits a kind of examples, "image", "point" or "text", by name."""
    return {name: entry for name, entry in all_metrics().items() if kind in entry.of}


def values_of(result):
    """The values alone of a metric's result {part: (value, low, high)}."""
    return {part: value for part, (value, _, _) in result.items()}


def _place(function):
    """What tells a function from others: those of recipe files, which are read again from a run's copy, by their name alone."""
    module = function.__module__ or ""
    return "" if module.startswith("ganzoo_recipe_") else module, getattr(function, "__qualname__", None)


def _estimate(value):
    value, low, high = value if isinstance(value, tuple) else (value, None, None)
    return float("nan") if value is None else float(value), low, high
