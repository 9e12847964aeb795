"""What Hugging Face's Hub reads of a model card: the YAML before its text."""

import json
import re

from ganzoo.data.licences import NOT_STATED, terms_of

# Licences that the Hub has a word of its own for, lower case with hyphens; any other is `other` and a name.
LICENCES = re.compile(
    r"apache-2\.0|mit|isc|zlib|unlicense|bsd(-[23]-clause)?|a?gpl-3\.0|gpl-2\.0|lgpl-(2\.1|3\.0)|mpl-2\.0|epl-2\.0|eupl-1\.[12]|"
    r"cc0-1\.0|cc-by(-sa|-nc|-nc-sa)?-[34]\.0|cc-by-(nd|nc-nd)-4\.0|odbl|pddl|openrail"
)
MOST_METRICS = 12
# By what a model draws: the Hub's word for the task.
TASKS = {"images": "unconditional-image-generation", "captions": "text-to-image", "text": "text-generation"}


def front_matter(card):
    """The lines of YAML, between two lines of hyphens, of a model card, a dict.

    The library is called ganzoo: Keras' own loaders, which the Hub would offer for `keras`, do not read a SavedModel.
    """
    kind = kind_of(card)
    data = card["data"]["name"]
    facts = {
        **licence(card["licence"]),
        "library_name": "ganzoo",
        **({"pipeline_tag": TASKS[kind]} if kind in TASKS else {}),
        "tags": list(dict.fromkeys(["gan", "keras", "tensorflow", "saved-model", (card.get("family") or "gan").lower()])),
        **({"datasets": [hub]} if (hub := terms_of(data).hub) else {}),
    }
    if results := metrics(card["scores"]):
        # The Hub wants a task of every result; what has none of its words is called by what it is.
        task = {"type": TASKS.get(kind, "generation")}
        source = {"name": data, "type": terms_of(data).hub or data, "split": card["data"].get("split") or "train"}
        facts["model-index"] = [
            {"name": card["name"], "results": [{"task": task, "dataset": source, "metrics": results}]},
        ]
    return ["---", *yaml(facts), "---"]


def kind_of(card):
    """What a model draws: "text", "captions" for images of captions, "images" or "points"."""
    outputs = card["signatures"]["serving_default"]["outputs"]
    if "text" in outputs or "tokens" in outputs:
        return "text"
    if "caption" in card["options"]:
        return "captions"
    return "images" if "images" in outputs else "points"


def licence(words):
    """The Hub's fields for a licence in somebody's words."""
    name = words.strip().lower().replace(" ", "-")
    if words == NOT_STATED:
        return {"license": "unknown"}
    return {"license": name} if LICENCES.fullmatch(name) else {"license": "other", "license_name": words}


def metrics(scores):
    """The scores of a card as the Hub lists them, those of single classes left out: value and protocol, real value beside."""
    whole = [score for score in scores if score["value"] is not None and ".class_" not in score["name"]]
    return [{"type": s["name"], "value": float(f"{s['value']:.4g}"), "name": _name(s)} for s in whole[:MOST_METRICS]]


def _name(score):
    """A score's name with what it cannot be compared without."""
    protocol = score.get("protocol") or {}
    count = f" (N={protocol['count']})" if protocol.get("count") else ""
    real = "" if score.get("real") is None else f", held-out {score['real']:.4g}"
    return f"{score['name']}{count}{real}"


def yaml(value, depth=0):
    """The lines of a dict or list as block YAML, its scalars as JSON, which is YAML too."""
    indent = "  " * depth
    for key, inner in value.items() if isinstance(value, dict) else ((None, one) for one in value):
        head = "-" if key is None else f"{key}:"
        if not isinstance(inner, (dict, list)):
            yield f"{indent}{head} {json.dumps(inner, ensure_ascii=False)}"
        elif key is None:  # the first line of what is listed stands beside the hyphen
            first, *rest = yaml(inner, depth + 1)
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{indent}{head}"
            yield from yaml(inner, depth + 1)
