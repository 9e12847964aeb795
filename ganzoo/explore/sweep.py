"""Pictures of what codes do: each code's values from left to right, everything else the same along a row."""

import numpy as np
from PIL import Image, ImageDraw

from ganzoo import pictures
from ganzoo.data.scaling import to_uint8
from ganzoo.errors import UserError
from ganzoo.explore.codes import codes_of, with_code

# Continuous codes are uniform on [-1, 1] in training; the paper shows them at twice that.
CONTINUOUS = tuple(np.linspace(-2.0, 2.0, 9))
CAPTION = 16
GAP = 8
SIDE_BY_SIDE = 3


def values_of(code):
    """The values that a sweep shows: every category, or nine numbers from -2 to 2."""
    return tuple(range(code.size)) if code.size else CONTINUOUS


def sweep(sampler, code, rows=10, seed=0):
    """Samples that differ along a row by one code alone.

    Args:
        sampler: a `Sampler` of a model with codes.
        code: one of `codes_of(sampler)`.
        rows: how many draws of noise and the other codes.
        seed: of these draws.

    Returns:
        float32 [rows, values, *shape of a sample]; column j has the j-th of `values_of(code)`.
    """
    codes = codes_of(sampler)
    return np.stack([with_code(sampler, codes, code, value, rows, seed) for value in values_of(code)], 1)


def figure(sampler, rows=10, seed=0):
    """A sweep of each code, as one picture uint8 [H, W, 3].

    Args:
        sampler: a `Sampler` of a model with codes whose samples are images.
        rows: of each sweep.
        seed: of noise and the other codes; all sweeps show the same rows.

    Raises:
        UserError: the model has no codes, or its samples are points.
    """
    panels = []
    for code in codes_of(sampler):
        table = sweep(sampler, code, rows, seed)
        if table.ndim != 5:
            raise UserError(f"{sampler.name} gives points: a sweep shows images")
        sheet = pictures.grid(np.asarray(to_uint8(table.reshape(-1, *table.shape[2:]))), columns=table.shape[1])
        low, *_, high = values_of(code)
        panels.append(captioned(sheet, f"{code.name}: {low:g} to {high:g}"))
    lines = [_joined(panels[first : first + SIDE_BY_SIDE], 1) for first in range(0, len(panels), SIDE_BY_SIDE)]
    return _joined(lines, 0)


def captioned(sheet, text):
    """A picture uint8 [H, W, 3] below a line of text."""
    canvas = Image.new("RGB", (sheet.shape[1], CAPTION), "white")
    ImageDraw.Draw(canvas).text((2, 2), text, fill="black")
    return np.concatenate([np.asarray(canvas), sheet])


def _joined(pictures_, axis):
    """Pictures one after the other along an axis, each white up to the largest across it."""
    across = max(picture.shape[1 - axis] for picture in pictures_)
    parts = []
    for picture in pictures_:
        padding = [[0, 0], [0, 0], [0, 0]]
        padding[1 - axis][1] = across - picture.shape[1 - axis]
        padding[axis][1] = GAP if picture is not pictures_[-1] else 0
        parts.append(np.pad(picture, padding, constant_values=255))
    return np.concatenate(parts, axis)
