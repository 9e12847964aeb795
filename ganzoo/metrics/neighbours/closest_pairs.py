"""The closest of all pairs of samples, exactly: what the birthday test looks at.

Half of the pairs, one matrix product a block in the fastest precision of the machine, and a bound on its error: what
may be among the closest is measured again in float64 by direct differences, so that nothing is missed or misordered.
"""

import functools
import time

import numpy as np
import tensorflow as tf

from ganzoo.metrics.checks import checked

# Bytes of temporary float64 rows while pairs are measured directly.
_CHUNK = 64 * 2**20
# More candidates than this in one block: its precision cannot tell them apart, the block is done again in a finer one.
_CROWD = 20_000
# Below so many samples the choice of precision costs more than it saves.
_SMALL = 2048
_FINER = {tf.bfloat16: tf.float32, tf.float32: tf.float64}
# Half the distance from 1 to the next number: the greatest relative error of rounding.
_ROUNDING = {tf.bfloat16: 2.0**-8, tf.float32: 2.0**-24, tf.float64: 2.0**-53}


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
    pairs = Pairs(features, mirrored, block)
    k = min(k, pairs.count)
    i, j, distance = np.empty(0, int), np.empty(0, int), np.empty(0)
    for found in pairs.blocks():
        a, b = _candidates(pairs, found, k, distance)
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

    Args:
        features, block, mirrored: as for `closest_pairs`.
        threshold: the greatest distance, inclusive.

    Yields:
        (i, j, distance) arrays as of `closest_pairs`, in no particular order; each pair once.
    """
    pairs = Pairs(features, mirrored, block)
    for found in pairs.blocks():
        for a, b in found.within(threshold):
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
    pairs = Pairs(features, mirrored, block)
    order = np.argsort(thresholds)
    levels = np.asarray(thresholds, np.float64)[order]
    counts = np.zeros((len(levels), pairs.n), np.int64)
    for found in pairs.blocks() if len(levels) else ():
        while found.undecided(levels) > _CROWD and found.dtype in _FINER:
            found = pairs.block(found.row, found.column, _FINER[found.dtype])
        for rows, columns, squares in found.rows(levels[-1]):
            for level, count in zip(levels, counts, strict=True):
                sure = squares < found.floor(level)
                count[rows] += np.count_nonzero(sure, axis=1)
                count[columns] += np.count_nonzero(sure, axis=0)
                a, b = found.open(level, squares)
                a, b = rows[a], columns.start + b
                if len(a) <= _CROWD or found.dtype in _FINER:
                    inside = pairs.metric(a, b) <= level
                    a, b = a[inside], b[inside]
                # else they are at the threshold within float64's rounding: copies of a few images, threshold 0
                if len(a):
                    count += np.bincount(np.concatenate([a, b]), minlength=pairs.n)
    result = np.empty_like(counts)
    result[order] = counts
    return result


class Pairs:
    """All pairs of one set of samples, as blocks of squared distances with a bound on their error.

    Attributes:
        n: number of samples.
        count: number of pairs, n (n - 1) / 2.
    """

    def __init__(self, features, mirrored=None, block=2048):
        named = {"features": features} | ({} if mirrored is None else {"mirrored": mirrored})
        self._sets = [checked(name, x, ndim=None).reshape(len(x), -1) for name, x in named.items()]
        self.n, self.dim = self._sets[0].shape
        if self._sets[-1].shape != self._sets[0].shape:
            raise ValueError(f"features {self._sets[0].shape} and mirrored {self._sets[1].shape} differ in shape")
        self.count = self.n * (self.n - 1) // 2
        self._size = min(int(block), self.n)
        # Which of the sets' rows are compared with which of the others'.
        self._sides = ((0, 0),) if mirrored is None else ((0, 0), (0, 1), (1, 0))
        # Centring makes norms, and with them the rounding error, small.
        self._mean = np.mean([s.mean(0, dtype=np.float64) for s in self._sets], axis=0)
        greatest = max(float(np.abs(s[rows] - self._mean).max()) for s in self._sets for rows in self._slices(1024))
        # Squares of such values leave float32's range.
        self._scale = greatest if greatest > 0 and not 1e-9 < greatest < 1e9 else 1.0
        self.dtype = tf.float32 if self.n < _SMALL else fastest_dtype()
        self._left = [[self._augmented(s, rows, self.dtype) for rows in self._slices(self._size)] for s in self._sets]

    def blocks(self):
        """Yields every `Block` of the upper triangle, in the fastest precision."""
        for column in range(0, self.n, self._size):
            right = [_right(left[column // self._size].vectors) for left in self._left]
            for row in range(0, column + 1, self._size):
                left = [left[row // self._size] for left in self._left]
                yield self._block(row, column, self.dtype, left, [x[column // self._size] for x in self._left], right)

    def block(self, row, column, dtype):
        """The `Block` whose first row and column these are, in the given precision."""
        left = [self._augmented(s, slice(row, row + self._size), dtype) for s in self._sets]
        other = [self._augmented(s, slice(column, column + self._size), dtype) for s in self._sets]
        return self._block(row, column, dtype, left, other, [_right(x.vectors) for x in other])

    def metric(self, i, j):
        """Distances of the pairs (i, j), float64, from direct differences."""
        squares = np.full(len(i), np.inf)
        step = max(1, _CHUNK // (8 * self.dim))
        for start in range(0, len(i), step):
            part = slice(start, start + step)
            for p, q in self._sides:
                difference = self._sets[p][i[part]].astype(np.float64) - self._sets[q][j[part]]
                squares[part] = np.minimum(squares[part], np.einsum("ij,ij->i", difference, difference))
        return np.sqrt(squares)

    def _block(self, row, column, dtype, left, other, right):
        squares = None
        for p, q in self._sides:
            # [x, |x|^2, 1] . [-2 y, 1, |y|^2] = |x - y|^2: the whole distance in one product
            product = tf.matmul(left[p].vectors, right[q], transpose_b=True)
            squares = product if squares is None else tf.minimum(squares, product)
        if row == column:
            lower = tf.linalg.band_part(tf.ones(squares.shape, tf.bool), -1, 0)
            squares = tf.where(lower, tf.constant(np.inf, dtype), squares)
        moved = max(x.moved for x in left) + max(x.moved for x in other)
        # |fl(l.r) - l.r| <= gamma_d sum |l r| <= gamma_d 2 (|x|^2 + |y|^2), in whatever order the terms are summed
        norms = max(x.norm for x in left) + max(x.norm for x in other)
        summed = 2 * (self.dim + 16) * _ROUNDING[tf.float64 if dtype == tf.float64 else tf.float32] * norms
        return Block(row, column, squares, dtype, moved, summed, self._scale)

    def _augmented(self, samples, rows, dtype):
        centred = (samples[rows] - self._mean) / self._scale
        rounded = tf.cast(centred, dtype)
        # Distances are those of the rounded vectors, to whom rounding is a known small move: twins stay twins.
        exact = tf.cast(rounded, tf.float64).numpy()
        norms = np.einsum("ij,ij->i", exact, exact)
        moved = float(np.sqrt(((centred - exact) ** 2).sum(1).max()))
        parts, rest = [], norms
        for _ in range(3):  # a norm as a sum of three numbers of the type, which keeps its digits
            parts.append(tf.cast(rest, dtype))
            rest = rest - tf.cast(parts[-1], tf.float64).numpy()
        ones = [tf.ones_like(parts[0])] * 3
        return _Augmented(tf.concat([rounded, tf.stack(parts + ones, 1)], 1), float(norms.max()), moved)

    def _slices(self, size):
        return [slice(start, start + size) for start in range(0, self.n, size)]


class Block:
    """Squared distances of a block of pairs i < j (the others infinite), known up to a bound.

    Attributes:
        row, column: indices of its first samples.
        dtype: its precision.
    """

    def __init__(self, row, column, squares, dtype, moved, summed, scale):
        self.row, self.column, self.dtype = row, column, dtype
        self._squares, self._moved, self._summed, self._scale = squares, moved, summed, scale
        # A block of bfloat16 comes out rounded to it.
        self._rounding = _ROUNDING[dtype] * (1 + 2**-8)
        self._low = tf.cast(tf.reduce_min(squares, 1), tf.float64).numpy()

    def reach(self, distance):
        """The greatest computed square of a pair whose true distance is at most `distance`."""
        square = (np.asarray(distance) / self._scale + self._moved) ** 2 + self._summed
        return np.where(square < np.inf, square * (1 + self._rounding), np.finfo(np.float32).max / 2)

    def floor(self, distance):
        """The least computed square of a pair whose true distance is at least `distance`."""
        least = np.maximum(np.asarray(distance) / self._scale - self._moved, 0) ** 2 - self._summed
        return least - np.abs(least) * self._rounding

    def rows(self, distance, at_once=256):
        """Yields (rows, slice of columns, computed squares in float64) of the rows with pairs that may be that close."""
        columns = slice(self.column, self.column + self._squares.shape[1])
        near = np.flatnonzero(self._low <= self.reach(distance))
        for start in range(0, len(near), at_once):
            part = near[start : start + at_once]
            yield part + self.row, columns, tf.cast(tf.gather(self._squares, part), tf.float64).numpy()

    def within(self, distance):
        """Yields (i, j) of the pairs that may be that close, a few rows at a time."""
        limit = self.reach(distance)
        for rows, columns, squares in self.rows(distance):
            a, b = np.nonzero(squares <= limit)
            yield rows[a], columns.start + b

    def open(self, distance, squares):
        """Where these squares leave open on which side of the distance the pairs are."""
        found = squares >= self.floor(distance)
        found &= squares <= self.reach(distance)
        return np.nonzero(found) if found.any() else (np.empty(0, int),) * 2

    def crowd(self, distance):
        """How many pairs may be that close, counted no further than just beyond a crowd."""
        limit, count = self.reach(distance), 0
        for _, _, squares in self.rows(distance):
            count += np.count_nonzero(squares <= limit)
            if count > _CROWD:
                break
        return count

    def undecided(self, distances):
        """How many pairs are on an unknown side of the distances (ascending), counted just beyond a crowd at most."""
        count = 0
        for _, _, squares in self.rows(distances[-1]):
            count += sum(len(self.open(distance, squares)[0]) for distance in distances)
            if count > _CROWD:
                break
        return count

    def smallest(self, k):
        """(i, j) of the k pairs that seem closest."""
        flat = tf.cast(tf.reshape(self._squares, [-1]), tf.float64 if self.dtype == tf.float64 else tf.float32).numpy()
        first = np.argpartition(flat, k - 1)[:k] if k < flat.size else np.arange(flat.size)
        a, b = np.divmod(first[flat[first] < np.inf], self._squares.shape[1])
        return a + self.row, b + self.column


def _candidates(pairs, block, k, known):
    """Indices of the block's pairs that may be among the k closest, given the distances found so far."""
    worst = known[-1] if len(known) == k else np.inf

    def tightened():
        found = np.sort(np.concatenate([known, pairs.metric(*block.smallest(k))]))
        return found[k - 1] if len(found) >= k else worst

    if worst == np.inf:
        worst = tightened()
    while (crowd := block.crowd(worst)) > _CROWD and block.dtype in _FINER:
        block = pairs.block(block.row, block.column, _FINER[block.dtype])
    if crowd > _CROWD:
        worst = tightened()
    if block.crowd(worst) > max(_CROWD, 2 * k):  # they tie within float64's rounding
        return block.smallest(max(_CROWD, 2 * k))
    a, b = zip((np.empty(0, int),) * 2, *block.within(worst), strict=True)
    return np.concatenate(a), np.concatenate(b)


