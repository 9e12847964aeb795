"""Model cards: what an export is, where it comes from, what it scored, what it is not good for, and how to call it."""

import contextlib
import inspect
import json

from ganzoo import hub, zoo
from ganzoo.checked_json import Maybe, read_json
from ganzoo.data.licences import NOT_STATED, terms_of
from ganzoo.errors import UserError
from ganzoo.files import write_atomically
from ganzoo.recipe_files import ARXIV, read_card, recipe_path
from ganzoo.serving.front_matter import front_matter, kind_of

MOST_CLASSES = 20  # whose shares are listed
MOST_WARNINGS = 6  # of its scores, that are listed
# Scores by which copies of training images would show.
OF_COPIES = ("c_t", "auth_pct", "memorization", "feature_likelihood", "data_copying")
# By a score that falls short of held-out data's: what that means.
SHORT_OF = {
    "precision_recall.precision": "Some samples lie where no real example does",
    "precision_recall.recall": "It leaves out some of the variety of the data",
    "mode_coverage.captured": "It misses modes",
    "label_accuracy": "Some samples are not the class asked for",
    "caption_match": "Some samples do not show their caption",
    "grammatical": "Some sentences are not grammatical",
}
OF_KINDS = {
    "images": "at that size",
    "captions": "at that size, and knows the words of its captions alone",
    "text": "with its vocabulary and at most its length",
    "points": "in the plane",
}
RANGES = {"point": "the plane", "text": "tokens, 0 pads"}
# What a card.json must hold for its page to be written anew.
OF_CARDS = {
    **dict.fromkeys(("name", "recipe", "precision", "range", "exported"), str),
    **dict.fromkeys(("steps", "batch_size"), int),
    **dict.fromkeys(("seconds", "cpu_seconds"), float),
    **dict.fromkeys(("family", "paper", "licence"), Maybe(str)),
    "overrides": [str],
    "data": {"name": str, "split": str, "examples": int, "homepage": str, "licence": Maybe(str)},
    "parameters": {str: int},
    "options": {str: object},
    "signatures": {str: {"inputs": {str: str}, "outputs": {str: str}}},
    "left_out": Maybe({"signatures": [str], "networks": [str]}),
    "halves": Maybe({"samples": int, "same": int, "levels": Maybe(int), "distance": Maybe(float)}),
    "scores": [
        {
            "name": str,
            **dict.fromkeys(("value", "real", "high"), Maybe(float)),
            "protocol_line": str,
            "protocol": Maybe(dict),
            "warnings": Maybe([str]),
        }
    ],
}


def write_card(version, card):
    """Writes a card, as data and as a page, beside the SavedModel in a directory."""
    page = render(card)
    write_atomically(version / "card.json", json.dumps(card, indent=1) + "\n")
    write_atomically(version / "README.md", page)


def renew_card(model, licence=None, data_licence=None, count_classes=None):
    """Writes the card of an export anew, from what its card.json tells.

    Args:
        model: an export (its newest version), one of its versions, or the name of a model of the zoo.
        licence, data_licence: as of `export`; None leaves what the card says.
        count_classes: tells how many labels an export knows, by its directory; called where a card of old does not say it.

    Returns:
        The path of the page.

    Raises:
        UserError: it is no export with a card, or its card cannot be read or written.
    """
    if hub.is_address(model):
        raise UserError(f"{model} is on the Hub: write the card of an export here anew, and push it")
    version = zoo.newest_version(zoo.model_path(model))
    if version is None or not (version / "card.json").is_file():
        raise UserError(f"{model} is no export with a card.json: `ganzoo export` writes one")
    card = read_json(version / "card.json", OF_CARDS, "the model card")
    card = completed(card, licence, data_licence)
    if count_classes and "label" in (card.get("options") or {}) and not card.get("num_classes"):
        card["num_classes"] = count_classes(version)
    if version.parent.name and version.name.isdigit():
        card["path"] = f"{version.resolve().parent.name}/{version.name}"  # it may have been moved
    write_card(version, card)
    return version / "README.md"


def keep_scores(version, scores):
    """Puts an export's new scores in its card, in the place of those of the same metrics by the same features.

    Args:
        version: the directory of the SavedModel.
        scores: JSON-ready dicts, as `evaluate` gives them.

    Raises:
        UserError: the directory has no card.json, or its card cannot be read or written.
    """
    if not (version / "card.json").is_file():
        raise UserError(f"{version} has no card.json that scores could stand in: `ganzoo export` writes one")
    card = read_json(version / "card.json", OF_CARDS, "the model card")
    new = [{"step": card["steps"], **score} for score in scores if score.get("direction") != "aside"]
    replaced = {_of_what(score) for score in new}
    card["scores"] = [score for score in card["scores"] if _of_what(score) not in replaced] + new
    write_card(version, completed(card))


