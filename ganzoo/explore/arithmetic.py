"""Arithmetic of averaged latents: what samples have in common, added and taken away."""

import dataclasses

import numpy as np

from ganzoo import figures
from ganzoo.data.scaling import to_uint8
from ganzoo.errors import UserError
from ganzoo.explore.latents import LatentSpace

SEARCHED = 1000  # samples among which those of a class or an attribute are looked for
NEAR = 0.25  # how far around a result its neighbours are drawn, in standard deviations of the latents


@dataclasses.dataclass(frozen=True)
class Term:
    """Samples whose latents are averaged, with a sign.

    Attributes:
        sign: 1 or -1.
        text: how they were chosen: numbers such as "3,17,25", or ATTRIBUTE=VALUE such as "label=3" or "shape=circle".
    """

    sign: int
    text: str

    @property
    def numbers(self):
        """The samples' numbers, or None where they are chosen by what they show.

        Raises:
            UserError: it is neither numbers nor ATTRIBUTE=VALUE.
        """
        if "=" in self.text:
            return None
        try:
            numbers = [int(part) for part in self.text.split(",")]
        except ValueError:
            numbers = [-1]
        if min(numbers) < 0:
            raise UserError(
                f"a term is samples' numbers, such as 3,17,25, or what they show, such as label=3, not {self.text!r}"
            )
        return numbers

    def __str__(self):
        return f"{'+' if self.sign > 0 else '-'} {self.text}"


