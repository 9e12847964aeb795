"""Model cards: what an export is, where it comes from, what it scored, and how to call it."""

from ganzoo import zoo
from ganzoo.errors import UserError
from ganzoo.fingerprint import made_of
from ganzoo.serving.draws import shares_of
from ganzoo.serving.sampling import to_json

MOST_CLASSES = 20  # whose shares are listed
NO_LICENCE = "not stated"
RANGES = {"point": "the plane", "text": "tokens, 0 pads"}


def describe(sampler, signatures, licence=None):
    """The facts of a model card as a JSON-ready dict.

    Args:
        sampler: the `RunSampler` of the run that is exported.
        signatures: the SavedModel's concrete functions by name.
        licence: what whoever trained it says of its weights; None where nothing is said.
    """
    recipe, record = sampler.recipe, sampler.run.record()
    facts = record.get("data", {})
    # The newest of each, where one was taken again.
    scores = {
        (score["name"], score["protocol_line"]): score
        for score in sampler.run.all_scores()
        if score.get("step") == sampler.step and score.get("direction") != "aside" and score.get("protocol_line")
    }
    return {
        "name": sampler.name,
        **made_of(sampler.model),
        "recipe": record["recipe"],
        "overrides": record["overrides"],
        "data": facts.get("description") or recipe.data.describe(),
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
        "licence": licence or NO_LICENCE,
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


def render(card):
    """A model card as Markdown."""
    family = {name: f"`{card[name]}`" for name in ("family", "loss", "likelihood", "prior", "penalties") if name in card}
    facts = family | {
        "data": "{name} ({split}, {examples:,} examples), whose own terms are with its homepage {homepage}".format(
            **card["data"]
        ),
        "training": "{steps:,} generator steps of batch {batch_size}".format(**card),
        "cost": "{seconds:,.0f} s ({cpu_seconds:,.0f} s of CPU time), {precision}".format(**card),
        "parameters": _listed({name: f"{count:,}" for name, count in card["parameters"].items()}),
        "samples": f"{_listed(card['signatures']['serving_default']['outputs'])}, range {card['range']}",
        "licence of the weights": card["licence"],
    }
    if card.get("begun_from"):
        facts["begun with"] = _begun(card["begun_from"])
    if card.get("left_out"):
        facts["left out, to be smaller"] = _left_out(**card["left_out"])
    if card.get("frozen"):
        facts["frozen layers"] = f"`{'`, `'.join(card['frozen'])}`"
    if card.get("num_classes"):
        facts["labels"] = _labels(card)
    overrides = f" with `{'`, `'.join(card['overrides'])}`" if card["overrides"] else ""
    lines = [
        f"# {card['name']}",
        "",
        f"A generator trained by ganzoo from the recipe `{card['recipe']}`{overrides}, exported {card['exported']}.",
        "",
        *_shown(card),
        "| | |",
        "|---|---|",
        *(f"| {name} | {text} |" for name, text in facts.items()),
        "",
        "## Signatures",
        "",
        "| signature | takes | gives |",
        "|---|---|---|",
    ]
    for name, shapes in card["signatures"].items():
        lines.append(f"| `{name}` | {_listed(shapes['inputs'])} | {_listed(shapes['outputs'])} |")
    lines += ["", *_how_to_call(card), *_score_lines(card["scores"])]
    return "\n".join(lines) + "\n"


def _shown(card):
    """The samples that lie beside the card."""
    if card["range"] == RANGES["text"]:
        return [f"Some of its texts: [{zoo.TEXTS}]({zoo.TEXTS}).", ""]
    rows = ", a class a row" if card.get("num_classes") else ""
    return [f"![Samples of {card['name']}{rows}]({zoo.PICTURE})", ""]


def _begun(begun):
    """Whose weights a fine-tuned model began with, and how much of each network."""
    step = "" if begun["step"] is None else f", step {begun['step']:,}"
    taken = _listed({name: f"{some:,} of {whole:,}" for name, (some, whole) in begun["taken"].items()})
    return f"the weights of `{begun['source']}`{step} (sha256 {begun['sha256'][:8]}): {taken}"


def _left_out(signatures, networks):
    """What an export was asked to do without, and what that means."""
    without = f"`{'`, `'.join(signatures)}`"
    alone = f", and `{'`, `'.join(networks)}`, with which fine-tuning begins anew" if networks else ""
    return without + alone


def _labels(card):
    """What is drawn where a label is left open, and what the data has, in words."""
    how = "the recipe's class_shares" if card.get("class_shares") else "every class as often"
    shares = card.get("data_shares") or []
    listed = ", ".join(f"{share:.3g}" for share in shares) if len(shares) <= MOST_CLASSES else ""
    return f"{card['num_classes']:,} classes; left open, {how}" + (f"; the data's shares: {listed}" if listed else "")


def _listed(shapes):
    return ", ".join(f"`{name}` {shape}" for name, shape in shapes.items())


def _how_to_call(card):
    options = "".join(f", {name}={_literal(value)}" for name, value in card["options"].items())
    words = "The same `seed` gives the same samples; a larger `count` goes on where a smaller one ends."
    if card["options"]:
        stand = "stands" if len(card["options"]) == 1 else "stand"
        words += f" {', '.join(f'`{name}`' for name in card['options'])} {stand} at the value that leaves it open."
    return [
        words,
        "",
        "```python",
        "import tensorflow as tf",
        "",
        f'model = tf.saved_model.load("{card.get("path", card["name"])}")  # keep it: its functions live as long as it does',
        f'samples = model.signatures["sample"](count=tf.constant(64), seed=tf.constant(0){options})',
        "```",
        "",
    ]


def _literal(value):
    """An option's open value as Python writes it."""
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return 'float("nan")' if value is None else repr(value)


def _score_lines(scores):
    if not scores:
        return ["## Scores", "", "Not scored yet."]
    lines = ["## Scores"]
    for protocol in dict.fromkeys(score["protocol_line"] for score in scores):
        lines += ["", protocol, "", "| score | value | held-out real data |", "|---|---|---|"]
        for score in scores:
            if score["protocol_line"] == protocol:
                lines.append(f"| {score['name']} | {_number(score['value'])} | {_number(score.get('real'))} |")
    return lines


def _number(value):
    return "-" if value is None else f"{value:.4g}"