@functools.cache
def fastest_dtype(size=768):
    """The type whose matrix product is fastest here: bfloat16 where the processor has it and sums in float32."""
    vectors = tf.cast(tf.random.stateless_normal([128, 4096], seed=(0, 0)), tf.bfloat16)
    exact = tf.cast(vectors, tf.float64)
    error = tf.abs(tf.cast(tf.matmul(vectors, vectors, transpose_b=True), tf.float64) - exact @ tf.transpose(exact))
    allowed = tf.abs(exact @ tf.transpose(exact)) * 2.0**-8 + tf.abs(exact) @ tf.transpose(tf.abs(exact)) * 1e-5
    if tf.reduce_any(error > allowed):
        return tf.float32
    if tf.config.list_logical_devices("GPU"):
        return tf.bfloat16  # exact under TensorFloat-32 too, as float32 would not be
    seconds = {}
    for dtype in (tf.float32, tf.bfloat16):
        square = tf.ones([size, size], dtype)
        tf.matmul(square, square)
        start = time.perf_counter()
        tf.matmul(square, square).numpy()
        seconds[dtype] = time.perf_counter() - start
    return min(seconds, key=seconds.get)


class _Augmented:
    """Vectors [x, |x|^2, 1], their greatest squared norm, and how far rounding moved any of them."""

    def __init__(self, vectors, norm, moved):
        self.vectors, self.norm, self.moved = vectors, norm, moved


def _right(left):
    vectors, norms, ones = left[:, :-6], left[:, -6:-3], left[:, -3:]
    return tf.concat([-2 * vectors, ones, norms], 1)
