"""What each dimension of a latent space does: a measured effect that ranks them, and figures of those that do most."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ganzoo import figures
from ganzoo.explore.codes import codes_of
from ganzoo.explore.latents import features_of, spread

DRAWS, VALUES = 32, 5


@dataclasses.dataclass(frozen=True)
class Axis:
    """A way through a latent space.

    Attributes:
        name: such as `z17`, `category_0` or `direction 2`.
        move: a function of latents [N, d] and a value, to latents [N, d].
        values: those that a sweep shows: numbers of a category; else None, and a range is stated.
    """

    name: str
    move: Callable
    values: tuple | None = None

    def stops(self, low, high, count):
        """The values of a sweep: all of a category's, else `count` from low to high."""
        return self.values or tuple(np.linspace(low, high, count))


def dimension(index):
    """The `Axis` of one value of the latents."""

    def move(latents, value):
        moved = np.array(latents)
        moved[:, index] = value
        return moved

    return Axis(f"z{index}", move)


def direction(vector, name):
    """The `Axis` along a vector [d]: latents plus a number of it."""
    return Axis(name, lambda latents, value: latents + np.float32(value) * np.asarray(vector, np.float32))


def category(first, size, name):
    """The `Axis` of a one-hot category in the latents from column `first` on."""

    def move(latents, value):
        moved = np.array(latents)
        moved[:, first : first + size] = np.eye(size, dtype=np.float32)[int(value)]
        return moved

    return Axis(name, move, tuple(range(size)))


def axes_of(space):
    """Every dimension of a `LatentSpace` as an `Axis`; an InfoGAN's codes under their names, a category as one."""
    sampler = space.sampler
    codes = codes_of(sampler) if {"encode"} <= set(sampler.services) and "code" in sampler.options else []
    first = space.dimension - sum(code.size or 1 for code in codes)
    axes = [dimension(index) for index in range(first)]
    for code in codes:
        one = category(first, code.size, code.name) if code.size else dataclasses.replace(dimension(first), name=code.name)
        axes.append(one)
        first += code.size or 1
    return axes


def effects(space, axes, extractor, low, high, values=VALUES, progress=None):
    """How much each axis changes samples, as a share of how much samples differ.

    For each draw the axis takes its values while all else stays: the root mean square distance of these samples' features to
    their mean. Over draws this is averaged, and divided by the same distance of all draws' own samples.

    Args:
        space: a `LatentSpace`; each of its draws counts.
        axes: a list of `Axis`.
        extractor: an `Extractor`.
        low, high: the range of axes that are no categories.
        values: how many of that range.
        progress: called with the share of the work done.

    Returns:
        A list of dicts as long as `axes`: `name`, `effect`, and `error`, its standard error over draws. 0 is no effect; a
        dimension of effect 1 moves samples as much as a new draw does.
    """
    rows = np.arange(len(space.latents))
    whole = float(spread(features_of(extractor, space.images(space.latents, rows))))
    records = []
    for number, axis in enumerate(axes):
        stops = axis.stops(low, high, values)
        images = space.images(np.concatenate([axis.move(space.latents, stop) for stop in stops]), np.tile(rows, len(stops)))
        features = features_of(extractor, images).reshape(len(stops), len(rows), -1).swapaxes(0, 1)
        each = spread(features) / max(whole, 1e-12)
        error = float(each.std() / np.sqrt(len(each)))
        records.append({"name": axis.name, "effect": float(each.mean()), "error": error})
        if progress:
            progress((number + 1) / len(axes))
    return records


def ranked(records):
    """The places of records in the order of their effects, the greatest first."""
    return sorted(range(len(records)), key=lambda place: (-records[place]["effect"], place))


def swept(space, axis, stops, rows):
    """Samples float32 [rows, stops, H, W, C] of the first draws of a space, moved along an axis to each stop."""
    latents, which = space.latents[:rows], np.arange(min(rows, len(space.latents)))
    images = space.images(np.concatenate([axis.move(latents, stop) for stop in stops]), np.tile(which, len(stops)))
    return images.reshape(len(stops), len(which), *images.shape[1:]).swapaxes(0, 1)


def figure(space, axes, records, title, low, high, steps=9, rows=3):
    """Sweeps along axes below each other: a row a draw, its values from left to right.

    Args:
        space: a `LatentSpace`.
        axes: a list of `Axis`.
        records: as of `effects`, one an axis.
        title: over all.
        low, high, steps: of the sweeps.
        rows: draws shown.

    Returns:
        uint8 [height, width, 3].
    """
    parts = []
    for axis, record in zip(axes, records, strict=True):
        stops = axis.stops(low, high, steps)
        table = swept(space, axis, stops, rows)
        grid = figures.sheet(table.reshape(-1, *table.shape[2:]), columns=len(stops))
        grid = figures.over([f"{stop:.3g}" for stop in stops], grid)
        parts.append(figures.headed(grid, f"{axis.name}: effect {record['effect']:.2f} ± {record['error']:.2f}"))
    return figures.titled(parts, title)


def lines(records, most=10):
    """Ranked records as lines for a person."""
    order = ranked(records)
    rows = [
        f"{place + 1:3}. {records[index]['name']:12} {records[index]['effect']:.3f} ± {records[index]['error']:.3f}"
        for place, index in enumerate(order[:most])
    ]
    if len(order) > most:
        least = records[order[-1]]
        rows.append(f"  ... {len(order) - most} more, down to {least['effect']:.3f} ({least['name']})")
    return rows
