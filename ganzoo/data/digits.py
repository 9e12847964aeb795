"""scikit-learn's handwritten digits, 8x8: real images without a download."""

import numpy as np
import tensorflow_datasets as tfds

from ganzoo.data.images import Images
from ganzoo.data.registry import embedded

TEST_DIGITS, DIGITS_SEED = 360, 0


def handwritten_digits():
    """scikit-learn's digits and their two splits.

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


@embedded("scikit-learn's 1,797 handwritten digits", source=Images)
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
