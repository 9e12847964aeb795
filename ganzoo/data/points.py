"""Points of the plane from any TFDS set that has some."""

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
        info = catalogue.describe(name, data_dir).info
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
        return tuple(catalogue.find(self.name, self.data_dir).info.splits)

    @property
    def modes(self):
        known = registry.find(self.name)
        return known.modes if known else None

    @property
    def num_examples(self):
        """Number of examples, known without reading them."""
        count = catalogue.split_info(catalogue.find(self.name, self.data_dir), self.split).num_examples
        return min(count, self.take or count)

    def describe(self):
        facts = super().describe() | {"homepage": self.homepage}
        return facts if self.take is None else facts | {"take": self.take}

    def identity(self, known=None):
        return super().identity(known) | {"version": catalogue.find(self.name, self.data_dir).info.full_name}

    def arrays(self):
        if self._arrays is None:
            features = catalogue.read(self.name, self.split, self.take, self.data_dir)
            self._note_fewer(len(features["point"]))
            self._arrays = {name: features[name] for name in (("point", "label") if self.labels else ("point",))}
        return self._arrays
