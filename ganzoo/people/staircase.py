"""How long a picture must be seen: the staircase of exposures, and the threshold that it settles at."""

import dataclasses

import numpy as np

# Trials of each block that are left out of the mean: the way down from the start.
SETTLING = 0.5


@dataclasses.dataclass(frozen=True)
class Staircase:
    """A weighted up-down staircase of exposures in milliseconds.

    A right answer shortens the next exposure by `down`, a wrong one lengthens it by `up`. It settles where the share of right
    answers is up / (up + down): 75 % by default.

    Reference:
        Kaernbach 1991, Simple adaptive testing with the weighted up-down method; in HYPE (Zhou et al. 2019, arXiv 1904.01121)
        exposures lie between 100 and 1,000 ms and begin at 500.
    """

    start: float = 500.0
    least: float = 100.0
    most: float = 1000.0
    up: float = 30.0
    down: float = 10.0

    @property
    def target(self):
        """The share of right answers at which it settles."""
        return self.up / (self.up + self.down)

    def after(self, exposure, right):
        """The next exposure."""
        return float(min(self.most, max(self.least, exposure - self.down if right else exposure + self.up)))


def threshold(exposures, blocks=None):
    """The exposure that a staircase settled at, in milliseconds: the mean over the second half of each block.

    Args:
        exposures: float [N], as they were shown, in their order.
        blocks: int [N], the block of each; one block by default.

    Returns:
        A float; NaN of fewer than 8 trials in every block.

    Example:
        >>> from ganzoo.people.staircase import threshold
        >>> threshold([500, 490, 480, 470, 200, 210, 200, 210])
        205.0
    """
    exposures = np.asarray(exposures, float)
    blocks = np.zeros(len(exposures), int) if blocks is None else np.asarray(blocks)
    parts = [exposures[blocks == block] for block in np.unique(blocks)]
    settled = [part[int(len(part) * SETTLING) :] for part in parts if len(part) >= 8]
    return float(np.mean([part.mean() for part in settled])) if settled else float("nan")


def modal(exposures, blocks=None, width=10.0):
    """The mean over blocks of the most frequent exposure, in steps of `width` milliseconds, as HYPE_time is defined."""
    exposures = np.asarray(exposures, float)
    blocks = np.zeros(len(exposures), int) if blocks is None else np.asarray(blocks)
    modes = []
    for block in np.unique(blocks):
        values, counts = np.unique(np.rint(exposures[blocks == block] / width), return_counts=True)
        modes.append(values[counts == counts.max()].mean() * width)
    return float(np.mean(modes)) if modes else float("nan")
