"""Pictures of what codes do: each code's values from left to right, everything else the same along a row."""

import numpy as np

from ganzoo import figures
from ganzoo.errors import UserError
from ganzoo.explore.codes import codes_of, with_code

# Continuous codes are uniform on [-1, 1] in training; the paper shows them at twice that.
CONTINUOUS = tuple(np.linspace(-2.0, 2.0, 9))
CELL = 36  # pixels of an image's side at least
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
        sheet = figures.sheet(table.reshape(-1, *table.shape[2:]), table.shape[1], CELL)
        low, *_, high = values_of(code)
        panels.append(figures.headed(sheet, f"{code.name}: {low:g} to {high:g}"))
    return figures.joined(
        [figures.joined(panels[first : first + SIDE_BY_SIDE], axis=1) for first in range(0, len(panels), SIDE_BY_SIDE)]
    )
