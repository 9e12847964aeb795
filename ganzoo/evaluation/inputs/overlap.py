"""What stands on two sides at once: held-out examples in the reference or in a model's training data, samples in the data."""

import dataclasses
import functools
from pathlib import Path

from ganzoo.data.source import NamedSource
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import Input, digests
from ganzoo.evaluation.inputs.reference import held_out, other_split, own_data

# A share of the held-out examples below which what also stands elsewhere changes nothing.
NEGLIGIBLE, REPETITIVE = 0.01, 0.5
UNITS = {"image": "images", "point": "points", "text": "sentences"}
# Of a source's arguments those that change none of its examples, but what batches carry beside.
OF_BATCHES = ("labels", "flip", "data_dir", "per_class", "choice", "on_bad")


def all_examples(input):
    """All examples of an `Input` of data, in its own order."""
    return input.examples(input.size)


def same_data(first, second):
    """Whether two `Input`s hold the same examples as far as their sources tell, which read nothing: the same data, or file."""
    if first is second:
        return True
    paths = [getattr(side, "path", None) for side in (first, second)]
    if all(paths):
        return Path(paths[0]).resolve() == Path(paths[1]).resolve()
    sources = [getattr(side, "source", None) for side in (first, second)]
    if sources[0] is not None and sources[0] is sources[1]:
        return True
    if not all(isinstance(source, NamedSource) for source in sources):
        return False
    first, second = ({k: v for k, v in source.get_config().items() if v and k not in OF_BATCHES} for source in sources)
    for config in (first, second):
        config["name"] = str(Path(config["name"]).resolve()) if Path(config["name"]).exists() else str(config["name"])
    return first == second


class Overlap:
    """Where examples of the real data stand beside their own place.

    Args:
        data: the real data, an `Input`.
        reference, held_out: its two parts, or two of its splits.
        examples: a function from an `Input` of data to all its examples.
    """

    def __init__(self, data, reference, held_out, examples=all_examples):
        self.data, self.reference, self.held_out, self.examples = data, reference, held_out, examples
        self.unit = UNITS[data.feature]
        self._trained_on = {}

    @functools.cached_property
    def _reference(self):
        return set(digests(self.examples(self.reference)))

    @functools.cached_property
    def _held(self):
        return digests(self.examples(self.held_out))

    @property
    def halved(self):
        """Whether the two parts are halves of data that has no second split."""
        return self.reference is not self.data

    def duplicates(self):
        """How many held-out examples also stand in the reference, as a sentence; None where that is negligible.

        Of text it is up to one half: short sentences repeat themselves, and `copied` counts them.
        """
        count, total = sum(one in self._reference for one in self._held), len(self._held)
        text = self.data.feature == "text"
        if count <= (REPETITIVE if text else NEGLIGIBLE) * total:
            return None
        blind = "copied and the language models" if text else "c_t, auth_pct and nearest_neighbour_test"
        return f"{self._also(count, total)} in the reference: {blind} see no copies of them"

    def _also(self, count, total):
        if count == total:
            return f"every held-out {self.unit[:-1]} also stands"
        return f"{count:,} of {total:,} held-out {self.unit} also stand{'s' * (count == 1)}"

    def trained_on(self, model, data_dir=None):
        """(whether a model trained on the held-out data, a sentence on that or None).

        Args:
            model: its `Input`.
            data_dir: where data sets are prepared.
        """
        if model not in self._trained_on:
            self._trained_on[model] = self._whether_trained_on(model, data_dir)
        return self._trained_on[model]

    def _whether_trained_on(self, model, data_dir):
        if model.kind != "model":
            return False, None
        try:
            own = own_data(model, data_dir)
            if own is None or own.feature != self.data.feature:
                return False, None
            if same_data(own, self.data):
                count = len(self._held) if self.halved else 0  # what the reference shares with it, `duplicates` says
            else:
                known = set(digests(self.examples(own)))
                count = sum(one in known for one in self._held)
        except UserError as error:
            return False, f"whether {model.name} trained on {self.held_out.name} is not known: {error}"
        total = len(self._held)
        if count > total / 2:
            most = "" if count == total else "most of "
            what = f"{most}both halves of {self.data.name}" if self.halved else f"{most}{self.held_out.name} too"
            return True, f"{model.name} trained on {what}: nothing here is held out, and what stands beside is training data"
        if count > NEGLIGIBLE * total and self.data.feature != "text":
            return False, f"{self._also(count, total)} in what {model.name} was trained on, {own.name}"
        return False, None

    def samples(self, input, examples):
        """How many of the samples of an `Input` are examples of the real data, as a sentence; None where none is.

        Of text only where that holds of a whole file: short sentences repeat themselves.
        """
        known = self._reference.union(self._held)
        count, total = sum(one in known for one in digests(examples)), len(examples)
        whole = count == total and input.kind != "model"
        if not count or (self.data.feature == "text" and not whole):
            return None
        if input.kind == "model":
            return f"{count:,} of {total:,} samples of {input.name} equal {self.unit} of the real data, value by value"
        if whole:
            everything = {self.data.size, self.reference.size + self.held_out.size}
            what = "the real data itself" if input.size in everything else "part of the real data"
            which = f"all of its {total:,} {self.unit}" if total == input.size else f"all {total:,} {self.unit} drawn of it"
            return f"{input.name} is {what}: {which} stand in {self.data.name}"
        return f"{count:,} of {total:,} {self.unit} of {input.name} also stand in the real data, {self.data.name}"


def warn_if_trained_on(model, data, reference, held, data_dir=None, log=print):
    """Logs a note where a model was trained on what is held out of `data` here.

    Args:
        model: its `Input`.
        data, reference, held: the real data and its two parts, `Input`s.
        data_dir: where data sets are prepared.
        log: called with the line.
    """
    _, words = Overlap(data, reference, held).trained_on(model, data_dir)
    if words:
        log(f"note: {words}")


@dataclasses.dataclass(frozen=True)
class Training:
    """What a model was trained on, and real data that tells how near to it what is not a copy comes.

    Attributes:
        data: all that it was trained on, an `Input`.
        yardstick: real data that it was not trained on, an `Input`; where there is none, half of `data`.
        within: whether the yardstick is of `data`.
        overlap: the `Overlap` of the real data that was named.
        notes: sentences on how the two were found.
    """

    data: Input
    yardstick: Input
    within: bool
    overlap: Overlap
    notes: list


def training_of(model, data, seed=0, data_dir=None):
    """The `Training` of a model that is compared with `data`.

    What its recipe or card says that it was trained on; where neither says, all of `data`, or of two splits the one that
    `data` is.

    Args:
        model: its `Input`.
        data: the real data, an `Input`.
        seed: of the halves.
        data_dir: where data sets are prepared.
    """
    reference, held, _ = held_out(data, seed)
    overlap, notes = Overlap(data, reference, held), []
    try:
        own = own_data(model, data_dir)
        if own is None or tuple(own.shape) != tuple(data.shape) or same_data(own, data):
            own = data
        known = set(digests(all_examples(own)))
    except UserError as error:
        own, notes = data, [f"what {model.name} trained on is not known: {error}"]
        known = set(digests(all_examples(own)))
    sides = [held, reference]
    if own is not data and other_split(getattr(own, "source", None)):
        sides.append(held_out(own, seed)[1])
    for side in dict.fromkeys(sides):
        if sum(one in known for one in digests(all_examples(side))) <= side.size / 2:
            return Training(own, side, False, overlap, notes)
    return Training(own, own.halves(seed)[1], True, overlap, notes)
