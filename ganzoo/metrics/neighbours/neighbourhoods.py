"""What the balls around real and generated samples hold, counted while the distances go by."""

import dataclasses

import numpy as np

from ganzoo.metrics.neighbours.search import Samples, exact_distances, parts_of


@dataclasses.dataclass(frozen=True)
class Balls:
    """What the balls around samples hold, each reaching to its sample's k-th nearest neighbour in its own set.

    "Closed" counts a ball's boundary, "open" does not; boundaries are decided in float64.

    Attributes:
        real_closed: int [M], closed balls of real samples that hold each fake.
        real_open: int [M], open balls of real samples that hold each fake.
        smallest: float [M], radius of the smallest closed real ball around each fake; inf where there is none.
        realism: float [M], largest ratio of a real ball's radius to the fake's distance from its centre, among the
            balls no wider than the median; inf on top of a centre.
        fake_closed: int [N], closed balls of fakes that hold each real.
    """

    real_closed: np.ndarray
    real_open: np.ndarray
    smallest: np.ndarray
    realism: np.ndarray
    fake_closed: np.ndarray


class BallCount:
    """Counts, block by block of real-fake squared distances, what the balls of one k hold."""

    def __init__(self, k, sets, real_real, fake_fake):
        self.real, self.fake = sets
        self.real_radii, self.fake_radii = real_real.distances[:, k - 1], fake_fake.distances[:, k - 1]
        self.real_edges, self.fake_edges = (
            self._edges(self.real, self.real_radii),
            self._edges(self.fake, self.fake_radii),
        )
        self.real_closed, self.real_open = np.zeros((2, self.fake.size), int)
        self.fake_closed = np.zeros(self.real.size, int)
        self.smallest = np.full(self.fake.size, np.inf)
        narrow = (self.real_radii <= np.median(self.real_radii)) & (self.real_radii > 0)
        self.ratio = np.full(self.fake.size, np.inf, np.float32)  # squared distance over squared radius, at its least
        self.champion = np.full(self.fake.size, -1)
        self.narrow = np.flatnonzero(narrow)
        self.weight = np.zeros(self.real.size, np.float32)
        self.weight[narrow] = np.minimum(np.square(self.real.scale / self.real_radii[narrow]), 1e30)  # no overflow

    @staticmethod
    def _edges(samples, radii):
        """Squared radii in the frame, less and plus what rounding may hide."""
        radii = radii / samples.scale
        tolerance = samples.tolerance(radii)
        return (np.square(radii) - tolerance).astype(np.float32), (np.square(radii) + tolerance).astype(np.float32)

    def add(self, squares, rows, columns):
        """Takes in a block of squared distances of the reals `rows` from the fakes `columns`."""
        self._add_real(squares, rows, columns)
        self._add_fake(squares, rows, columns)
        self._add_realism(squares, rows, columns)

    def _pairs(self, squares, rows, columns, mask, inner, radii):
        """The pairs within a ball: their row and column in the whole, and whether they lie strictly inside."""
        row, column = np.divmod(np.flatnonzero(mask), squares.shape[1])
        inside = squares[row, column] < inner(row, column)
        row, column = row + rows.start, column + columns.start
        edge = np.flatnonzero(~inside)
        distances = exact_distances(self.real.data, self.fake.data, row[edge], column[edge])
        limits = radii(row[edge], column[edge])
        inside[edge] = distances < limits
        kept = inside.copy()
        kept[edge] = distances <= limits
        return row[kept], column[kept], inside[kept]

    def _add_real(self, squares, rows, columns):
        inner, outer = (edges[rows] for edges in self.real_edges)
        mask = squares <= outer[:, None]
        row, column, strict = self._pairs(
            squares, rows, columns, mask, lambda row, column: inner[row], lambda row, column: self.real_radii[row]
        )
        self.real_closed += np.bincount(column, minlength=self.fake.size)
        self.real_open += np.bincount(column[strict], minlength=self.fake.size)
        np.minimum.at(self.smallest, column, self.real_radii[row])

    def _add_fake(self, squares, rows, columns):
        inner, outer = (edges[columns] for edges in self.fake_edges)
        mask = squares <= outer
        row, _, _ = self._pairs(
            squares, rows, columns, mask, lambda row, column: inner[column], lambda row, column: self.fake_radii[column]
        )
        self.fake_closed += np.bincount(row, minlength=self.real.size)

    def _add_realism(self, squares, rows, columns):
        low, high = np.searchsorted(self.narrow, [rows.start, rows.stop])
        if low == high:
            return
        centres = self.narrow[low:high]
        ratios = squares[centres - rows.start] * self.weight[centres][:, None]
        ratio = ratios.min(axis=0)
        better = np.flatnonzero(ratio < self.ratio[columns])
        self.champion[better + columns.start] = centres[ratios[:, better].argmin(axis=0)]
        self.ratio[better + columns.start] = ratio[better]

    def balls(self, fake_real):
        """The counts, with realism made exact from its best centre and the fake's own nearest reals."""
        ratios, distances = self._ratios(self.champion, fake_real)
        reached = distances / self.real.scale
        loose = self.fake.tolerance(reached) > 1e-3 * np.square(reached)  # the champion may be float32's mistake
        doubtful = np.flatnonzero(loose & np.isfinite(ratios))
        for start in range(0, len(doubtful) if len(self.narrow) else 0, 2048):
            self._champion_double(doubtful[start : start + 2048])
        if len(doubtful):
            ratios, _ = self._ratios(self.champion, fake_real)
        return Balls(self.real_closed, self.real_open, self.smallest, ratios, self.fake_closed)

    def _ratios(self, champion, fake_real):
        """Each fake's largest exact ratio of radius to distance, and the distance that belongs to it."""
        centres = np.concatenate([champion[:, None], fake_real.indices], axis=1)
        distances = exact_distances(self.fake.data, self.real.data, np.arange(self.fake.size), champion)
        distances = np.concatenate([distances[:, None], fake_real.distances], axis=1)
        radii = self.real_radii[centres]
        # A ball of radius 0 (a duplicated real) holds only its centre, on its boundary; wide balls do not count.
        ratios = np.where((radii == 0) & (distances == 0), 1.0, 0.0)
        valid = (radii > 0) & (radii <= np.median(self.real_radii))
        with np.errstate(divide="ignore"):
            np.divide(radii, distances, out=ratios, where=valid)
        best = ratios.argmax(axis=1)[:, None]
        return np.take_along_axis(ratios, best, 1)[:, 0], np.take_along_axis(distances, best, 1)[:, 0]

    def _champion_double(self, fakes):
        """Finds the best centre of some fakes again, from products in float64."""
        left = Samples(self.fake.data[fakes], self.fake.centre, self.fake.scale, np.float64).left(slice(None))
        least = np.full(len(fakes), np.inf)
        for part in parts_of(len(self.narrow), 2048):
            centres = self.narrow[part]
            right = Samples(self.real.data[centres], self.real.centre, self.real.scale, np.float64).right
            ratios = (left @ right.T) / np.square(self.real_radii[centres] / self.real.scale)
            place = ratios.argmin(axis=1)
            ratio = ratios[np.arange(len(fakes)), place]
            better = ratio < least
            self.champion[fakes[better]], least[better] = centres[place[better]], ratio[better]
