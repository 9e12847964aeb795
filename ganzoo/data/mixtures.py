"""2-D Gaussian mixtures whose modes and density are known, and the data sets drawn from them."""

import dataclasses
import math

import numpy as np
import tensorflow_datasets as tfds

from ganzoo.data.points import Points
from ganzoo.data.registry import embedded, find


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
        from scipy.special import logsumexp  # which a training has no need of

        distances = np.square(np.asarray(points, np.float64)[:, None] - self.means).sum(-1)
        normaliser = math.log(len(self.means) * 2 * math.pi * self.scale**2)
        return logsumexp(-distances / (2 * self.scale**2), axis=1) - normaliser


def ring(modes, radius, scale):
    """A `Mixture` of as many modes, evenly on a circle."""
    angles = 2 * np.pi * np.arange(modes) / modes
    return Mixture(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), scale)


def grid(side, spacing, scale):
    """A `Mixture` of side x side modes, `spacing` apart."""
    ticks = spacing * (np.arange(side) - (side - 1) / 2)
    return Mixture(np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2), scale)


# ring8 as in Unrolled GAN (Metz et al., arXiv:1611.02163); grid25 as in VEEGAN (Srivastava et al., arXiv:1705.07761)
# and PacGAN (Lin et al., arXiv:1712.04086).
MIXTURES = {"ring8": ring(8, radius=2.0, scale=0.02), "grid25": grid(5, spacing=2.0, scale=0.05)}


class MixtureBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Points of the `Mixture` that a data set is registered with; the label is the mode."""

    VERSION = tfds.core.Version("1.0.0")
    EXAMPLES = {"train": 50_000, "test": 10_000}
    SEEDS = {"train": 0, "test": 1}

    @property
    def mixture(self):
        return find(self.name).modes

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            description=self.__doc__,
            features=tfds.features.FeaturesDict(
                {
                    "point": tfds.features.Tensor(shape=(2,), dtype=np.float32),
                    "label": tfds.features.ClassLabel(num_classes=len(self.mixture.means)),
                }
            ),
            supervised_keys=("point", "label"),
        )

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in self.EXAMPLES}

    def drawn(self, split):
        """All examples of a split in the order of their keys, a dict of NumPy arrays; see `points.drawn`."""
        points, modes = self.mixture.sample(self.EXAMPLES[split], np.random.default_rng(self.SEEDS[split]))
        return {"point": points, "label": modes}

    def _generate_examples(self, split):
        examples = self.drawn(split)
        for index, (point, mode) in enumerate(zip(examples["point"], examples["label"].tolist(), strict=True)):
            yield index, {"point": point, "label": mode}


@embedded("points: 8 Gaussians on a circle", source=Points, modes=MIXTURES["ring8"])
class Ring8(MixtureBuilder):
    """8 Gaussians of standard deviation 0.02 on a circle of radius 2; the label is the mode."""


@embedded("points: 25 Gaussians on a grid", source=Points, modes=MIXTURES["grid25"])
class Grid25(MixtureBuilder):
    """25 Gaussians of standard deviation 0.05 on a 5 x 5 grid, 2 apart; the label is the mode."""
