"""The real data that a model is compared with: its training data, and held-out data."""

from pathlib import Path

from ganzoo.data.folder_layout import listed
from ganzoo.data.registry import from_description
from ganzoo.data.remembered import absent, refuse_other_data
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import DataInput, FeaturesInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.text import unit_of
from ganzoo.run_record import known_identity
from ganzoo.serving.sampling import ExportSampler, RunSampler


def real_data(model, data=None, data_dir=None):
    """The real data that a model is compared with, as an `Input`.

    Args:
        model: the model's `Input`.
        data: what `opening.open_input` takes; by default what the model's recipe or card names. Where it is the folder or
            file that the model was trained on, the share that training left out of it stays left out.
        data_dir: where data sets are prepared.

    Raises:
        UserError: `data` cannot be opened; or it is None, and the model does not say what it was trained on.
    """
    if data is not None:
        opened = open_input(data, data_dir, unit_of(model))
        _note_other_classes(model, opened)
        return own_place(model, opened, data_dir) or opened
    known = own_data(model, data_dir)
    if known is None:
        raise UserError(f"{model.name} does not say what it was trained on: name the real data with --data")
    return known


def _note_other_classes(model, data):
    """Says where the classes of real data are called otherwise than those that a model's labels number."""
    sampler = getattr(model, "sampler", None)
    known, names = (list(getattr(part, "class_names", ())) for part in (sampler, getattr(data, "source", None)))
    if known and names and known != names and "label" in sampler.options:
        classes = f"its classes are {listed(names)}; those of {model.name} {listed(known)}"
        data.note(f"{data.name}: {classes}: labels are compared by number, not by name")


def own_data(model, data_dir=None):
    """The data set that a model was trained on, as its recipe or card says, or None.

    Args:
        model: a `ModelInput`.
        data_dir: where data sets are prepared.
    """
    if getattr(model, "trained_on", None) is not None:
        return DataInput(model.trained_on.for_scoring())
    sampler = getattr(model, "sampler", None)
    if isinstance(sampler, RunSampler):
        source = sampler.recipe.data.for_scoring()
        refuse_other_data(sampler.recipe.data, known_identity(sampler.record))
        return DataInput(source)
    if isinstance(sampler, ExportSampler) and sampler.card.get("data"):
        facts = sampler.card["data"] | {"path": sampler.card.get("data_path")}
        try:
            source = from_description(facts, data_dir).for_scoring()
            refuse_other_data(source, sampler.card.get("data_identity"))
        except UserError as error:
            raise absent(facts["name"]) if facts["path"] else error from error
        return DataInput(source)
    return None


def own_place(model, data, data_dir=None):
    """What a model was trained on, where it held a share of it out and `data` is all of that folder or file; else None."""
    path = getattr(data, "path", None) or getattr(getattr(data, "source", None), "name", "")
    if not path or not Path(path).exists() or getattr(getattr(data, "source", None), "split", "train") != "train":
        return None
    try:
        own = own_data(model, data_dir)
    except UserError:
        return None
    source = getattr(own, "source", None)
    if not getattr(source, "held_out", 0) or own.feature != data.feature or not Path(str(source.name)).exists():
        return None
    same_shape = own.feature == "text" or own.shape == data.shape
    return own if same_shape and Path(str(source.name)).samefile(path) else None


def held_out(reference, seed=0):
    """Reference and held-out data, two disjoint `Input`s: (reference, held-out, a note on how they were split).

    Another split of the same data set where there is one: `test` or `validation` beside `train`, `train` beside these;
    else two halves. Whether a model was trained on what is held out here, `overlap.Overlap` says.
    """
    if isinstance(reference, FeaturesInput) and reference.held_out is not None:
        return reference, reference.held_out, f"{reference.name} against the features held out beside it"
    source = getattr(reference, "source", None)
    other = other_split(source)
    if other:
        test = DataInput(source.for_scoring().split_as(other))
        return reference, test, f"{reference.name} against the split {other}"
    first, second = reference.halves(seed)
    note = "one half of it is the reference, the other the real column; a model trained on all of it has seen both"
    return first, second, f"{reference.name} has no second split: {note}"


def other_split(source):
    """A split with nothing of a source's own, such as `test` beside "train[:80%]"; None where there is none, or no source."""
    if source is None:
        return None
    parts = {part.partition("[")[0] for part in source.split.split("+")}  # of "train[:80%]+validation"
    if not parts <= {*source.splits}:  # such as "all"
        return None
    others = ("test", "validation") if "train" in parts else ("train",)
    return next((other for other in others if other in source.splits and other not in parts), None)


def training_data(reference, seed=0):
    """What a data set's own extractor is trained and scored on: (training data, held-out data).

    All classes of the split `train` where there is one, even where `reference` is a part of it.
    """
    source = getattr(reference, "source", None)
    if source and source.split.isidentifier() and "train" in source.splits:
        reference = DataInput(source.for_scoring().split_as("train", all_classes=True))
    first, second, _ = held_out(reference, seed)
    return first, second
