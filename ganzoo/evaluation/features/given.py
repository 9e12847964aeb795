"""Features that were computed elsewhere: in the place of examples, or beside images in a file."""

from pathlib import Path

import numpy as np

from ganzoo.checked_arrays import read_npz
from ganzoo.errors import UserError
from ganzoo.evaluation.cache import digest, digest_array
from ganzoo.evaluation.features.base import Extracted, Extractor
from ganzoo.evaluation.inputs.arrays import joined
from ganzoo.evaluation.inputs.base import digests
from ganzoo.evaluation.inputs.reference import other_split

NAMES = ("fake", "real", "held_out")
# What is read of a file of features: for each side features, and probabilities where a classifier made them.
KEYS = (*NAMES, *(f"{name}_probabilities" for name in NAMES), "name", "layer", "sha256")


class GivenFeatures(Extractor):
    """The extractor of data that is features already: it parts features from probabilities.

    Args:
        data: the real data, a `FeaturesInput`.
        name: what made them; by default what the data says, or "features".
    """

    cacheable = checkable = False
    preprocessing = "computed elsewhere"

    def __init__(self, data, name=None):
        made_by = data.made_by
        self.name, self.layer = name or made_by.get("name") or "features", made_by.get("layer", "features")
        self.dimension, self.classifies = data.dimension, data.shape[0] > data.dimension
        self.source = f"features of {data.name}, computed elsewhere"
        self.sha256 = made_by.get("sha256") or digest("features", self.name, digest_array(data.examples(data.size)))

    def extract(self, images, progress=None):
        rows = np.asarray(images, np.float32)
        if not np.isfinite(rows).all():
            raise UserError("the features hold NaN or infinite values")
        if not self.classifies:
            return Extracted(rows)
        return Extracted(rows[:, : self.dimension], rows[:, self.dimension :])


class FeaturesFile(Extractor):
    """The extractor whose features stand in a file, found by the pixels of the image: computed elsewhere, image by image.

    The file is an .npz with `fake` [M, d], the features of all samples in their order, and `real` [N, d], those of the real
    data in its own order; `held_out` [T, d] where the held-out data is another split of a data set. Beside each of them may
    stand `fake_probabilities` [M, K] and so on, and the strings `name`, `layer` and `sha256` (of the weights).

    Args:
        path: the file.
        model: the `Input` of the samples, of a known size.
        data: the `Input` of the real data.

    Raises:
        UserError: no such file, arrays of other sizes, or samples without an end.
    """

    cacheable = checkable = False
    preprocessing = "computed elsewhere"

    def __init__(self, path, model, data):
        path, unread = Path(path), []

        def wanted(names):
            if missing := {"fake", "real"} - set(names):
                raise UserError(f"{path} must hold features `fake` and `real`: it lacks {', '.join(sorted(missing))}")
            unread.extend(name for name in names if name not in KEYS)
            return [name for name in names if name in KEYS]

        arrays = read_npz(path, wanted)
        if unread:
            data.note(f"{path.name}: not read: {', '.join(unread)}")
        words = {key: str(np.asarray(arrays[key]).reshape(-1)[0]) for key in ("name", "layer", "sha256") if key in arrays}
        sides = [side for side in NAMES if side in arrays]
        rows = {side: joined(path.name, side, arrays[side], arrays.get(f"{side}_probabilities")) for side in sides}
        widths = {(np.shape(arrays[side])[1], rows[side].shape[1]) for side in rows}
        if len(widths) > 1:
            raise UserError(f"the arrays of {path} are of different widths: give features of one network")
        ((self.dimension, width),) = widths
        self.classifies = width > self.dimension
        self.name, self.layer = words.get("name", path.stem), words.get("layer", "features")
        self.source = f"features of {path.name}, computed elsewhere"
        self.sha256 = words.get("sha256") or digest("features", self.name, digest_array(rows["real"]))
        self._path, self._rows = path, {}
        if model.size is None:
            raise UserError(f"{model.name} has no end: features are of samples at hand, such as `ganzoo sample --out FILE.npz`")
        sides = {"fake": model, "real": data, "held_out": held_out_of(data)}
        for side, features in rows.items():
            self._enter(side, sides[side], features)

    def _enter(self, side, data, features):
        if data is None:
            raise UserError(f"{self._path} holds `{side}`, and the real data has no second split: `real` is all of it")
        if len(features) != data.size:
            raise UserError(f"{self._path} holds {len(features):,} features `{side}`, and {data.name} {data.size:,} examples")
        self._rows.update(zip(digests(data.examples(data.size)), features, strict=True))

    def join(self, other, path):
        """Takes the rows of another file in, for samples of another model.

        Raises:
            UserError: it is of another network.
        """
        for what in ("name", "layer", "dimension", "classifies", "sha256"):
            mine, theirs = getattr(self, what), getattr(other, what)
            if mine != theirs:
                raise UserError(f"{self._path} and {path} hold features of different networks ({what}: {mine} and {theirs})")
        self._rows = other._rows | self._rows

    def extract(self, images, progress=None):
        found = [self._rows.get(one) for one in digests(np.asarray(images))]
        if lacking := sum(one is None for one in found):
            raise UserError(
                f"{self._path} has no features of {lacking:,} of {len(found):,} images: it needs `fake`, `real` and, where the "
                "held-out data is another split, `held_out`, in the order of the files"
            )
        rows = np.stack(found)
        return Extracted(rows[:, : self.dimension], rows[:, self.dimension :] if self.classifies else None)


def given_features(paths, models, data, extractor="auto"):
    """The extractor of features that stand in one file for each model, all made by one network.

    Args:
        paths: the files, in the order of the models.
        models: the `Input`s of their samples.
        data: the `Input` of the real data.
        extractor: what was asked for beside the files.

    Raises:
        UserError: another extractor is asked for too, not one file a model, files of different networks, or what `FeaturesFile`
            raises.
    """
    if extractor != "auto":
        raise UserError(f"features of {paths[0]} and --extractor {extractor}: give one of the two")
    if len(paths) != len(models):
        raise UserError(f"{len(models)} models need as many files of features, in their order; there are {len(paths)}")
    first, *others = (FeaturesFile(path, model, data) for path, model in zip(paths, models, strict=True))
    for other, path in zip(others, paths[1:], strict=True):
        first.join(other, path)
    return first


def held_out_of(data):
    """The other split of a data set, an `Input`; None where the held-out data is half of it."""
    from ganzoo.evaluation.inputs.base import DataInput

    other = other_split(getattr(data, "source", None))
    return DataInput(data.source.for_scoring().split_as(other)) if other else None
