"""What a measure is: a pure function of evidence, with what a reader must know to trust its number."""

import dataclasses
import inspect
from collections.abc import Callable

# Evidence a measure may ask for, by parameter name. Whoever evaluates provides it; a measure never samples or loads.
EVIDENCE = {
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
    "seed": "an integer for whatever the measure draws",
}


@dataclasses.dataclass(frozen=True)
class Measure:
    """One definition of a score.

    Attributes:
        name: what it is called in tables, records and `--measures`.
        function: pure function whose parameters are keys of `EVIDENCE`; returns a float, or a dict of floats by part.
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
        """The evidence it asks for: its function's required parameters."""
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(p.name for p in parameters if p.default is inspect.Parameter.empty or p.name == "seed")

    def __call__(self, evidence):
        """Its value for `evidence`, a mapping with at least the keys that it needs."""
        return self.function(**{name: evidence[name] for name in self.needs})


REGISTRY: dict[str, Measure] = {}


def measure(name, *, direction, least, paper, meaning, misleads):
    """Registers a function as a measure; the function itself stays as it was."""
    if direction not in ("higher", "lower", "real"):
        raise ValueError(f"direction of {name!r} must be 'higher', 'lower' or 'real', not {direction!r}")

    def register(function):
        entry = Measure(name, function, direction, least, paper, meaning, misleads)
        unknown = set(entry.needs) - set(EVIDENCE)
        if unknown:
            raise ValueError(f"{name!r} asks for unknown evidence {sorted(unknown)}; known: {sorted(EVIDENCE)}")
        if name in REGISTRY:
            raise ValueError(f"two measures are called {name!r}")
        REGISTRY[name] = entry
        return function

    return register