def _of_what(score):
    """The metric and the features of a score."""
    name, _, features = score["name"].partition("[")
    return score.get("metric") or name.partition(".")[0], features


def completed(card, licence=None, data_licence=None):
    """A card as `describe` would write it today: what cards of old lack is added, as far as it follows from their names.

    Args:
        card: a dict.
        licence, data_licence: as of `describe`; None leaves what the card says.
    """
    data = card["data"]
    data |= {"licence": data_licence or data.get("licence") or terms_of(data["name"]).licence}
    if "paper" not in card:
        with contextlib.suppress(UserError):  # somebody's own recipe
            card["paper"] = paper_of(recipe_path(card["recipe"]))
    return card | {"licence": licence or card.get("licence") or NOT_STATED}


def paper_of(recipe, family=None):
    """The paper that a recipe file cites first; else the reference of its family, a class; else an empty string."""
    cited = read_card(recipe).paper
    if cited or not family:
        return cited
    _, _, reference = (inspect.getdoc(family) or "").partition("Reference: ")
    return " ".join(reference.split("\n\n")[0].split()).rstrip(".")


def render(card):
    """A model card as Markdown."""
    family = {name: f"`{card[name]}`" for name in ("family", "loss", "likelihood", "prior", "penalties") if name in card}
    facts = family | {
        **({"paper": ARXIV.sub(_link, card["paper"].replace("arXiv:", ""))} if card.get("paper") else {}),
        "data": "{name} ({split}, {examples:,} examples), {homepage}".format(**card["data"]),
        "licence of the data": card["data"]["licence"],
        "training": "{steps:,} generator steps of batch {batch_size}".format(**card),
        "cost": "{seconds:,.0f} s ({cpu_seconds:,.0f} s of CPU time), {precision}".format(**card),
        "parameters": _listed({name: f"{count:,}" for name, count in card["parameters"].items()}),
        "samples": f"{_listed(card['signatures']['serving_default']['outputs'])}, range {card['range']}",
        "licence of the weights": card["licence"],
        "this version": f"`{card.get('path', card['name'])}`",
    }
    if card.get("begun_from"):
        facts["begun with"] = _begun(card["begun_from"])
    if card.get("left_out"):
        facts["left out, to be smaller"] = _left_out(**card["left_out"])
    if card.get("halves"):
        facts["stored as halves"] = _halves(**card["halves"])
    if card.get("frozen"):
        facts["frozen layers"] = f"`{'`, `'.join(card['frozen'])}`"
    if card.get("num_classes"):
        facts["labels"] = _labels(card)
    overrides = f" with `{'`, `'.join(card['overrides'])}`" if card["overrides"] else ""
    lines = [
        *front_matter(card),
        "",
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
    lines += ["", *_how_to_call(card), *_score_lines(card["scores"]), "", "## Limits", ""]
    lines += [f"- {limit}" for limit in limits(card)]
    return "\n".join(lines) + "\n"


def limits(card):
    """What is to be known before such a model is used, from its card: each a sentence or two."""
    scores, data = card["scores"], card["data"]["name"]
    yield f"It draws what its data, {data}, holds and nothing else, {OF_KINDS[kind_of(card)]}."
    by_name = {}
    for score in scores:
        if score["value"] is not None and score.get("real") is not None:
            by_name.setdefault(score["name"].partition("[")[0], score)  # the first protocol stands for the others
    for name, words in SHORT_OF.items():
        score = by_name.get(name)
        if score and (score["value"] if score.get("high") is None else score["high"]) < score["real"]:
            yield f"{words}: {score['name']} {_number(score['value'])}, held-out real data {_number(score['real'])}."
    if not scores:
        yield "Nothing was measured of its quality."
    elif not any(score["name"].startswith(OF_COPIES) for score in scores) and kind_of(card) != "points":
        yield "Whether it repeats its training data was not measured" + (
            "." if kind_of(card) == "text" else ": `ganzoo neighbours` does that."
        )
    warnings = list(dict.fromkeys(warning for score in scores for warning in score.get("warnings", ())))
    warnings = [warning for warning in warnings if " is undefined and left out" not in warning]
    for warning in warnings[:MOST_WARNINGS]:
        yield f"Of its scores: {warning}."
    if len(warnings) > MOST_WARNINGS:
        yield f"{len(warnings) - MOST_WARNINGS} further warnings on scores are in `card.json`."


def _link(number):
    return f"[arXiv:{number[0]}](https://arxiv.org/abs/{number[0]})"


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


def _halves(samples, same, levels=None, distance=None):
    """How an export's float16 kernels changed its samples."""
    by = "" if levels is None else f", the others by at most {levels} of 255 grey levels"
    by += "" if distance is None else f", the others move by at most {distance:.1g}"
    alike = f"all of {samples} samples are the same" if same == samples else f"{same} of {samples} samples are the same{by}"
    return f"kernels are float16, computed with in float32: {alike}"


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
