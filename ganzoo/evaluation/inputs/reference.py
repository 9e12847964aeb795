"""The real data that a model is compared with: its training data, and held-out data."""

from ganzoo.data.registry import from_description
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import DataInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.text import unit_of
from ganzoo.serving.sampling import ExportSampler, RunSampler


def real_data(model, data=None, data_dir=None):
    """The real data that a model is compared with, as an `Input`.

    Args:
        model: the model's `Input`.
        data: what `opening.open_input` takes; by default what the model's recipe or card names.
        data_dir: where data sets are prepared.

    Raises:
        UserError: `data` cannot be opened; or it is None, and the model does not say what it was trained on.
    """
    if data is not None:
        return open_input(data, data_dir, unit_of(model))
    known = own_data(model, data_dir)
    if known is None:
        raise UserError(f"{model.name} does not say what it was trained on: name the real data with --data")
    return known


def own_data(model, data_dir=None):
    """The data set that a model was trained on, as its recipe or card says, or None.

    Args:
        model: a `ModelInput`.
        data_dir: where data sets are prepared.
    """
    sampler = getattr(model, "sampler", None)
    if isinstance(sampler, RunSampler):
        return DataInput(sampler.recipe.data.for_scoring())
    if isinstance(sampler, ExportSampler) and sampler.card.get("data"):
        return DataInput(from_description(sampler.card["data"], data_dir).for_scoring())
    return None


def held_out(reference, seed=0):
    """Reference and held-out data, two disjoint `Input`s: (reference, held-out, a note on how they were split).

    Another split of the same data set where there is one: `test` or `validation` beside `train`, `train` beside these;
    else two halves.
    """
    source = getattr(reference, "source", None)
    base = source.split.partition("[")[0] if source else ""  # of "train[:80%]"
    if base.isidentifier():
        for other in ("test", "validation") if base == "train" else ("train",):
            if other in source.splits:
                test = DataInput(source.for_scoring().split_as(other))
                return reference, test, f"{reference.name} against the split {other}"
    first, second = reference.halves(seed)
    return first, second, f"{reference.name} has no second split: half of it is the reference, half is held out"


def training_data(reference, seed=0):
    """What a data set's own extractor is trained and scored on: (training data, held-out data).

    All classes of the split `train` where there is one, even where `reference` is a part of it.
    """
    source = getattr(reference, "source", None)
    if source and source.split.isidentifier() and "train" in source.splits:
        reference = DataInput(source.for_scoring().split_as("train", all_classes=True))
    first, second, _ = held_out(reference, seed)
    return first, second
