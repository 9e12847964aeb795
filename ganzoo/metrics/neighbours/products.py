"""The blocked product that all searches share: squared distances of whole blocks, and a bound on their error.

[x, |x|^2, 1] . [-2 y, 1, |y|^2] = |x - y|^2, so a block of squared distances is one matrix product of centred samples. Its
values find candidates; what is returned is measured by float64 differences (`exact_distances`).
"""

import numpy as np

CHUNK = 2**22  # elements of a float64 temporary: 32 MiB
FARTHEST = 1e15  # in the frame, where no coordinate exceeds 2; its square is a float32


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


def parts_of(size, block):
    """The slices of `block` rows that `size` rows are cut into."""
    return [slice(start, min(start + block, size)) for start in range(0, size, block)]


class Samples:
    """Samples as factors of a product that yields squared distances in the frame.

    Args:
        data: [N, d].
        centre, scale: the frame.
        dtype: of the product, float32 or float64.

    Attributes:
        size: N.
        squares: float64 [N], |x|^2 in the frame.
    """

    def __init__(self, data, centre, scale, dtype=np.float32):
        self.data, self.centre, self.scale, self.dtype = data, centre, scale, np.dtype(dtype)
        self.size, dimension = data.shape
        self.slack = sum_error(dimension + 2, dtype)
        self.right = np.empty((self.size, dimension + 2), dtype)
        self.squares = np.empty(self.size)
        for part in parts_of(self.size, max(1, CHUNK // dimension)):
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

    def product(self, left, part):
        """The squared distances of the samples whose left factor this is from the samples `part`."""
        return left @ self.right[part].T

    def own_product(self, left):
        """The squared distances from each other of the samples whose left factor this is: of half the work, by symmetry."""
        vectors = left[:, :-2]
        squares = vectors @ vectors.T
        squares *= -2
        squares += left[:, -2]
        squares += left[:, -2, None]
        return squares

    def tolerance(self, distances, part=slice(None)):
        """How far a product may be off, in squared distance, for pairs at most `distances` (in the frame) apart."""
        squares = self.squares[part]
        return self.slack * (squares + np.square(np.sqrt(squares) + distances))

    def edges(self, distances, part=slice(None), other=None):
        """What products tell of distances: float64 (low, high), each [N].

        Args:
            distances: [N] or a number, in the data's units.
            part: the samples asked about.
            other: the `Samples` on the other side, which this bound does not depend on.

        Returns:
            Bounds of computed squares: under `low` a pair is nearer than its sample's distance, above `high` farther.
        """
        distances = np.minimum(np.asarray(distances) / self.scale, FARTHEST)
        tolerance = self.tolerance(distances, part)
        return np.square(distances) - tolerance, np.square(distances) + tolerance


def sum_error(terms, dtype):
    """Bound on a product's error in squared distance, over |x|^2 + |y|^2.

    A sum of n products is off by n u sum |l r| at most, in whatever order it is taken, and sum |l r| is at most twice
    |x|^2 + |y|^2; six terms more stand for the rounding of the factors.
    """
    return 2 * (terms + 6) * np.finfo(dtype).eps / 2
