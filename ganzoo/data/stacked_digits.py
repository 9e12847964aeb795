"""Stacked digits, three in the channels of an image, of 1,000 known modes: 8x8 without a download, 28x28 made of MNIST."""

from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from ganzoo.data import catalogue
from ganzoo.data.digits import handwritten_digits
from ganzoo.data.images import Images
from ganzoo.data.registry import embedded

CLASSES = 10


def stacked(images, labels, count, rng):
    """Draws `count` images whose channels are single ones, each drawn with replacement.

    Args:
        images: uint8 [N, H, W, 1].
        labels: int [N] in 0..9.
        count: how many.
        rng: a NumPy generator.

    Returns:
        uint8 [count, H, W, 3], and labels int64 [count] in 0..999, whose hundreds are the first channel's label.
    """
    chosen = rng.integers(len(images), size=(count, 3))
    digits = np.asarray(labels, np.int64)[chosen]
    return np.moveaxis(images[chosen, ..., 0], 1, -1), digits @ [CLASSES**2, CLASSES, 1]


@embedded("three digits in three channels: 1,000 known modes", source=Images)
class StackedDigits(tfds.core.GeneratorBasedBuilder):
    """Three of scikit-learn's digits in the channels of an 8x8 image; the label, 0 to 999, reads them from first to last.

    Each split is drawn from the same split of `digits`. The 1,000 modes are equally likely up to what `digits` itself
    has of each class. After Stacked MNIST (Metz et al. 2017, arXiv:1611.02163; Srivastava et al. 2017, arXiv:1705.07761).
    """

    VERSION = tfds.core.Version("1.0.0")
    EXAMPLES = {"train": 50_000, "test": 10_000}
    SEEDS = {"train": 0, "test": 1}
    SIDE = 8
    HOMEPAGE = "https://archive.ics.uci.edu/dataset/80"

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            description=self.__doc__,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(self.SIDE, self.SIDE, 3)),
                    "label": tfds.features.ClassLabel(num_classes=CLASSES**3),
                }
            ),
            supervised_keys=("image", "label"),
            homepage=self.HOMEPAGE,
        )

    def singles(self, split):
        """The single digits of a split: images uint8 [N, H, W, 1] and their labels."""
        images, labels, splits = handwritten_digits()
        return images[splits[split]], labels[splits[split]]

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in self.EXAMPLES}

    def _generate_examples(self, split):
        rng = np.random.default_rng(self.SEEDS[split])
        images, labels = stacked(*self.singles(split), self.EXAMPLES[split], rng)
        for index, (image, label) in enumerate(zip(images, labels.tolist(), strict=True)):
            yield index, {"image": image, "label": label}


@embedded("three MNIST digits in three channels: 1,000 known modes", source=Images, made_of="mnist")
class StackedMNIST(StackedDigits):
    """Three of MNIST's digits in the channels of a 28x28 image; the label, 0 to 999, reads them from first to last.

    Each split is drawn from the same split of `mnist`, which must be prepared. After Metz et al. 2017, arXiv:1611.02163, and
    Srivastava et al. 2017, arXiv:1705.07761.
    """

    name = "stacked_mnist"
    SIDE = 28
    HOMEPAGE = "http://yann.lecun.com/exdb/mnist/"

    def singles(self, split):
        examples = catalogue.read("mnist", split, data_dir=Path(self.data_dir).parents[1])
        return examples["image"], examples["label"]
