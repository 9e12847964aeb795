"""Points of the plane from any TFDS set that has some."""

import dataclasses

import numpy as np

from ganzoo.data import catalogue, registry
from ganzoo.data.source import NamedSource, checked_take
from ganzoo.errors import UserError


class Points(NamedSource):
    """Points of the plane: batches carry `point` float32 [B, 2], as they are, and with labels `label`, such as the mode.

    Args:
        name: "ring8" or "grid25"; or a prepared TFDS data set with a float feature `point`.
        split: a TFDS split.
        labels: whether batches carry `label`.
        take: only the first so many examples.
        data_dir: where data sets are prepared; by default TFDS_DATA_DIR, else TFDS's own default.

    Raises:
        UserError: no such data set, no points in it, or no labels where they are asked for.

    Example:
        >>> next(iter(ganzoo.data.Points("ring8").batches(512, seed=0)))["point"].shape
        TensorShape([512, 2])
    """

    feature = "point"

    def __init__(self, name, split="train", labels=False, take=None, data_dir=None):
        builder = catalogue.describe(name, data_dir)
        info, self._drawn = builder.info, builder if hasattr(builder, "drawn") else None
        features = info.features
        if "point" not in features:
            known = [name for name, embedded in registry.embedded_sets().items() if embedded.source is Points]
            raise UserError(f"data set {name!r} has no points; those with points are {', '.join(known)}")
        classes = catalogue.class_names(features)
        if labels and not classes:
            raise UserError(f"data set {name!r} has no labels")
        super().__init__(features["point"].shape, len(classes) or None, labels)
        self.name = name
        self.split = split
        self.take = checked_take(take)
        self.data_dir = data_dir
        self.homepage = catalogue.homepage(name, info)
        self._arrays = None

    @property
    def splits(self):
        return tuple(self._drawn.EXAMPLES if self._drawn else catalogue.find(self.name, self.data_dir).info.splits)

    @property
    def modes(self):
        known = registry.find(self.name)
        return known.modes if known else None

    @property
    def num_examples(self):
        """Number of examples, known without reading them."""
        if self._drawn:
            count = sum(part.to - part.from_ for part in parts_of(self._drawn, self.split))
            return min(count, self.take or count)
        count = catalogue.split_info(catalogue.find(self.name, self.data_dir), self.split).num_examples
        return min(count, self.take or count)

    def describe(self):
        facts = super().describe() | {"homepage": self.homepage}
        return facts if self.take is None else facts | {"take": self.take}

    def identity(self, known=None):
        return super().identity(known) | {"version": (self._drawn or catalogue.find(self.name, self.data_dir)).info.full_name}

    def arrays(self):
        if self._arrays is None:
            read = None if self._drawn else catalogue.read(self.name, self.split, self.take, self.data_dir)
            features = read or drawn(self._drawn, self.split, self.take)
            self._note_fewer(len(features["point"]))
            self._arrays = {name: features[name] for name in (("point", "label") if self.labels else ("point",))}
        return self._arrays


def parts_of(builder, split):
    """The ranges of whole splits that a TFDS split such as "train[:80%]" of a set that is drawn consists of.

    Raises:
        UserError: no such split.
    """
    import tensorflow_datasets as tfds

    whole = {name: tfds.core.SplitInfo(name=name, shard_lengths=[n], num_bytes=0) for name, n in builder.EXAMPLES.items()}
    try:
        parts = tfds.core.ReadInstruction.from_spec(split).to_absolute(whole)
    except Exception as error:
        raise UserError(f"data set {builder.name!r} has no split {split!r}; it has {', '.join(whole)}") from error
    ends = {part.splitname: whole[part.splitname].num_examples for part in parts}
    return [dataclasses.replace(p, from_=p.from_ or 0, to=ends[p.splitname] if p.to is None else p.to) for p in parts]


def drawn(builder, split, take=None):
    """The examples of a set that is drawn, in the order in which TFDS writes and reads them: that of their keys' hashes.

    Reading them back one record at a time takes seconds, drawing them milliseconds.
    """
    from tensorflow_datasets.core.hashing import Hasher

    chunks = []
    for part in parts_of(builder, split):
        examples, hasher = builder.drawn(part.splitname), Hasher(part.splitname)
        order = sorted(range(builder.EXAMPLES[part.splitname]), key=hasher.hash_key)[part.from_ : part.to]
        chunks.append({feature: values[order] for feature, values in examples.items()})
    joined = {feature: np.concatenate([chunk[feature] for chunk in chunks])[:take] for feature in chunks[0]}
    if not len(joined["point"]):
        raise UserError(f"nothing is left of {builder.name}, split {split}")
    return joined
