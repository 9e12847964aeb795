"""A model's samples beside their nearest training images: does it copy?"""

import functools

import numpy as np

from ganzoo import figures
from ganzoo.bars import working
from ganzoo.errors import MOST_SEED, UserError, whole_number
from ganzoo.evaluation.features.choose import choose
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.overlap import all_examples, training_of
from ganzoo.evaluation.inputs.reference import real_data
from ganzoo.evaluation.inputs.shares import following
from ganzoo.evaluation.memorization import CELL, copies, picture
from ganzoo.metrics.neighbours.pairs import closest_pairs
from ganzoo.metrics.neighbours.search import nearest
from ganzoo.notes import logged
from ganzoo.serving.draws import in_words

COPIES = 1000
TWINS = 8


class Neighbourhood:
    """A model's samples beside training and held-out images.

    Args:
        model, data: as of `evaluate.evaluate`.
        count: generated samples.
        extractor: features beside the pixels, as of `features.choose.choose`.
        flips: whether mirrored training images count.
        seed: of the samples.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Raises:
        UserError: no data, points instead of images, or different shapes.
    """

    def __init__(self, model, data=None, count=COPIES, extractor="auto", flips=True, seed=0, data_dir=None, log=print):
        count, seed = whole_number("the number of samples", count), whole_number("the seed", seed, 0, MOST_SEED)
        model = open_input(model, data_dir)
        data = real_data(model, data, data_dir)
        if data.feature != "image" or tuple(model.shape) != tuple(data.shape):
            raise UserError(
                f"{model.name} gives {model.shape}, {data.name} holds {data.shape}: both must be images of one shape"
            )
        model = following(model, data, data_dir)
        trained = training_of(model, data, seed, data_dir)
        yardstick, self.within, self.notes = trained.yardstick, trained.within, trained.notes
        count = model.available(count)
        self.name, self.data, self.flips = model.name, data, flips
        self.images = model.examples(count, seed)
        self.train = all_examples(trained.data)
        self.held = yardstick.examples(min(yardstick.size, count), seed)
        self.notes += filter(None, [trained.overlap.samples(model, self.images)])
        self.drawn = getattr(model, "drawn", {})
        if self.drawn:
            self.notes.append(f"samples of {model.name}: {in_words(self.drawn)}")
        self.extractor = choose(extractor, data, data_dir=data_dir, log=log)

    @functools.cached_property
    def record(self):
        """The record of `copies`, with `twins`: the closest pairs of samples and their nearest training images."""
        name = self.extractor.name
        features = {} if name == "pixels" else {name: self.extractor.features}
        with working(f"the nearest of {len(self.train):,} training images"):
            record = copies(self.images, self.train, self.held, features=features, flips=self.flips, within=self.within)
        record["warnings"] = [*self.notes, *record["warnings"]]
        about = {"model": self.name, "data": self.data.name, "drawn": self.drawn}
        return record | about | {"twins": self._twins()}

    def _twins(self):
        """The closest pairs of samples in pixels, each with both samples' nearest training images."""
        flat, train = (x.reshape(len(x), -1).astype(np.float32) for x in (self.images, self.train))
        i, j, distance = closest_pairs(flat, TWINS)
        near = nearest(flat[np.concatenate([i, j])], train, 1)
        rows, distances = near.indices[:, 0].reshape(2, -1), near.distances[:, 0].reshape(2, -1)
        return [
            {
                "pair": [int(i[n]), int(j[n])],
                "distance": float(distance[n]),
                "train": rows[:, n].tolist(),
                "train_distances": distances[:, n].tolist(),
            }
            for n in range(len(i))
        ]

    def picture(self):
        """The closest cases (sample, nearest in pixels, nearest in features) beside the twins (both, nearest of each)."""
        rows = [[*self.images[twin["pair"]], *self.train[twin["train"]]] for twin in self.record["twins"]]
        twins = figures.sheet(np.stack([image for row in rows for image in row]), 4, CELL)
        parts = {
            "Nearest training images": picture(self.record, self.images, self.train),
            "Closest pairs of samples": figures.over(["sample", "its twin", "nearest to sample", "nearest to twin"], twins),
        }
        parts = [figures.headed(part, heading) for heading, part in parts.items()]
        return figures.headed(figures.joined(parts, 1, 3 * figures.GAP), f"{self.name} beside {self.data.name}", figures.TITLE)


@logged
def neighbours_of(model, data=None, count=COPIES, extractor="auto", flips=True, seed=0, data_dir=None, log=print):
    """Nearest training images of a model's samples: the record of `copies` with the closest pairs, and a picture of both."""
    neighbourhood = Neighbourhood(model, data, count, extractor, flips, seed, data_dir, log)
    return neighbourhood.record, neighbourhood.picture()
