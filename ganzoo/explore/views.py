"""What the explorer shows, apart from the page that shows it: a view as a query, and the pictures of one."""

import dataclasses
import functools
import math
import urllib.parse

import numpy as np

from ganzoo import figures
from ganzoo.errors import UserError
from ganzoo.evaluation import paths
from ganzoo.evaluation.features.untrained import Pixels
from ganzoo.explore import dimensions, twins
from ganzoo.explore.directions import factorised, first_layer
from ganzoo.explore.latents import LatentSpace

TABS = ("samples", "between", "directions", "arithmetic", "twins")
KINDS = ("directions", "dimensions")
AXES = 6  # sliders
STEPS = 9
DRAWS = 8  # by which dimensions are ranked


@dataclasses.dataclass(frozen=True)
class View:
    """What is looked at; every field has a name in the query of a link.

    Attributes:
        tab: one of `TABS`.
        seed, count: of the samples.
        label, caption, code, truncation: what they are to be, as of `Sampler.sample`; None leaves one open.
        to, place, turning: between which other seed's samples, where on the way in [0, 1], and whether latents turn.
        kind, values: of the sliders: one of `KINDS`, and how far the latents are moved along each.
        plus, minus: numbers of the samples whose averaged latents are added and taken away.
    """

    tab: str = "samples"
    seed: int = 0
    count: int = 16
    label: int | None = None
    caption: str | None = None
    code: tuple | None = None
    truncation: float | None = None
    to: int = 1
    place: float = 0.5
    turning: bool = False
    kind: str = "directions"
    values: tuple = (0.0,) * AXES
    plus: tuple = ()
    minus: tuple = ()

    @classmethod
    def of(cls, query):
        """The view of a query such as "tab=between&seed=3".

        Raises:
            UserError: an unknown name, or a value that it cannot have.
        """
        given = dict(urllib.parse.parse_qsl(query.lstrip("?"), keep_blank_values=True))
        if unknown := set(given) - set(READ):
            raise UserError(f"a view has no {sorted(unknown)[0]!r}: it has {', '.join(READ)}")
        fields = {}
        for name, text in given.items():
            try:
                fields[name] = READ[name](text)
            except ValueError as error:
                raise UserError(f"{name} of a view cannot be {text!r}: {error}") from None
        view = cls(**fields)
        for name, known in (("tab", TABS), ("kind", KINDS)):
            if getattr(view, name) not in known:
                raise UserError(f"{name} of a view is one of {', '.join(known)}, not {getattr(view, name)!r}")
        if not 1 <= view.count <= 64 or not 0 <= view.place <= 1 or len(view.values) != AXES:
            raise UserError(f"a view has 1 to 64 samples, a place from 0 to 1 and {AXES} values")
        if not all(0 <= row < view.count for row in view.plus + view.minus):
            raise UserError(f"there are samples 0 to {view.count - 1} to add and take away, not {view.plus + view.minus}")
        return view

    @property
    def query(self):
        """The view as a query: what differs from the default."""
        default, parts = View(), {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value != getattr(default, field.name):
                parts[field.name] = WRITE.get(field.name, str)(value)
        return urllib.parse.urlencode(parts, safe=",")

    @property
    def options(self):
        """The options of samplers that are set."""
        options = {"label": self.label, "caption": self.caption, "truncation": self.truncation}
        options["code"] = None if self.code is None else list(self.code)
        return {name: value for name, value in options.items() if value is not None}

    def command(self, models):
        """The command that writes this view's picture.

        Args:
            models: their names or paths.
        """
        return f"ganzoo explore {' '.join(map(quoted, models))} --view {quoted(self.query)} --out view.png"


def quoted(text):
    """A word as a shell takes it."""
    import shlex

    return shlex.quote(str(text))


def _numbers(text):
    return tuple(float(part) for part in text.split(",")) if text else ()


def _finite(text):
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("it must be finite")
    return value


def _indices(text):
    return tuple(int(part) for part in text.split(",")) if text else ()


def _joined(values):
    return ",".join(f"{value:g}" for value in values)


READ = {
    "tab": str,
    "seed": int,
    "count": int,
    "label": int,
    "caption": str,
    "code": _numbers,
    "truncation": _finite,
    "to": int,
    "place": _finite,
    "turning": lambda text: text == "1",
    "kind": str,
    "values": lambda text: tuple(map(_finite, text.split(","))),
    "plus": _indices,
    "minus": _indices,
}
WRITE = {name: _joined for name in ("code", "values", "plus", "minus")} | {"turning": lambda value: str(int(value))}


class Looked:
    """A model that is looked at.

    Args:
        sampler: a `Sampler` of images.
        data_dir: where data sets are prepared.
    """

    def __init__(self, sampler, data_dir=None):
        self.sampler, self.data_dir = sampler, data_dir
        LatentSpace(sampler, 1)  # refuses what has no latents
        self._vectors = {}

    def space(self, view, seed=None, count=None):
        """The draws of a view's seed, or of another one."""
        options = {name: value for name, value in view.options.items() if name in self.sampler.options}
        return LatentSpace(self.sampler, count or view.count, view.seed if seed is None else seed, **options)

    def vectors(self, kind):
        """(names, float [n, d]) of the leading directions, or of the dimensions of most effect, at most `AXES`."""
        if kind not in self._vectors:
            space = LatentSpace(self.sampler, DRAWS)
            if kind == "directions":
                found, _ = factorised(first_layer(self.sampler), AXES)
                names = [f"direction {number}" for number in range(len(found))]
            else:
                axes = [dimensions.dimension(index) for index in range(space.dimension)]
                records = dimensions.effects(space, axes, Pixels(self.sampler.shape), *space.range(), values=3)
                best = dimensions.ranked(records)[:AXES]
                names, found = [axes[index].name for index in best], np.eye(space.dimension)[best]
            self._vectors[kind] = names, found
        return self._vectors[kind]

    @functools.cached_property
    def twins(self):
        """The twins that the birthday test finds: see `twins.find`."""
        return twins.find(self.sampler, self.data_dir)

    def samples(self, view):
        """The samples of a view's seed: float32 [count, H, W, C]."""
        space = self.space(view)
        return space.images(space.latents, np.arange(view.count))

    def picture(self, view):
        """What a view shows of this model: (picture uint8 [H, W, 3], a line on it)."""
        return getattr(self, f"_{view.tab}")(view)

    def _samples(self, view):
        return sheet_of(self.samples(view)), f"samples 0 to {view.count - 1} of seed {view.seed}"

    def _between(self, view):
        one, other = self.space(view, count=1), self.space(view, view.to, 1)
        way = paths.spherical if view.turning else paths.straight

        def at(places):
            places = np.asarray(places)[:, None]
            ends = (np.repeat(end.latents, len(places), 0) for end in (one, other))
            return one.images(way(*ends, places), np.zeros(len(places), int))

        here = figures.sheet(at([view.place]), 1, 4 * figures.CELL)
        whole = figures.sheet(at(np.linspace(0, 1, STEPS)), STEPS)
        text = f"{view.place:.2f} of the way from seed {view.seed} to seed {view.to}; below, all of it"
        return figures.joined([here, whole]), text

    def _directions(self, view):
        space = self.space(view)
        names, vectors = self.vectors(view.kind)
        moved = space.latents + (np.array(view.values[: len(names)]) @ vectors).astype(np.float32)
        said = [f"{name} {value:+.2g}" for name, value in zip(names, view.values, strict=False) if value]
        return sheet_of(space.images(moved, np.arange(view.count))), f"seed {view.seed}: {', '.join(said) or 'not moved'}"

    def _arithmetic(self, view):
        space = self.space(view)
        chosen = [(1, row) for row in view.plus] + [(-1, row) for row in view.minus]
        if not chosen:
            return sheet_of(space.images(space.latents, np.arange(view.count))), "choose samples that are added or taken away"
        total = np.zeros(space.dimension, np.float32)
        for sign, rows in ((1, view.plus), (-1, view.minus)):
            if rows:
                total += sign * space.latents[list(rows)].mean(0)
        rows = [row for _, row in chosen]
        terms = figures.sheet(space.images(space.latents[rows], rows), min(len(rows), 8))
        result = figures.sheet(space.images(total[None], rows[:1]), 1, 4 * figures.CELL)
        words = " ".join(f"{'mean of' if len(some) > 1 else ''} {name} {', '.join(map(str, some))}" for name, some in (
            ("+", view.plus), ("-", view.minus)) if some)  # fmt: skip
        return figures.joined([terms, result]), f"seed {view.seed}: {' '.join(words.split())}"

    def _twins(self, view):
        found = self.twins
        return found.picture(), found.line


def sheet_of(images):
    """Images as a square sheet."""
    return figures.sheet(images, math.ceil(math.sqrt(len(images))), 72)


def picture(models, view):
    """A view of several models side by side: uint8 [H, W, 3].

    Args:
        models: `Looked`s.
        view: a `View`.
    """
    parts = []
    for looked in models:
        shown, text = looked.picture(view)
        parts.append(figures.headed(shown, f"{looked.sampler.name}: {text}"))
    return figures.joined(parts, axis=1, gap=24)
