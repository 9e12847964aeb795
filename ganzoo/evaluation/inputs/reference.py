"""The real data beside a model: what it was trained on, and what was held out."""

from pathlib import Path

from ganzoo.data import catalogue
from ganzoo.data.captioned_images import CAPTIONED, CaptionedImages
from ganzoo.data.images import Images
from ganzoo.data.mixtures import MIXTURES, Points
from ganzoo.data.noised_images import NoisedImages
from ganzoo.data.sentences import Sentences
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import DataInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.text import unit_of
from ganzoo.serving.sampling import ExportSampler, RunSampler


def real_data(side, data=None, data_dir=None):
    """The real data that a model is held against, as an `Input`.

    Args:
        side: the model's `Input`.
        data: what `opening.open_input` takes; by default what the model's recipe or card names.
        data_dir: where data sets are prepared.

    Raises:
        UserError: `data` cannot be opened; or it is None, and the model does not say what it was trained on.
    """
    if data is not None:
        return open_input(data, data_dir, unit_of(side))
    known = own_data(side, data_dir)
    if known is None:
        raise UserError(f"{side.name} does not say what it was trained on: name the real data with --data")
    return known


def own_data(side, data_dir=None):
    """The data set that a model was trained on, as its recipe or card says, or None.

    Args:
        side: a `ModelInput`.
        data_dir: where data sets are prepared.
    """
    sampler = getattr(side, "sampler", None)
    if isinstance(sampler, RunSampler):
        return DataInput(with_labels(sampler.recipe.data))
    if isinstance(sampler, ExportSampler) and sampler.card.get("data"):
        told = sampler.card["data"]
        if told["name"] in MIXTURES:
            return DataInput(Points(told["name"], told.get("split", "train"), labels=True, data_dir=data_dir))
        if told.get("vocabulary"):
            return DataInput(Sentences.told(told))
        if told["name"] in CAPTIONED:
            return DataInput(CaptionedImages(told["name"], told.get("split", "train"), told.get("take"), data_dir))
        if told.get("every"):
            options = {key: _tuple(told[key]) for key in ("every", "split", "size", "take") if told.get(key) is not None}
            return DataInput(with_labels(NoisedImages(told["name"], data_dir=data_dir, **options)))
        keys = ("split", "size", "crop", "only", "take")
        options = {key: _tuple(told[key]) for key in keys if told.get(key) is not None}
        return DataInput(with_labels(Images(told["name"], data_dir=data_dir, **options)))
    return None


def _tuple(value):
    return tuple(value) if isinstance(value, list) else value


def with_labels(source, split=None, whole=False):
    """A source like `source` with its labels where it has any, and never mirrored.

    Args:
        source: an `Images` or `Points`; any other source comes back as it is.
        split: another split; all of it, whatever part `source` takes of its own.
        whole: every class, whatever `source` keeps.
    """
    if not isinstance(source, (Images, Points)):
        return source
    take = source.take if split is None else None
    split = split or source.split
    if isinstance(source, Points):
        return Points(source.name, split, labels=bool(source.num_classes), take=take, data_dir=source.data_dir)
    if isinstance(source, CaptionedImages):
        return CaptionedImages(source.name, split, take, source.data_dir)
    if isinstance(source, NoisedImages):
        return NoisedImages(source.name, source.every, split, source.size, bool(source.num_classes), take, source.data_dir)
    return Images(
        source.name,
        split,
        size=source.size,
        crop=source.crop,
        labels=bool(source.num_classes),
        only=None if whole else source.only,
        take=take,
        data_dir=source.data_dir,
    )


def held_out(reference, seed=0):
    """Real data to hold beside a reference: (reference, held-out, how they were parted), two disjoint sides.

    Another split of the same data set where there is one: `test` or `validation` beside `train`, `train` beside these;
    else two halves.
    """
    source = getattr(reference, "source", None)
    if isinstance(source, Sentences):
        other = "test" if source.split == "train" else "train"
        return reference, DataInput(source.of_split(other)), f"{reference.name} against the split {other}"
    split = getattr(source, "split", "")
    base = split.partition("[")[0]  # of "train[:80%]"
    if isinstance(source, (Images, Points)) and base.isidentifier():
        wanted = ("test", "validation") if base == "train" else ("train",)
        for other in wanted:
            if other in known_splits(source):
                side = DataInput(with_labels(source, other))
                return reference, side, f"{reference.name} against the split {other}"
    first, second = reference.halves(seed)
    return first, second, f"{reference.name} has no second split: half of it is the reference, half is held out"


def training_data(reference, seed=0):
    """What a data set's own extractor is trained and judged on: (training side, held-out side).

    All classes of the split `train` where there is one, whatever part of them `reference` is.
    """
    source = getattr(reference, "source", None)
    if isinstance(source, Images) and source.split.isidentifier() and "train" in known_splits(source):
        reference = DataInput(with_labels(source, "train", whole=True))
    first, second, _ = held_out(reference, seed)
    return first, second


def known_splits(source):
    """The names of a source's splits."""
    if isinstance(source, Images) and Path(source.name).is_dir():
        return tuple(child.name for child in Path(source.name).iterdir() if child.is_dir())
    return tuple(catalogue.find(source.name, source.data_dir).info.splits)
