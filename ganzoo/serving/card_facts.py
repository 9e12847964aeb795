"""What a model card tells of a run's model, as data."""

from ganzoo.data.licences import NOT_STATED, terms_of
from ganzoo.errors import UserError
from ganzoo.fingerprint import made_of
from ganzoo.serving.cards import RANGES, completed, paper_of
from ganzoo.serving.draws import shares_of
from ganzoo.serving.open_values import to_json


def describe(sampler, signatures, licence=None, data_licence=None):
    """The facts of a model card as a JSON-ready dict.

    Args:
        sampler: the `RunSampler` of the run that is exported.
        signatures: the SavedModel's concrete functions by name.
        licence: what whoever trained it says of its weights; None where nothing is said.
        data_licence: likewise of the data; None for what is known of a data set of that name.
    """
    recipe, record = sampler.recipe, sampler.run.record()
    facts = record.get("data", {})
    # The newest of each, where one was taken again.
    scores = {
        (score["name"], score["protocol_line"]): score
        for score in sampler.run.all_scores()
        if score.get("step") == sampler.step and score.get("direction") != "aside" and score.get("protocol_line")
    }
    data = facts.get("description") or recipe.data.describe()
    return {
        "name": sampler.name,
        **made_of(sampler.model),
        "paper": paper_of(sampler.run.path / "recipe.py", type(sampler.model)),
        "recipe": record["recipe"],
        "overrides": record["overrides"],
        "data": data | {"licence": data_licence or terms_of(data["name"]).licence},
        "steps": sampler.step,
        "batch_size": recipe.batch_size,
        "seconds": round(record.get("seconds", 0.0), 1),
        "cpu_seconds": round(record.get("cpu_seconds", 0.0), 1),
        "precision": record.get("precision", "float32"),
        **({"begun_from": record["begun_from"]} if record.get("begun_from") else {}),
        **({"frozen": list(recipe.frozen)} if recipe.frozen else {}),
        "parameters": {name: network.count_params() for name, network in sampler.model.networks.items()},
        "range": "[-1, 1]" if len(recipe.data.shape) == 3 else RANGES[recipe.data.feature],
        "options": {name: to_json(open_value) for name, (_, open_value) in sampler.options.items()},
        **(_classes(sampler, facts.get("class_shares")) if "label" in sampler.options else {}),
        "signatures": {name: _shapes(function) for name, function in signatures.items()},
        "scores": list(scores.values()),
        **({"data_path": facts["path"]} if facts.get("path") else {}),
        **({"data_identity": facts["identity"]} if facts.get("identity") else {}),
        "licence": licence or NOT_STATED,
    }


def described_again(card, signatures, licence=None, data_licence=None):
    """The facts of an export's card for what it is exported again as.

    Args:
        card: the export's, a dict.
        signatures: of the new SavedModel, its concrete functions by name.
        licence, data_licence: as of `describe`; None leaves what the card says.
    """
    kept = {name: value for name, value in card.items() if name not in ("left_out", "halves")}
    return completed(kept, licence, data_licence) | {
        "signatures": {name: _shapes(function) for name, function in signatures.items()}
    }


def _classes(sampler, shares):
    """Of a model that takes labels: how many it knows, which shares its recipe sets, and those of its training data."""
    if shares is None:  # a run of old does not remember them
        try:
            data = sampler.recipe.data.for_scoring()
            shares = shares_of(data.arrays()["label"], sampler.num_classes).tolist() if data.labels else None
        except UserError:  # the data is no more
            shares = None
    return {"num_classes": sampler.num_classes, "class_shares": sampler.own_shares, "data_shares": shares}


def _shapes(function):
    _, inputs = function.structured_input_signature
    outputs = function.structured_outputs
    return {
        "inputs": {name: f"{spec.dtype.name} {list(spec.shape)}" for name, spec in sorted(inputs.items())},
        "outputs": {name: f"{spec.dtype.name} {_shape(spec)}" for name, spec in sorted(outputs.items())},
    }


def _shape(spec):
    return list(spec.shape) if spec.shape.rank is not None else "[...]"
