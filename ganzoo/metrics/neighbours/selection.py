"""The k nearest by blocks: float32 products find candidates, float64 differences rank them."""

import dataclasses

import numpy as np

from ganzoo.metrics.neighbours.products import Samples, exact_distances, parts_of

SPARE = 11  # candidates kept beyond k, so that float32's rounding rarely pushes out a true neighbour


@dataclasses.dataclass(frozen=True)
class Nearest:
    """The nearest base samples of every query, nearest first.

    Attributes:
        distances: float64 [N, k], Euclidean, exact to float64: 0 for exact duplicates.
        indices: int64 [N, k], into the base.
    """

    distances: np.ndarray
    indices: np.ndarray


class _Best:
    """The smallest values seen for every query, with the base samples they belong to."""

    def __init__(self, queries, keep, dtype=np.float32):
        self.keep = keep
        self.values = np.full((queries, keep), np.inf, dtype)
        self.indices = np.full((queries, keep), -1)

    def offer(self, block, queries, start, axis=1):
        """Takes in a block of squared distances whose queries run along rows (axis=1) or columns (axis=0)."""
        worst = self.values[queries, -1]
        if np.isinf(worst).any():
            worst = np.minimum(worst, _ceiling(block, self.keep, axis))
            mask = block <= (worst[:, None] if axis else worst)
        else:
            mask = block < (worst[:, None] if axis else worst)
        places = np.flatnonzero(mask)
        if not len(places):
            return
        if len(places) > block.size // 8:  # a small block, or sorted or tied samples: cut before merging
            whole = block if axis else np.ascontiguousarray(block.T)
            keep = min(self.keep, whole.shape[1])
            base = np.argpartition(whole, keep - 1, axis=1)[:, :keep].ravel()
            query = np.repeat(np.arange(len(whole)), keep)
            value = whole[query, base]
        else:
            query, base = np.divmod(places, block.shape[1])
            value = block[query, base]
            if not axis:
                order = np.argsort(base.astype(np.uint16 if len(worst) <= 2**16 else np.int64), kind="stable")
                query, base, value = base[order], query[order], value[order]
        self._merge(query, base + start, value, queries)

    def _merge(self, query, base, value, queries):
        """Keeps the smallest of what each query (in ascending order) had and what it is offered."""
        offered = np.bincount(query, minlength=queries.stop - queries.start)
        place = np.arange(len(query)) - (np.cumsum(offered) - offered)[query]
        touched = np.flatnonzero(offered)
        row = (np.cumsum(offered > 0) - 1)[query]
        values = np.full((len(touched), self.keep + offered.max()), np.inf, self.values.dtype)
        indices = np.full(values.shape, -1)
        touched += queries.start
        values[:, : self.keep], indices[:, : self.keep] = self.values[touched], self.indices[touched]
        values[row, self.keep + place], indices[row, self.keep + place] = value, base
        smallest = np.argpartition(values, self.keep - 1, axis=1)[:, : self.keep]  # the largest of them comes last
        self.values[touched] = np.take_along_axis(values, smallest, 1)
        self.indices[touched] = np.take_along_axis(indices, smallest, 1)


def _ceiling(block, keep, axis):
    """An upper bound on every query's `keep`-th smallest value in a block, from a strip of it: a cheap first cut."""
    strip = block[:, :512] if axis else np.ascontiguousarray(block[:512].T)
    if strip.shape[1] < keep:
        return np.full(len(strip), np.inf, block.dtype)
    return np.partition(strip, keep - 1, axis=1)[:, keep - 1]


def search_within(samples, k, block, report=lambda share: None):
    """The k nearest others of every sample."""
    best = _Best(samples.size, min(k + SPARE, samples.size - 1))
    parts = parts_of(samples.size, block)
    for number, rows in enumerate(parts):
        left = samples.left(rows)
        for columns in parts[number:]:
            if rows == columns:
                squares = samples.own_product(left)
                np.fill_diagonal(squares, np.inf)
            else:
                squares = samples.product(left, columns)
                best.offer(squares, columns, rows.start, axis=0)
            best.offer(squares, rows, columns.start)
        report(1 - (1 - (number + 1) / len(parts)) ** 2)
    return _settle(best, samples, samples, k, own=True)


def search_between(first, second, k, block, report=lambda share: None, counts=(), both=True):
    """The k nearest of `second` of every sample of `first`, and (`both`) the other way round; feeds `counts`."""
    forth, back = _Best(first.size, min(k + SPARE, second.size)), _Best(second.size, min(k + SPARE, first.size))
    parts = parts_of(first.size, block)
    for number, rows in enumerate(parts):
        left = first.left(rows)
        for columns in parts_of(second.size, block):
            squares = second.product(left, columns)
            forth.offer(squares, rows, columns.start)
            if both:
                back.offer(squares, columns, rows.start, axis=0)
            for count in counts:
                count.add(squares, rows, columns)
        report((number + 1) / len(parts))
    return _settle(forth, first, second, k), _settle(back, second, first, k) if both else None


def _settle(best, queries, base, k, own=False):
    """Ranks the candidates by float64 differences, and searches anew where float32 may have dropped a neighbour."""
    result = _rank(best, queries, base, slice(None), k)
    reached = result.distances[:, -1] / base.scale
    lowest_lost = best.values[:, -1] - queries.tolerance(reached)
    available = base.size - own
    doubtful = np.flatnonzero((lowest_lost < np.square(reached)) & (reached > 0)) if best.keep < available else []
    for start in range(0, len(doubtful), 2048):
        rows = doubtful[start : start + 2048]
        again = _search_double(rows, queries, base, best.keep, own)
        better = _rank(again, queries, base, rows, k)
        result.distances[rows], result.indices[rows] = better.distances, better.indices
    return result


def _search_double(rows, queries, base, keep, own):
    """The candidates of some queries from products in float64."""
    best = _Best(len(rows), keep, np.float64)
    left = Samples(queries.data[rows], base.centre, base.scale, np.float64).left(slice(None))
    for columns in parts_of(base.size, 2048):
        squares = left @ Samples(base.data[columns], base.centre, base.scale, np.float64).right.T
        if own:
            inside = np.flatnonzero((rows >= columns.start) & (rows < columns.stop))
            squares[inside, rows[inside] - columns.start] = np.inf
        best.offer(squares, slice(0, len(rows)), columns.start)
    return best


def _rank(best, queries, base, rows, k):
    """The k nearest of the candidates of the queries `rows`, by exact distance and then by index.

    Only those are measured exactly that a product's error may have put behind the k-th.
    """
    error = queries.slack * (queries.squares[rows, None] + base.squares[best.indices])
    reach = np.partition(best.values + error, k - 1, axis=1)[:, k - 1, None]
    query, place = np.nonzero(best.values - error <= reach)
    distances = np.full(best.indices.shape, np.inf)
    asked = query if isinstance(rows, slice) else rows[query]
    distances[query, place] = exact_distances(queries.data, base.data, asked, best.indices[query, place])
    order = np.lexsort((best.indices, distances), axis=1)[:, :k]
    return Nearest(np.take_along_axis(distances, order, 1), np.take_along_axis(best.indices, order, 1))
