"""Squared maximum mean discrepancy from sums over kernel matrices: the unbiased estimate, and an interval that holds near 0."""

import dataclasses

import numpy as np
import scipy

from ganzoo.metrics.intervals import jackknife_error

BLOCK = 512  # rows and columns of a kernel block: 2 MB in float64, which stay in the cache
ROUNDING = 1e-13  # of a variance of kernel values, relative to their square


@dataclasses.dataclass(frozen=True)
class Within:
    """Sums of the kernel matrix of one set with itself, its diagonal left out.

    Attributes:
        rows: float64 [N], the sum of each row.
        squares: the sum of all squares.
        diagonal: the sum of the diagonal that is left out.
        subsets: float64 [S], the sum over the pairs of each of some subsets.
    """

    rows: np.ndarray
    squares: float
    diagonal: float
    subsets: np.ndarray


@dataclasses.dataclass(frozen=True)
class Across:
    """Sums of the kernel matrix of two sets.

    Attributes:
        rows, columns: float64 [N] and [M], the sum of each row and of each column.
        squares: the sum of all squares.
        subsets: float64 [S], the sum over the pairs of each of some pairs of subsets.
    """

    rows: np.ndarray
    columns: np.ndarray
    squares: float
    subsets: np.ndarray


def within(kernel, values, diagonal, marks=None):
    """The `Within` of `kernel(a, b)`, a function from [n, d] and [m, d] to [n, m], block by block.

    Args:
        kernel: symmetric.
        values: [N, d].
        diagonal: the sum of k(x, x).
        marks: float64 [N, S], 1 where a sample is in a subset: all subsets' sums take one product more, not a pass each.
    """
    marks = np.zeros((len(values), 0)) if marks is None else marks.astype(values.dtype, copy=False)
    rows, squares, subsets = np.zeros(len(values)), 0.0, np.zeros(marks.shape[1])
    parts = [slice(start, start + BLOCK) for start in range(0, len(values), BLOCK)]
    for i, left in enumerate(parts):
        for right in parts[i:]:
            block = kernel(values[left], values[right])
            if left is right:
                np.fill_diagonal(block, 0)
            else:
                rows[right] += block.sum(axis=0, dtype=np.float64)
            rows[left] += block.sum(axis=1, dtype=np.float64)
            twice = 1 + (left is not right)
            squares += twice * float(np.vdot(block, block))
            subsets += twice * _marked(block, marks[left], marks[right])
    return Within(rows, squares, diagonal, subsets)


def across(kernel, first, second, marks=None):
    """The `Across` of `kernel(a, b)`, block by block of [N, d] and [M, d].

    Args:
        kernel, first, second: as of `within`.
        marks: a pair of float64 [N, S] and [M, S].
    """
    marks = (None, None) if marks is None else marks
    marks = [
        np.zeros((len(values), 0)) if of is None else of.astype(values.dtype, copy=False)
        for values, of in zip((first, second), marks, strict=True)
    ]
    rows, columns, squares = np.zeros(len(first)), np.zeros(len(second)), 0.0
    subsets = np.zeros(marks[0].shape[1])
    for i in range(0, len(first), BLOCK):
        for j in range(0, len(second), BLOCK):
            block = kernel(first[i : i + BLOCK], second[j : j + BLOCK])
            rows[i : i + BLOCK] += block.sum(axis=1, dtype=np.float64)
            columns[j : j + BLOCK] += block.sum(axis=0, dtype=np.float64)
            squares += float(np.vdot(block, block))
            subsets += _marked(block, marks[0][i : i + BLOCK], marks[1][j : j + BLOCK])
    return Across(rows, columns, squares, subsets)


def _marked(block, left, right):
    """The sum of a block over the pairs of each pair of subsets, [S]."""
    return (left * (block @ right)).sum(axis=0, dtype=np.float64) if left.shape[1] else 0.0


