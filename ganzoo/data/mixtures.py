"""2-D Gaussian mixtures whose modes and density are known, and the source that feeds them."""

import dataclasses
import math

import numpy as np
from scipy.special import logsumexp

from ganzoo.data import catalogue
from ganzoo.data.source import Source
from ganzoo.errors import UserError


@dataclasses.dataclass(frozen=True, eq=False)
class Mixture:
    """Equally likely round Gaussians in the plane.

    Args:
        means: float [K, 2], the modes.
        scale: the standard deviation of each.
    """

    means: np.ndarray
    scale: float

    def sample(self, count, rng):
        """Draws points float32 [count, 2] and their modes int64 [count] with a NumPy generator."""
        modes = rng.integers(len(self.means), size=count)
        return (self.means[modes] + self.scale * rng.standard_normal((count, 2))).astype(np.float32), modes

    def log_density(self, points):
        """The natural logarithm of the density at points [N, 2]: float64 [N]."""
        distances = np.square(np.asarray(points, np.float64)[:, None] - self.means).sum(-1)
        normaliser = math.log(len(self.means) * 2 * math.pi * self.scale**2)
        return logsumexp(-distances / (2 * self.scale**2), axis=1) - normaliser


def ring(modes, radius, scale):
    angles = 2 * np.pi * np.arange(modes) / modes
    return Mixture(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), scale)


def grid(side, spacing, scale):
    ticks = spacing * (np.arange(side) - (side - 1) / 2)
    return Mixture(np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2), scale)


# ring8 as in Unrolled GAN (Metz et al., arXiv:1611.02163); grid25 as in VEEGAN (Srivastava et al., arXiv:1705.07761)
# and PacGAN (Lin et al., arXiv:1712.04086).
MIXTURES = {"ring8": ring(8, radius=2.0, scale=0.02), "grid25": grid(5, spacing=2.0, scale=0.05)}


class Points(Source):
    """Points of a mixture: batches carry `point` float32 [B, 2], as they are, and with labels `label`, the mode.

    Args:
        name: "ring8" or "grid25"; or a prepared TFDS data set with a float feature `point`.
        split: a TFDS split.
        labels: whether batches carry `label`.
        take: only the first so many examples.
        data_dir: where data sets are prepared; by default TFDS_DATA_DIR, else TFDS's own default.

    Raises:
        UserError: no such data set, no points in it, or no labels where they are asked for.

    Example:
        Points("ring8").batches(512, seed=0)
    """

    feature = "point"

    def __init__(self, name, split="train", labels=False, take=None, data_dir=None):
        features = catalogue.describe(name, data_dir).info.features
        if "point" not in features:
            raise UserError(f"data set {name!r} has no points; those with points are {', '.join(MIXTURES)}")
        classes = catalogue.class_names(features)
        if labels and not classes:
            raise UserError(f"data set {name!r} has no labels")
        super().__init__(features["point"].shape, len(classes) or None, labels)
        self.name = name
        self.split = split
        self.take = catalogue.checked_take(take)
        self.data_dir = data_dir
        self._arrays = None

    @property
    def num_examples(self):
        """Number of examples, known without reading them."""
        count = catalogue.split_info(catalogue.find(self.name, self.data_dir), self.split).num_examples
        return min(count, self.take or count)

    def describe(self):
        return super().describe() | {"homepage": "a Gaussian mixture that ganzoo draws itself"}

    def arrays(self):
        if self._arrays is None:
            builder = catalogue.find(self.name, self.data_dir)
            catalogue.split_info(builder, self.split)
            examples = builder.as_dataset(split=self.split, read_config=catalogue.read_once())
            batches = list(examples.take(self.take or -1).batch(4096).as_numpy_iterator())
            names = ("point", "label") if self.labels else ("point",)
            self._arrays = {name: np.concatenate([batch[name] for batch in batches]) for name in names}
        return self._arrays
