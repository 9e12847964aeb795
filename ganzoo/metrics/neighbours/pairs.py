"""The closest of all pairs of samples, exactly: what the birthday test looks at.

Half of the pairs, one matrix product a block in the fastest precision of the machine, and a bound on its error: what
may be among the closest is measured again in float64 by direct differences, so that nothing is missed or misordered.
"""

import numpy as np

from ganzoo.metrics.checks import checked
from ganzoo.metrics.neighbours import coarse, tree
from ganzoo.metrics.neighbours.products import Samples, exact_distances, frame, parts_of

# More candidates than this in one block: its precision cannot tell them apart, the block is done again in a finer one.
_CROWD = 20_000
# Rows of a block looked at together.
_ROWS = 256
_INFINITE_BITS = np.int16(0x7F80)  # of bfloat16
_FINER = {"bfloat16": "float32", "float32": "float64"}


def closest_pairs(features, k=20, block=2048, mirrored=None):
    """The k closest of all pairs of samples (not the k neighbours of each).

    Args:
        features: [N, ...], one row a sample (trailing axes are flattened), real numbers.
        k: how many pairs; all N (N - 1) / 2 if there are fewer.
        block: rows of a block; the memory needed beside the features is one copy of them and block^2 floats.
        mirrored: the features of the mirrored samples, same shape. A pair's distance is then the least of
            |x_i - x_j|, |x_i - m_j| and |m_i - x_j|, so that a mirrored copy counts as close.

    Returns:
        (i, j, distance): int64 [k], int64 [k] with i < j, float64 [k] ascending; equal distances by (i, j).
        Among more than 20,000 pairs that tie within float64's rounding, which come first is arbitrary.

    Raises:
        UserError: fewer than two samples, or features that are not finite.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    sets = _sets(features, mirrored)
    k = min(k, len(sets[0]) * (len(sets[0]) - 1) // 2)
    if mirrored is None and tree.suits(*sets):
        closest = tree.closest(sets[0], k)
        if closest is not None:
            return closest
    pairs = Pairs(sets, block)
    i, j, distance = np.empty(0, int), np.empty(0, int), np.empty(0)
    for part in pairs.blocks():
        a, b = _candidates(pairs, part, k, distance)
        if not len(a):
            continue
        i, j = np.concatenate([i, a]), np.concatenate([j, b])
        distance = np.concatenate([distance, pairs.metric(a, b)])
        order = np.lexsort((j, i, distance))[:k]
        i, j, distance = i[order], j[order], distance[order]
        if len(distance) == k and distance[-1] == 0:
            break  # k exact copies: nothing is closer
    return i, j, distance


def pairs_within(features, threshold, block=2048, mirrored=None):
    """Streams all pairs at most `threshold` apart, in memory that does not grow with their number.

    For who wants the pairs themselves, to look at them or to join them to groups; `degrees` only counts them.

    Args:
        features, block, mirrored: as for `closest_pairs`.
        threshold: the greatest distance, inclusive.

    Yields:
        (i, j, distance) arrays as of `closest_pairs`, in no particular order; each pair once.
    """
    pairs = Pairs(_sets(features, mirrored), block)
    for part in pairs.blocks():
        for a, b in part.within(threshold):
            distance = pairs.metric(a, b)
            near = distance <= threshold
            if near.any():
                yield a[near], b[near], distance[near]


def degrees(features, thresholds, block=2048, mirrored=None):
    """How many other samples lie within each threshold of each sample: the degrees of the graph of duplicates.

    Args:
        features, block, mirrored: as for `closest_pairs`.
        thresholds: distances [T], inclusive, in any order.

    Returns:
        int64 [T, N]. Half a row's sum is the number of pairs within that threshold.
    """
    sets = _sets(features, mirrored)
    thresholds = np.asarray(thresholds, np.float64)
    if mirrored is None and tree.suits(*sets):
        counts = tree.degrees(sets[0], thresholds)
        if counts is not None:
            return counts
    pairs = Pairs(sets, block)
    order = np.argsort(thresholds)
    levels = thresholds[order]
    counts = np.zeros((len(levels), pairs.n), np.int64)
    for part in pairs.blocks() if len(levels) else ():
        while part.undecided(levels) > _CROWD and part.precision in _FINER:
            part = pairs.finer(part)
        edges = [part.edges(level) for level in levels]
        for rows, values in part.near(levels[-1]):
            for level, (low, high), count in zip(levels, edges, counts, strict=True):
                sure = values < low[rows, None]
                count[part.rows][rows] += np.count_nonzero(sure, axis=1)
                count[part.columns] += np.count_nonzero(sure, axis=0)
                a, b = np.nonzero((values <= high[rows, None]) & ~sure)
                a, b = part.pairs(rows[a], b)
                if len(a) <= _CROWD or part.precision in _FINER:
                    inside = pairs.metric(a, b) <= level
                    a, b = a[inside], b[inside]
                # else they are at the threshold within float64's rounding: copies of a few images, threshold 0
                if len(a):
                    count += np.bincount(np.concatenate([a, b]), minlength=pairs.n)
    result = np.empty_like(counts)
    result[order] = counts
    return result


def _sets(features, mirrored):
    """The features, and those of the mirrored samples if there are any, each [N, d]."""
    named = {"features": features} | ({} if mirrored is None else {"mirrored": mirrored})
    sets = [checked(name, x, ndim=None).reshape(len(x), -1) for name, x in named.items()]
    if sets[-1].shape != sets[0].shape:
        raise ValueError(f"features {sets[0].shape} and mirrored {sets[1].shape} differ in shape")
    return sets


class Pairs:
    """All pairs of one set of samples, as blocks of squared distances with a bound on their error.

    Args:
        sets: the samples, and where they count the mirrored ones, each [N, d].
        block: rows of a block.

    Attributes:
        n: number of samples.
    """

    def __init__(self, sets, block=2048):
        self._sets, self.n = sets, len(sets[0])
        self._size = min(int(block), self.n)
        # Which of the sets' rows are compared with which of the others'.
        self._sides = ((0, 0),) if len(sets) == 1 else ((0, 0), (0, 1), (1, 0))
        self._centre, self._scale = frame(sets[0], sets[-1])
        self.precision = first_precision(self.n, sets[0].shape[1])

    def blocks(self):
        """Yields every `Block` of the upper triangle, in the fastest precision."""
        factors = [self._factors(samples, self.precision) for samples in self._sets]
        parts = parts_of(self.n, self._size)
        for number, rows in enumerate(parts):
            left = [factor.left(rows) for factor in factors]
            for columns in parts[number:]:
                squares = [factors[q].product(left[p], columns) for p, q in self._sides]
                yield Block(rows, columns, squares, self.precision, self._edges(factors, factors, rows))

    def finer(self, block):
        """The same `Block` in the next finer precision."""
        precision, everything = _FINER[block.precision], slice(None)
        rows, columns = (
            [self._factors(samples[part], precision) for samples in self._sets] for part in (block.rows, block.columns)
        )
        squares = [columns[q].product(rows[p].left(everything), everything) for p, q in self._sides]
        return Block(block.rows, block.columns, squares, precision, self._edges(rows, columns, everything))

    def metric(self, i, j):
        """Distances of the pairs (i, j), float64, from direct differences."""
        return np.min([exact_distances(self._sets[p], self._sets[q], i, j) for p, q in self._sides], axis=0)

    def _factors(self, samples, precision):
        if precision == "bfloat16":
            return coarse.CoarseSamples(samples, self._centre, self._scale)
        return Samples(samples, self._centre, self._scale, precision)

    def _edges(self, rows, columns, part):
        """The widest edges of all sides, for the `part` of the rows' factors: a function of a distance."""

        def edges(distance):
            lows, highs = zip(*(rows[p].edges(distance, part, columns[q]) for p, q in self._sides), strict=True)
            return np.min(lows, axis=0), np.max(highs, axis=0)

        return edges