class Reader:
    """Says what samples show: the class that a classifier sees, or the attributes that the captions' reader reads.

    Args:
        extractor: an `Extractor`.
        real: the real data, an `Input` or None.
    """

    def __init__(self, extractor, real):
        self.extractor = extractor
        self.captions = real.source.captions if real is not None and real.captioned else None
        self.class_names = [str(name) for name in getattr(getattr(real, "source", None), "class_names", ())]

    @property
    def attributes(self):
        """What it can say, a dict from an attribute's name to its values' names."""
        read = (
            {}
            if self.captions is None
            else {name: list(self.captions.attribute_values[name]) for name in self.captions.attributes}
        )
        return read | ({"label": self.class_names} if self.extractor.classifies else {})

    def read(self, attribute, images):
        """The number of an attribute's value in each of images, int [N]; -1 where nothing can be read."""
        images = np.asarray(to_uint8(images))
        if attribute == "label" and self.extractor.classifies:
            return self.extractor.probabilities(images).argmax(1)
        return self.captions.parse(images)[:, self.captions.attributes.index(attribute)]

    def wanted(self, text):
        """(attribute, number of the value) of a text such as "label=3" or "shape=circle".

        Raises:
            UserError: no such attribute or value.
        """
        attribute, _, value = text.partition("=")
        known = self.attributes
        if attribute not in known:
            has = f"they can be chosen by {', '.join(known)}" if known else "name their numbers: nothing reads what they show"
            raise UserError(f"samples cannot be chosen by {attribute!r}: {has}")
        if value in known[attribute]:
            return attribute, known[attribute].index(value)
        if value.isdigit() and (not known[attribute] or int(value) < len(known[attribute])):
            return attribute, int(value)
        raise UserError(f"{attribute} is one of {', '.join(known[attribute])}, not {value!r}")

    def shares(self, attribute, images):
        """How often each value is read in images: a dict by the value's name, the most frequent first."""
        names, values = self.attributes[attribute], self.read(attribute, images)
        found, counts = np.unique(values, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return {_name(names, int(found[i])): float(counts[i] / len(values)) for i in order}


def _name(names, value):
    return "unread" if value < 0 else names[value] if value < len(names) else str(value)


def choose_samples(space, term, reader, average, searched=SEARCHED):
    """The rows of a space's draws that a term averages: those of its numbers, or the first that show what it says.

    Args:
        space: a `LatentSpace`.
        term: a `Term`.
        reader: a `Reader`.
        average: how many samples that show something are averaged.
        searched: how many draws are looked through.

    Raises:
        UserError: a number beyond the draws, or nothing that shows it.
    """
    numbers, count = term.numbers, len(space.latents)
    if numbers is not None:
        if max(numbers) >= count:
            raise UserError(f"there is no sample {max(numbers)}: the first {count} can be named")
        return numbers
    attribute, value = reader.wanted(term.text)
    searched = min(searched, count)
    shown = reader.read(attribute, space.images(space.latents[:searched], np.arange(searched)))
    rows = np.flatnonzero(shown == value)[:average]
    if not len(rows):
        raise UserError(f"none of {searched} samples of {space.sampler.name} shows {term.text}")
    return rows.tolist()


def arithmetic(sampler, terms, reader, average=10, count=64, seed=0, **options):
    """Adds up averaged latents, and shows what becomes of it.

    Whatever else a sample depends on, such as its label, is that of the first term's first sample throughout.

    Args:
        sampler: a `Sampler` of images.
        terms: a list of `Term`s.
        reader: a `Reader`.
        average: samples that a term averages which says what they show.
        count: neighbours of the result that are read.
        seed: of the draws.
        **options: of the sampler, such as `label`.

    Returns:
        A picture uint8 [H, W, 3], and a JSON-ready dict: `terms`, each with `text`, `sign`, `samples` (their numbers) and
        `mean` (what the averaged latents show, by attribute); `result`, the latents; `shows`, what the result itself shows;
        and `shares`, by attribute how often each value is read in the result's neighbours; `length`, the result's norm
        beside that of draws, `draws_length`.

    Raises:
        UserError: as of `LatentSpace` and `choose_samples`.
    """
    by_number = [max(term.numbers) + 1 for term in terms if term.numbers is not None]
    space = LatentSpace(sampler, max([SEARCHED, *by_number]), seed, **options)
    rows = [choose_samples(space, term, reader, average) for term in terms]
    held = rows[0][0]
    means = [space.latents[chosen].mean(0) for chosen in rows]
    result = np.sum([term.sign * mean for term, mean in zip(terms, means, strict=True)], axis=0)
    near = result + NEAR * space.latents.std() * np.random.default_rng([seed, 0xA17]).standard_normal((count, space.dimension))
    near[0] = result

    def images(latents):
        return space.images(latents, np.full(len(latents), held))

    made, around = images(np.stack(means)), images(near)
    attributes = reader.attributes

    def shows(image):
        return {name: next(iter(reader.shares(name, image[None]))) for name in attributes}

    record = {
        "terms": [
            {"text": term.text, "sign": term.sign, "samples": chosen, "mean": shows(image)}
            for term, chosen, image in zip(terms, rows, made, strict=True)
        ],
        "result": result.tolist(),
        "shows": shows(around[0]),
        "shares": {name: reader.shares(name, around) for name in attributes},
        "length": float(np.linalg.norm(result)),
        "draws_length": float(np.linalg.norm(space.latents, axis=1).mean()),
    }
    return figure(space, terms, rows, made, around, record), record


def figure(space, terms, rows, means, around, record, shown=8):
    """A row a term, some of its samples and what their averaged latents give; below, the result and its neighbours."""
    blank = np.full(means.shape[1:], 1.0, np.float32)
    cells, names = [], []
    for term, chosen, mean in zip(terms, rows, means, strict=True):
        samples = list(space.images(space.latents[chosen[:shown]], chosen[:shown]))
        cells += samples + [blank] * (shown - len(samples)) + [blank, mean]
        names.append(str(term))
    table = figures.named_rows(figures.sheet(np.stack(cells), shown + 2), names)
    table = figures.headed(table, "Samples of each term; right: the sample of their averaged latents, whose sum is below")
    says = ", ".join(f"{name} {value}" for name, value in record["shows"].items())
    result = figures.headed(figures.sheet(around[:1], 1, 3 * figures.CELL), f"= {says}" if says else "=")
    near = figures.headed(figures.sheet(around[1 : 1 + 27], 9), f"around it, {NEAR:g} standard deviations away")
    below = figures.joined([result, near], axis=1)
    return figures.titled([table, below], f"{space.sampler.name}: {' '.join(map(str, terms)).removeprefix('+ ')}")


def lines(record):
    """A record as lines for a person."""
    rows = []
    for term in record["terms"]:
        mean = ", ".join(f"{name} {value}" for name, value in term["mean"].items()) or "unread"
        sign = "+" if term["sign"] > 0 else "-"
        rows.append(f"{sign} {term['text']}: {len(term['samples'])} samples averaged, which show {mean}")
    for name, shares in record["shares"].items():
        found = ", ".join(f"{value} {share:.0%}" for value, share in list(shares.items())[:4])
        rows.append(f"= {name} {record['shows'][name]}; around it {found}")
    return [*rows, "the result is {length:.2f} from the origin, draws {draws_length:.2f}".format(**record)]
