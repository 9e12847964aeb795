"""The twins that the birthday test finds among a model's samples, beside their nearest training images."""

import dataclasses

import numpy as np

from ganzoo import figures
from ganzoo.errors import UserError
from ganzoo.evaluation.birthday import BirthdayTest
from ganzoo.evaluation.inputs.overlap import all_examples
from ganzoo.evaluation.nearest_training import nearest_training
from ganzoo.metrics.neighbours.pairs import closest_pairs

BATCHES, SIZES, PAIRS = 5, (100, 200, 400), 6
MOST = 1000  # pairs that are counted


@dataclasses.dataclass(frozen=True)
class Twins:
    """The closest pairs of samples.

    Attributes:
        images: uint8 [pairs, 4, H, W, C]: both samples, and the nearest training image of each.
        distances: float [pairs], root mean square differences in grey levels.
        threshold: up to which the test takes two samples for twins, in the same unit.
        found: how many pairs of the samples are.
        count: how many samples were drawn.
        support: the test's `n_eff`, a dict of `value`, `low` and `high`.
    """

    images: np.ndarray
    distances: np.ndarray
    threshold: float
    found: int
    count: int
    support: dict

    @property
    def line(self):
        """What was found, for a person."""
        value, low = self.support["value"], self.support["low"]
        number = f"about {value:.3g} different images" if value is not None else "more images than these samples can tell"
        if value is None and low is not None:
            number = f"at least {low:.3g} different images"
        found = f"{self.found:,}" if self.found < MOST else f"{MOST:,} or more"
        return f"{found} pairs of twins among {self.count:,} samples, {number}; right: their nearest training images"

    def picture(self):
        """A row a pair: both samples, their nearest training images, and how far apart they are: uint8 [H, W, 3]."""
        rows = figures.sheet(self.images.reshape(-1, *self.images.shape[2:]), 4, 72)
        names = [f"{distance:.1f}\n{'twins' if distance <= self.threshold else 'no twins'}" for distance in self.distances]
        return figures.named_rows(rows, names)


def find(sampler, data_dir=None, seed=0):
    """Runs a birthday test of a model in pixels, and looks up its closest pairs.

    Args:
        sampler: a `Sampler` of images.
        data_dir: where data sets are prepared.
        seed: of the samples.

    Returns:
        A `Twins`.

    Raises:
        UserError: the model does not say what it was trained on, or that cannot be read.
    """
    test = BirthdayTest(sampler, batch_sizes=SIZES, batches=BATCHES, seed=seed, data_dir=data_dir, log=lambda line: None)
    if test.images is None:
        raise UserError(f"{sampler.name} makes no images: twins are shown of images")
    record = test.run()
    samples = np.asarray(test.samples)
    flat = samples.reshape(len(samples), -1).astype(np.float32) / 255
    i, j, distance = closest_pairs(flat, MOST)
    unit = 255 / np.sqrt(flat.shape[1])
    threshold = float(record["threshold"]) * unit
    rows = np.stack([i, j], 1)[:PAIRS]
    train = all_examples(test.reference)
    near = nearest_training(samples[rows.ravel()], train, k=1).indices[:, 0].reshape(rows.shape)
    images = np.concatenate([samples[rows], train[near]], axis=1)
    found = int((distance * unit <= threshold).sum())
    return Twins(images, distance[:PAIRS] * unit, threshold, found, len(samples), record["n_eff"])
