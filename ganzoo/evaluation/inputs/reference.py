"""The real data beside a model: what it was trained on, and what was held out."""

from ganzoo.data.registry import from_description
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
        return DataInput(sampler.recipe.data.for_scoring())
    if isinstance(sampler, ExportSampler) and sampler.card.get("data"):
        return DataInput(from_description(sampler.card["data"], data_dir).for_scoring())
    return None


def held_out(reference, seed=0):
    """Real data to hold beside a reference: (reference, held-out, how they were parted), two disjoint sides.

    Another split of the same data set where there is one: `test` or `validation` beside `train`, `train` beside these;
    else two halves.
    """
    source = getattr(reference, "source", None)
    base = source.split.partition("[")[0] if source else ""  # of "train[:80%]"
    if base.isidentifier():
        for other in ("test", "validation") if base == "train" else ("train",):
            if other in source.splits:
                side = DataInput(source.for_scoring().split_as(other))
                return reference, side, f"{reference.name} against the split {other}"
    first, second = reference.halves(seed)
    return first, second, f"{reference.name} has no second split: half of it is the reference, half is held out"


def training_data(reference, seed=0):
    """What a data set's own extractor is trained and judged on: (training side, held-out side).

    All classes of the split `train` where there is one, whatever part of them `reference` is.
    """
    source = getattr(reference, "source", None)
    if source and source.split.isidentifier() and "train" in source.splits:
        reference = DataInput(source.for_scoring().split_as("train", all_classes=True))
    first, second, _ = held_out(reference, seed)
    return first, second
