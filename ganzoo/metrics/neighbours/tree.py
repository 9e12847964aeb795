"""The same searches by a k-d tree, for points of few dimensions, where selecting from whole blocks costs most.

The tree finds candidates in float64 with room for its rounding; `exact_distances` decides, as everywhere. Where points
gather so much that lists of candidates would be long (copies of a few points), the functions return None and the
blocks of `products` do the work.
"""

import numpy as np
import scipy

from ganzoo.metrics.neighbours.products import CHUNK, exact_distances, parts_of
from ganzoo.metrics.neighbours.selection import SPARE, Nearest

DIMENSIONS = 3
# Relative room for the rounding of the tree's own distances.
ROOM = 1e-12
# Candidates a sample, on average, beyond which blocks are as fast.
MOST = 200


def suits(*sets):
    """Whether samples have so few dimensions that a tree beats blocks."""
    return all(samples.shape[1] <= DIMENSIONS for samples in sets)


class Tree:
    """A k-d tree over points.

    Args:
        points: [N, d].
        scale: a power of two to divide by, so that squares stay within float64.
    """

    def __init__(self, points, scale):
        self.points, self.scale = points, scale
        # Without medians and tight boxes it is built faster, and copies of one point end in one leaf.
        self.tree = scipy.spatial.cKDTree(self._scaled(points), balanced_tree=False, compact_nodes=False)

    def _scaled(self, points):
        return points.astype(np.float64) / self.scale

    def nearest(self, queries, k, own=False):
        """The k nearest points of every query as a `Nearest`; of the others where the queries are the points (`own`)."""
        keep = min(k + SPARE, len(self.points) - own)
        distances, indices = np.empty((len(queries), k)), np.empty((len(queries), k), np.int64)
        for part in parts_of(len(queries), max(1, CHUNK // 64)):
            near, candidates = self.tree.query(self._scaled(queries[part]), np.arange(1, keep + own + 1))
            if own:
                itself = candidates == np.arange(part.start, part.stop)[:, None]
                itself[~itself.any(axis=1), -1] = True  # among many copies: any of them may go
                near, candidates = near[~itself].reshape(-1, keep), candidates[~itself].reshape(-1, keep)
            rows = np.repeat(np.arange(part.start, part.stop), keep)
            exact = exact_distances(queries, self.points, rows, candidates.ravel()).reshape(candidates.shape)
            order = np.lexsort((candidates, exact), axis=1)[:, :k]
            distances[part], indices[part] = np.take_along_axis(exact, order, 1), np.take_along_axis(candidates, order, 1)
            if keep < len(self.points) - own:
                farthest = distances[part, -1]
                tied = np.flatnonzero((near[:, -1] * self.scale <= farthest * (1 + ROOM)) & (farthest > 0)) + part.start
                self._untie(queries, tied, distances, indices, own)
        return Nearest(distances, indices)

    def _untie(self, queries, rows, distances, indices, own):
        """Ranks all that tie with a k-th neighbour, where they are more than the candidates (and not too many)."""
        k = indices.shape[1]
        for centres, members, exact in self.within(queries[rows], distances[rows, -1]) or ():
            for centre in np.unique(centres):
                mine = slice(*np.searchsorted(centres, (centre, centre + 1)))
                order = np.lexsort((members[mine], exact[mine]))
                if own:
                    order = order[members[mine][order] != rows[centre]]
                indices[rows[centre]], distances[rows[centre]] = members[mine][order[:k]], exact[mine][order[:k]]

    def counts(self, centres, radii):
        """How many points seem to lie within each centre's radius, by the tree's own rounding: int64 [N]."""
        return self.tree.query_ball_point(self._scaled(centres), radii / self.scale, return_length=True)

    def within(self, centres, radii):
        """The points that may lie within each centre's radius [N], with their exact distances.

        Returns:
            A list or generator of (centre, point, distance) arrays, ordered by centre; None if they are too many.
        """
        radii = np.asarray(radii) * (1 + ROOM)
        sizes = self.counts(centres, radii)
        if sizes.sum() > MOST * (len(centres) + len(self.points)):
            return None
        return self._listed(centres, radii, sizes)

    def _listed(self, centres, radii, sizes):
        batch = np.cumsum(sizes) // (CHUNK // 8)
        for rows in np.split(np.arange(len(sizes)), np.flatnonzero(np.diff(batch)) + 1):
            lists = self.tree.query_ball_point(self._scaled(centres[rows]), radii[rows] / self.scale)
            members = np.fromiter((member for part in lists for member in part), np.int64, sizes[rows].sum())
            centre = np.repeat(rows, sizes[rows])
            yield centre, members, exact_distances(centres, self.points, centre, members)


def scale_of(*sets):
    """A power of two near the greatest coordinate."""
    greatest = max(float(np.abs(points).max()) for points in sets)
    return 2.0 ** np.round(np.log2(greatest)) if greatest > 0 else 1.0


def closest(points, k):
    """The k closest of all pairs, as `pairs.closest_pairs` returns them; None where too many are as close."""
    count, tree = len(points), Tree(points, scale_of(points))
    # The k-th shortest of any k pairs bounds the k-th shortest of all.
    near = tree.nearest(points, min(count - 1, -(-2 * k // count) + 1), own=True).indices
    row = np.repeat(np.arange(count), near.shape[1])
    row, other = np.divmod(np.unique(np.minimum(row, near.ravel()) * count + np.maximum(row, near.ravel())), count)
    if len(row) < k:
        return None
    bound = np.partition(exact_distances(points, points, row, other), k - 1)[k - 1] * (1 + ROOM) / tree.scale
    if tree.tree.count_neighbors(tree.tree, bound) > 2 * MOST * count:
        return None
    i, j = tree.tree.query_pairs(bound, output_type="ndarray").T  # i < j
    distance = exact_distances(points, points, i, j)
    order = np.lexsort((j, i, distance))[:k]
    return i[order], j[order], distance[order]


def degrees(points, thresholds):
    """How many others lie within each threshold of each point, int64 [T, N]; None where too many lie at a threshold."""
    tree, result = Tree(points, scale_of(points)), []
    for threshold in thresholds:
        counts, most = (tree.counts(points, np.full(len(points), threshold * x)) for x in (1 - ROOM, 1 + ROOM))
        edge = np.flatnonzero(counts < most)
        pairs = tree.within(points[edge], np.full(len(edge), threshold)) if len(edge) else ()
        if pairs is None:
            return None
        counts[edge] = 0
        for centres, _, distances in pairs:
            counts += np.bincount(edge[centres[distances <= threshold]], minlength=len(points))
        result.append(counts - 1)  # itself
    return np.array(result, np.int64).reshape(len(thresholds), len(points))
