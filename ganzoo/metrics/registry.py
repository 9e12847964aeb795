"""What a metric is: a pure function of context, with what a reader must know to trust its number."""

import dataclasses
import inspect
from collections.abc import Callable

# Context a metric may ask for, by parameter name. Whoever evaluates provides it; a metric never samples or loads.
ARGUMENTS = {
    "real": "features [N, d] of the reference set (training data, unless the protocol says otherwise)",
    "fake": "features [M, d] of generated samples",
    "test": "features [T, d] of held-out real data, disjoint from `real`",
    "real_probs": "class probabilities [N, K] of the reference set",
    "fake_probs": "class probabilities [M, K] of generated samples",
    "fake_labels": "integers [M], the labels that generated samples were asked for",
    "fake_captions": "strings [M], the captions that generated samples were asked for",
    "real_images": "uint8 images [N, H, W, C] of the reference set",
    "fake_images": "uint8 generated images [M, H, W, C]",
    "outputs": "uint8 images [N, H, W, C] that a model made of given ones: reconstructions, completions",
    "targets": "the uint8 images [N, H, W, C] that `outputs` should equal, pair by pair",
    "real_points": "points [N, 2] of a data set whose modes are known",
    "fake_points": "generated points [M, 2]",
    "modes": "the known modes: an object with `means` [K, 2] and `scale` (their standard deviation)",
    "neighbours": "a `Neighbours` record: one distance pass over real-real, real-fake and fake-fake",
    "test_neighbours": "the `Neighbours` record of `test` in the place of `fake`",
    "seed": "an integer for whatever the metric draws",
}


@dataclasses.dataclass(frozen=True)
class Metric:
    """One definition of a score.

    Attributes:
        name: what it is called in tables, records and `--metrics`.
        function: pure function whose parameters are keys of `ARGUMENTS`; returns a float, or a dict of floats by part.
        direction: "higher" or "lower" is better, or "real" where the held-out real data's own score is the target.
        least: the least number of samples on each side below which the number means little.
        paper: where it comes from.
        meaning: one sentence: what the number says.
        misleads: one sentence: when not to believe it.
    """

    name: str
    function: Callable
    direction: str
    least: int
    paper: str
    meaning: str
    misleads: str

    @property
    def needs(self):
        """The context it asks for: its function's required parameters."""
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(p.name for p in parameters if p.default is inspect.Parameter.empty or p.name == "seed")

    def __call__(self, context):
        """Its value for `context`, a mapping with at least the keys that it needs."""
        return self.function(**{name: context[name] for name in self.needs})


REGISTRY: dict[str, Metric] = {}


def metric(name, *, direction, least, paper, meaning, misleads):
    """Registers a function as a metric; the function itself stays as it was."""
    if direction not in ("higher", "lower", "real"):
        raise ValueError(f"direction of {name!r} must be 'higher', 'lower' or 'real', not {direction!r}")

    def register(function):
        entry = Metric(name, function, direction, least, paper, meaning, misleads)
        unknown = set(entry.needs) - set(ARGUMENTS)
        if unknown:
            raise ValueError(f"{name!r} asks for unknown context {sorted(unknown)}; known: {sorted(ARGUMENTS)}")
        if name in REGISTRY:
            raise ValueError(f"two metrics are called {name!r}")
        REGISTRY[name] = entry
        return function

    return register