class Block:
    """Squared distances of a block of pairs i < j (the others infinite), known up to a bound.

    Args:
        rows, columns: slices of the samples.
        squares: a list of computed squares [rows, columns], of which the least counts.
        precision: theirs; squares in bfloat16 are given as its bits.
        edges: a function from a distance to bounds of the computed squares, (low, high) by row.
    """

    def __init__(self, rows, columns, squares, precision, edges):
        self.rows, self.columns, self.precision, self._edges = rows, columns, precision, edges
        self._squares = squares[0] if len(squares) == 1 else np.minimum.reduce(squares)
        if rows.start == columns.start:
            infinity = _INFINITE_BITS if precision == "bfloat16" else np.inf
            self._squares = np.where(np.tri(*self._squares.shape, dtype=bool), infinity, self._squares)
        self._least = self._floats(self._squares.min(axis=1))

    def edges(self, distance):
        """Bounds (low, high), by row, of the computed squares of pairs that far apart."""
        dtype = np.float64 if self.precision == "float64" else np.float32  # the bounds have room for its rounding
        return [edge.astype(dtype) for edge in self._edges(distance)]

    def near(self, distance):
        """Yields (rows of the block, computed squares [rows, columns]) where pairs may be that close, a few rows at a time."""
        rows = np.flatnonzero(self._least <= self.edges(distance)[1])
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            yield part, self._floats(self._squares[part])

    def within(self, distance):
        """Yields (i, j) of the pairs that may be that close, a few rows at a time."""
        high = self.edges(distance)[1]
        for rows, squares in self.near(distance):
            a, b = np.nonzero(squares <= high[rows, None])
            yield self.pairs(rows[a], b)

    def pairs(self, row, column):
        """Places in the block as indices of samples."""
        return row + self.rows.start, column + self.columns.start

    def crowd(self, distance):
        """How many pairs may be that close, counted no further than just beyond a crowd."""
        high, count = self.edges(distance)[1], 0
        for rows, squares in self.near(distance):
            count += np.count_nonzero(squares <= high[rows, None])
            if count > _CROWD:
                break
        return count

    def undecided(self, distances):
        """How many pairs are on an unknown side of the distances (ascending), counted just beyond a crowd at most."""
        edges, count = [self.edges(distance) for distance in distances], 0
        for rows, squares in self.near(distances[-1]):
            for low, high in edges:
                count += np.count_nonzero((squares >= low[rows, None]) & (squares <= high[rows, None]))
            if count > _CROWD:
                break
        return count

    def smallest(self, k):
        """(i, j) of the k pairs that seem closest."""
        flat = self._floats(self._squares).ravel()
        first = np.argpartition(flat, k - 1)[:k] if k < flat.size else np.arange(flat.size)
        return self.pairs(*np.divmod(first[flat[first] < np.inf], self._squares.shape[1]))

    def _floats(self, squares):
        return coarse.floats(squares) if self.precision == "bfloat16" else squares


def first_precision(size, dimension):
    """The precision that a search of so many samples begins with."""
    return "bfloat16" if coarse.faster(size, dimension) else "float32"


def _candidates(pairs, block, k, known):
    """Indices of the block's pairs that may be among the k closest, given the distances of the closest so far."""
    worst = known[-1] if len(known) == k else np.inf

    def tightened():
        distances = np.sort(np.concatenate([known, pairs.metric(*block.smallest(k))]))
        return distances[k - 1] if len(distances) >= k else worst

    if worst == np.inf:
        worst = tightened()
    while (crowd := block.crowd(worst)) > _CROWD and block.precision in _FINER:
        block = pairs.finer(block)
    if crowd > _CROWD:
        worst = tightened()
    if block.crowd(worst) > max(_CROWD, 2 * k):  # they tie within float64's rounding
        return block.smallest(max(_CROWD, 2 * k))
    a, b = zip((np.empty(0, int),) * 2, *block.within(worst), strict=True)
    return np.concatenate(a), np.concatenate(b)