def unbiased(first, second, between):
    """The unbiased estimate of MMD^2 from the sums of both sets and between them; it may be negative."""
    (own, n), (other, m) = ((sums.rows.sum(), len(sums.rows)) for sums in (first, second))
    return float(own / (n * (n - 1)) + other / (m * (m - 1)) - 2 * between.rows.sum() / (n * m))


def biased(first, second, between):
    """The squared distance of the two samples' own mean embeddings: MMD^2 with the diagonals, at least 0."""
    own = sum((sums.rows.sum() + sums.diagonal) / len(sums.rows) ** 2 for sums in (first, second))
    return max(float(own - 2 * between.rows.mean() / len(between.columns)), 0.0)


def interval(first, second, between, level=0.95):
    """An interval for MMD^2 between the two distributions, over samples of both sets.

    The estimate's variance has a part that grows with MMD^2, which the jackknife of the full U-statistic measures, and one that
    is left where the distributions are equal, which the centred kernel matrices' squares measure. The interval holds the values
    of MMD^2 that the estimate does not contradict under the variance that they imply (a score interval): near 0 the jackknife
    alone would be too sure, since it vanishes wherever the two sample means happen to meet.

    Args:
        first, second: `Within` of samples [N, d] and [M, d], at least four each.
        between: their `Across`.
        level: confidence.

    Returns:
        A dict: `low` (which may be below 0), `high` (0 or more) and `se`, a standard error that is not too small near 0; empty
        where the kernel is the same for all pairs, which says nothing of its spread.

    Reference: Gretton et al. 2012, JMLR 13, theorem 12 and corollary 16; the score interval: Wilson 1927.
    """
    value, bias = unbiased(first, second, between), biased(first, second, between)
    grows, stays = _jackknife_variance(first, second, between), _null_variance(first, second, between)
    # Both are differences of sums, whose rounding is relative to the kernel's own size.
    size = max(abs(sums.diagonal) / len(sums.rows) for sums in (first, second))
    if grows + stays <= ROUNDING * size**2 / (len(first.rows) * len(second.rows)):
        return {}
    reach = scipy.stats.t.ppf((1 + level) / 2, min(len(first.rows), len(second.rows)) - 1)
    slope = grows / bias if bias > 0 else 0.0
    centre = value + reach**2 * slope / 2
    half = reach * np.sqrt(max(stays + slope * value + (reach * slope) ** 2 / 4, 0.0))
    return {
        "low": float(min(centre - half, value)),
        "high": float(max(centre + half, value, 0.0)),
        "se": float(np.sqrt(grows + stays)),
    }


def _jackknife_variance(first, second, between):
    """Each sample of either set is left out in turn, which takes the sums of rows alone."""
    total, variance = between.rows.sum(), 0.0
    for own, others, cross in ((first, second, between.rows), (second, first, between.columns)):
        n, m = len(own.rows), len(others.rows)
        without = (own.rows.sum() - 2 * own.rows) / ((n - 1) * (n - 2)) - 2 * (total - cross) / ((n - 1) * m)
        variance += jackknife_error(without) ** 2
    return variance


def _null_variance(first, second, between):
    """The variance that is left of the U-statistic where both distributions are equal."""
    n, m = len(first.rows), len(second.rows)
    cross = (
        between.squares
        - np.square(between.rows).sum() / m
        - np.square(between.columns).sum() / n
        + between.rows.sum() ** 2 / (n * m)
    ) / ((n - 1) * (m - 1))
    own = (2 * _centred_square(sums) / (len(sums.rows) * (len(sums.rows) - 1)) for sums in (first, second))
    return float(sum(own) + 4 * max(cross, 0.0) / (n * m))


def _centred_square(sums):
    """The unbiased mean square of the doubly centred kernel of two samples (Szekely and Rizzo 2014)."""
    n, rows = len(sums.rows), sums.rows
    total = sums.squares - 2 * np.square(rows).sum() / (n - 2) + rows.sum() ** 2 / ((n - 1) * (n - 2))
    return max(total / (n * (n - 3)), 0.0)
