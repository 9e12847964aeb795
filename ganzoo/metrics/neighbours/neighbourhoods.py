"""What the balls around real and generated samples hold, counted while the distances go by."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np

from ganzoo.metrics.neighbours.products import exact_distances, parts_of


@dataclasses.dataclass(frozen=True)
class Balls:
    """What the balls around samples hold, each reaching to its sample's k-th nearest neighbour in its own set.

    "Closed" counts a ball's boundary, "open" does not; boundaries are decided in float64.

    Attributes:
        real_closed: int [M], closed balls of real samples that hold each fake.
        real_open: int [M], open balls of real samples that hold each fake.
        smallest: float [M], radius of the smallest closed real ball around each fake; inf where there is none.
        fake_closed: int [N], closed balls of fakes that hold each real.
        search_realism: returns `realism`, which takes a sweep over all distances of its own.
    """

    real_closed: np.ndarray
    real_open: np.ndarray
    smallest: np.ndarray
    fake_closed: np.ndarray
    search_realism: Callable[[], np.ndarray] = dataclasses.field(repr=False)

    @functools.cached_property
    def realism(self):
        """float [M], largest ratio of a real ball's radius to the fake's distance from its centre, among the balls no
        wider than the median; inf on top of a centre. Made when first asked for."""
        return self.search_realism()


class BallCount:
    """Counts, block by block of real-fake squared distances or pair by pair, what the balls of one size hold.

    Args:
        real, fake: the two sets, [N, d] and [M, d].
        real_radii, fake_radii: float64 [N] and [M].
    """

    def __init__(self, real, fake, real_radii, fake_radii):
        self.real, self.fake = real, fake
        self.real_radii, self.fake_radii = real_radii, fake_radii
        self.real_closed, self.real_open = np.zeros((2, len(fake)), int)
        self.fake_closed = np.zeros(len(real), int)
        self.smallest = np.full(len(fake), np.inf)

    def add_real(self, row, column, inside, closed):
        """Takes in pairs of a real and a fake: whether the fake is in the real's open and in its closed ball."""
        self.real_closed += np.bincount(column[closed], minlength=len(self.fake))
        self.real_open += np.bincount(column[inside], minlength=len(self.fake))
        np.minimum.at(self.smallest, column[closed], self.real_radii[row[closed]])

    def add_fake(self, row, closed):
        """Takes in pairs of the reals `row` and some fakes: whether the real is in the fake's closed ball."""
        self.fake_closed += np.bincount(row[closed], minlength=len(self.real))

    def by_tree(self, reals, fakes):
        """Counts everything from the k-d trees of both sets; returns False, nothing counted, where balls hold too many."""
        of_reals, of_fakes = fakes.within(self.real, self.real_radii), reals.within(self.fake, self.fake_radii)
        if of_reals is None or of_fakes is None:
            return False
        for row, column, distances in of_reals:
            radii = self.real_radii[row]
            self.add_real(row, column, distances < radii, distances <= radii)
        for column, row, distances in of_fakes:
            self.add_fake(row, distances <= self.fake_radii[column])
        return True

    def balls(self, search_realism):
        """The counts as `Balls`."""
        return Balls(self.real_closed, self.real_open, self.smallest, self.fake_closed, search_realism)


class BlockCounter:
    """Feeds a `BallCount` from blocks of squared distances.

    Args:
        count: a `BallCount`.
        real, fake: the `Samples` of both sets.
    """

    def __init__(self, count, real, fake):
        self.count = count
        # To float32, as the squares are that they are compared with; the bounds have room for it.
        self.real_edges, self.fake_edges = (
            [edge.astype(np.float32) for edge in samples.edges(radii)]
            for samples, radii in ((real, count.real_radii), (fake, count.fake_radii))
        )

    def add(self, squares, rows, columns):
        """Takes in a block of squared distances of the reals `rows` from the fakes `columns`."""
        low, high = (edge[rows, None] for edge in self.real_edges)
        row, column, inside, closed = self._pairs(squares, rows, columns, low, high, self.count.real_radii, by_row=True)
        self.count.add_real(row, column, inside, closed)
        low, high = (edge[columns] for edge in self.fake_edges)
        row, _, _, closed = self._pairs(squares, rows, columns, low, high, self.count.fake_radii, by_row=False)
        self.count.add_fake(row, closed)

    def _pairs(self, squares, rows, columns, low, high, radii, by_row):
        """The pairs that may lie in a ball: their row and column in the whole, and whether they lie inside and within."""
        row, column = np.divmod(np.flatnonzero(squares <= high), squares.shape[1])
        inside = squares[row, column] < (low[row, 0] if by_row else low[column])
        row, column = row + rows.start, column + columns.start
        edge = np.flatnonzero(~inside)
        distances = exact_distances(self.count.real, self.count.fake, row[edge], column[edge])
        limits = radii[(row if by_row else column)[edge]]
        inside[edge] = distances < limits
        closed = inside.copy()
        closed[edge] = distances <= limits
        return row, column, inside, closed


def count_by_blocks(counts, real, fake, block):
    """Feeds several `BallCount` from one sweep over the blocks of two `Samples`."""
    counters = [BlockCounter(count, real, fake) for count in counts]
    for rows in parts_of(real.size, block):
        left = real.left(rows)
        for columns in parts_of(fake.size, block):
            squares = fake.product(left, columns)
            for counter in counters:
                counter.add(squares, rows, columns)
