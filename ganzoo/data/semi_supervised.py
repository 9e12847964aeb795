"""Images of which few have labels: what a semi-supervised GAN learns from."""

import numpy as np
import tensorflow as tf

from ganzoo.data.images import Images
from ganzoo.data.source import Fabricated, Source
from ganzoo.errors import UserError


class FewLabels(Images):
    """Images with a few labelled ones beside them in every batch.

    A batch carries `image` [B, H, W, C] of all images and, in an order of their own, `labelled_image` [B, H, W, C] and
    `labelled_label` int64 [B] of the labelled few. `label` [B] of all images is there to measure with, not to learn from.

    Args:
        name: as of `Images`; the set must have labels.
        per_class: labelled images of each class.
        choice: the seed by which they are chosen, apart from the run's, so that runs of several seeds share them.
        Others: as of `Images`.

    Raises:
        UserError: a class has not as many images; or as `Images`.

    Example:
        >>> sorted(next(iter(ganzoo.data.FewLabels("digits", per_class=10).batches(128, seed=0))))
        ['image', 'label', 'labelled_image', 'labelled_label']
    """

    def __init__(
        self,
        name,
        split="train",
        per_class=10,
        choice=0,
        size=None,
        crop=None,
        flip=False,
        take=None,
        data_dir=None,
        held_out=0.0,
    ):
        if not isinstance(per_class, int) or per_class < 1:
            raise UserError(f"per_class is how many images of each class have a label, 1 or more, not {per_class!r}")
        super().__init__(name, split, size, crop, flip, labels=True, take=take, data_dir=data_dir, held_out=held_out)
        self.per_class = per_class
        self.choice = choice

    def describe(self):
        return super().describe() | {"labels_per_class": self.per_class, "labels_choice": self.choice}

    @classmethod
    def from_description(cls, facts, data_dir=None):
        chosen = {"per_class": facts["labels_per_class"], "choice": facts["labels_choice"]}
        return super().from_description(facts | chosen, data_dir)

    def batches(self, batch_size, seed, start=0, context=None):
        everything = super().batches(batch_size, seed, start, context)
        return with_labelled(
            everything, LabelledSubset(self, self.per_class, self.choice).batches(batch_size, seed, start, context)
        )

    def fabricated(self, count=256, seed=0):
        return FabricatedFewLabels(self, count, seed)


class FabricatedFewLabels(Fabricated):
    """Random examples in the likeness of a `FewLabels`, one of each class labelled."""

    per_class = 1

    def batches(self, batch_size, seed, start=0, context=None):
        everything = super().batches(batch_size, seed, start, context)
        return with_labelled(everything, LabelledSubset(self, self.per_class).batches(batch_size, seed, start, context))


class LabelledSubset(Source):
    """The labelled few of a source: `per_class` examples of each class, chosen by the seed `choice`."""

    def __init__(self, source, per_class, choice=0):
        super().__init__(source.shape, source.num_classes, labels=True, flip=source.flip)
        self.feature = source.feature
        arrays = source.arrays()
        rows = rows_by_class(arrays["label"], per_class, choice)
        self._arrays = {name: array[rows] for name, array in arrays.items()}

    def arrays(self):
        return self._arrays


def rows_by_class(labels, per_class, choice):
    """The rows of `per_class` examples of each class that occurs in `labels` [N], in order.

    Raises:
        UserError: a class has fewer.
    """
    rng = np.random.default_rng([choice % 2**64, 0xFE3])
    rows = []
    for label in np.unique(labels):
        of_label = np.flatnonzero(labels == label)
        if len(of_label) < per_class:
            raise UserError(f"per_class={per_class}, but class {label} has {len(of_label)} images")
        rows.append(rng.choice(of_label, per_class, replace=False))
    return np.sort(np.concatenate(rows))


def with_labelled(everything, few):
    """A data set of batches of `everything` that carry those of `few` as `labelled_image` and `labelled_label`."""

    @tf.autograph.experimental.do_not_convert
    def merged(batch, labelled):
        return {**batch, **{f"labelled_{name}": value for name, value in labelled.items()}}

    return tf.data.Dataset.zip(everything, few).map(merged)
