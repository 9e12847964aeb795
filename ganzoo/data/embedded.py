"""TFDS builders of the data sets that need no download; importing this module registers them with TFDS."""

import numpy as np
import tensorflow_datasets as tfds

from ganzoo.data.captioned_shapes import CaptionedShapes
from ganzoo.data.embedded_text import Grammar, OracleText
from ganzoo.data.mixtures import MIXTURES
from ganzoo.data.stacked_digits import StackedDigits

TEST_DIGITS, DIGITS_SEED = 360, 0


def handwritten_digits():
    """scikit-learn's digits and their parting.

    Returns:
        uint8 images [1797, 8, 8, 1], labels [1797], and the rows of each split: a dict of index arrays.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)[..., None]  # the set counts 0..16
    rows = np.arange(len(images))
    train, test = train_test_split(rows, test_size=TEST_DIGITS, stratify=digits.target, random_state=DIGITS_SEED)
    return images, digits.target, {"train": train, "test": test}


class Digits(tfds.core.GeneratorBasedBuilder):
    """The 1,797 handwritten digits, 8x8, that scikit-learn ships: the UCI set's test part, written by 13 people."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            description=self.__doc__,
            features=tfds.features.FeaturesDict(
                {"image": tfds.features.Image(shape=(8, 8, 1)), "label": tfds.features.ClassLabel(num_classes=10)}
            ),
            supervised_keys=("image", "label"),
            homepage="https://archive.ics.uci.edu/dataset/80",
        )

    def _split_generators(self, dl_manager):
        images, labels, splits = handwritten_digits()
        return {split: self._generate_examples(images, labels, rows) for split, rows in splits.items()}

    def _generate_examples(self, images, labels, chosen):
        for index in map(int, chosen):
            yield index, {"image": images[index], "label": int(labels[index])}


class MixtureBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Points of a mixture of `MIXTURES`, which subclasses name."""

    VERSION = tfds.core.Version("1.0.0")
    EXAMPLES = {"train": 50_000, "test": 10_000}
    SEEDS = {"train": 0, "test": 1}

    @property
    def mixture(self):
        return MIXTURES[self.name]

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

    def _generate_examples(self, split):
        points, modes = self.mixture.sample(self.EXAMPLES[split], np.random.default_rng(self.SEEDS[split]))
        for index, (point, mode) in enumerate(zip(points, modes.tolist(), strict=True)):
            yield index, {"point": point, "label": mode}


class Ring8(MixtureBuilder):
    """8 Gaussians of standard deviation 0.02 on a circle of radius 2; the label is the mode."""


class Grid25(MixtureBuilder):
    """25 Gaussians of standard deviation 0.05 on a 5 x 5 grid, 2 apart; the label is the mode."""


BUILDERS = {
    "digits": Digits,
    "ring8": Ring8,
    "grid25": Grid25,
    "stacked_digits": StackedDigits,
    "captioned_shapes": CaptionedShapes,
    "grammar": Grammar,
    "oracle_text": OracleText,
}
