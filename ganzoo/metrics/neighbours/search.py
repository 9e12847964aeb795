"""The exact blocked nearest-neighbour search: float32 products find candidates, float64 differences rank them."""

import dataclasses

import numpy as np

SPARE = 11  # candidates kept beyond k, so that float32's rounding rarely pushes out a true neighbour
CHUNK = 2**22  # elements of a float64 temporary: 32 MiB


@dataclasses.dataclass(frozen=True)
class Nearest:
    """The nearest base samples of every query, nearest first.

    Attributes:
        distances: float64 [N, k], Euclidean, exact to float64: 0 for exact duplicates.
        indices: int64 [N, k], into the base.
    """

    distances: np.ndarray
    indices: np.ndarray


def exact_distances(queries, base, rows, columns):
    """Euclidean distances of chosen pairs by float64 differences: float64 [P], 0 for exact duplicates."""
    distances = np.empty(len(rows))
    step = max(1, 2**18 // queries.shape[1])  # 2 MiB: stays in the cache
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        difference = queries[rows[part]].astype(np.float64) - base[columns[part]]
        distances[part] = np.sqrt(np.square(difference, out=difference).sum(axis=1))
    return distances


def frame(first, second):
    """Where to put the origin, and a power of two to divide by, so that float32 keeps digits and never overflows."""
    centre = first.mean(axis=0, dtype=np.float64)
    corners = np.stack([corner(part, axis=0) for part in (first, second) for corner in (np.min, np.max)])
    reach = float(np.abs(corners - centre).max())
    return centre, 2.0 ** np.round(np.log2(reach)) if reach > 0 else 1.0


def _slack(dimension, dtype):
    """Bound, measured with a margin of two, on a product's error in squared distance over |x|^2 + |y|^2."""
    return np.finfo(dtype).eps / 2 * (8 + 2 * np.sqrt(dimension + 2))


class Samples:
    """Samples as factors of a product that yields squared distances: [x, |x|^2, 1] . [-2y, 1, |y|^2]."""

    def __init__(self, data, centre, scale, dtype=np.float32):
        self.data, self.centre, self.scale = data, centre, scale
        self.size, dimension = data.shape
        self.slack = _slack(dimension, dtype)
        self.right = np.empty((self.size, dimension + 2), dtype)
        self.squares = np.empty(self.size)  # |x|^2 in the frame
        step = max(1, CHUNK // dimension)
        for start in range(0, self.size, step):
            part = slice(start, start + step)
            moved = (data[part] - centre) / scale
            self.squares[part] = np.einsum("ij,ij->i", moved, moved)
            self.right[part, :-2] = -2 * moved
        self.right[:, -2] = 1
        self.right[:, -1] = self.squares

    def left(self, part):
        """The other factor of the samples `part`."""
        left = self.right[part] * self.right.dtype.type(-0.5)  # exact: a power of two
        left[:, -2], left[:, -1] = self.squares[part], 1
        return left

    def tolerance(self, distances):
        """How far a product may be off, in squared distance, for pairs at most `distances` [N] (in the frame) apart."""
        norms = np.sqrt(self.squares)
        return self.slack * (self.squares + np.square(norms + distances))


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
        found = np.flatnonzero(mask)
        if not len(found):
            return
        if len(found) > block.size // 8:  # a small block, or sorted or tied samples: cut before merging
            whole = block if axis else np.ascontiguousarray(block.T)
            keep = min(self.keep, whole.shape[1])
            base = np.argpartition(whole, keep - 1, axis=1)[:, :keep].ravel()
            query = np.repeat(np.arange(len(whole)), keep)
            value = whole[query, base]
        else:
            query, base = np.divmod(found, block.shape[1])
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
        kept = np.argpartition(values, self.keep - 1, axis=1)[:, : self.keep]  # the largest of them comes last
        self.values[touched] = np.take_along_axis(values, kept, 1)
        self.indices[touched] = np.take_along_axis(indices, kept, 1)


def _ceiling(block, keep, axis):
    """An upper bound on every query's `keep`-th smallest value in a block, from a strip of it: a cheap first cut."""
    strip = block[:, :512] if axis else np.ascontiguousarray(block[:512].T)
    if strip.shape[1] < keep:
        return np.full(len(strip), np.inf, block.dtype)
    return np.partition(strip, keep - 1, axis=1)[:, keep - 1]


def parts_of(size, block):
    return [slice(start, min(start + block, size)) for start in range(0, size, block)]


def search_within(samples, k, block, report=lambda share: None):
    """The k nearest others of every sample."""
    best = _Best(samples.size, min(k + SPARE, samples.size - 1))
    parts = parts_of(samples.size, block)
    for number, rows in enumerate(parts):
        left = samples.left(rows)
        for columns in parts[number:]:
            squares = left @ samples.right[columns].T
            if rows == columns:
                np.fill_diagonal(squares, np.inf)
            else:
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
            squares = left @ second.right[columns].T
            forth.offer(squares, rows, columns.start)
            if both:
                back.offer(squares, columns, rows.start, axis=0)
            for count in counts:
                count.add(squares, rows, columns)
        report((number + 1) / len(parts))
    return _settle(forth, first, second, k), _settle(back, second, first, k) if both else None


def _settle(best, queries, base, k, own=False):
    """Ranks the candidates by float64 differences, and searches anew where float32 may have dropped a neighbour."""
    result = _rank(best, queries.data, base.data, k)
    reached = result.distances[:, -1] / base.scale
    lowest_lost = best.values[:, -1] - queries.tolerance(reached)
    available = base.size - own
    doubtful = np.flatnonzero((lowest_lost < np.square(reached)) & (reached > 0)) if best.keep < available else []
    for start in range(0, len(doubtful), 2048):
        rows = doubtful[start : start + 2048]
        again = _search_double(rows, queries, base, best.keep, own)
        better = _rank(again, queries.data[rows], base.data, k)
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


def _rank(best, queries, base, k):
    """The k nearest of the candidates, by exact distance and then by index."""
    rows = np.repeat(np.arange(len(best.indices)), best.keep)
    distances = exact_distances(queries, base, rows, best.indices.ravel()).reshape(best.indices.shape)
    order = np.lexsort((best.indices, distances), axis=1)[:, :k]
    return Nearest(np.take_along_axis(distances, order, 1), np.take_along_axis(best.indices, order, 1))
