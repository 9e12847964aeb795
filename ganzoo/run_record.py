"""What a run's run.json and scores.jsonl hold, field by field."""

from pathlib import Path

from ganzoo.checked_json import Maybe


def _file_name(value):
    if not isinstance(value, str) or Path(value).name != value or value in ("", "..") or "\0" in value:
        raise ValueError("a name without a directory")


IDENTITY = {"examples": Maybe(int), "sha256": Maybe(str), "version": Maybe(str), "state": Maybe(str)}
DATA = {
    "description": {"name": str, "split": str, "examples": int},
    "identity": Maybe(IDENTITY),
    "path": Maybe(str),
    "feature": str,
    "shape": [int],
    "num_classes": Maybe(int),
    "labels": Maybe(bool),
    "class_names": Maybe([str]),
    "class_shares": Maybe([float]),
    "vocabulary": Maybe({"words": [str], "unit": str, "ends": bool}),
    "captions": Maybe({"words": [str], "length": int, "bank": [str]}),
}
RESUME = {"overrides": [str], "settings": dict, "recipe_sha256": str, "step": int, "fingerprint": Maybe([str])}
# What a fine-tuned model began with: whose weights, and how many numbers of each network's were taken.
BEGUN_FROM = {"source": str, "step": Maybe(int), "sha256": str, "taken": {str: [int]}, "left": [str]}
# What is read of a run.json, and of a line of scores.jsonl.
RECORD = {
    "recipe": _file_name,
    "overrides": [str],
    "smoke": Maybe(bool),
    "flattened": Maybe([str]),
    "fingerprint": Maybe([str]),
    "recipe_sha256": Maybe(str),
    "settings": Maybe(dict),
    "resumes": Maybe([RESUME]),
    "revisions": Maybe({str: str}),
    "began": Maybe(str),
    "begun_from": Maybe(BEGUN_FROM),
    "data": Maybe(DATA),
    "vectors_size": Maybe(int),
    "seconds": Maybe(float),
    "cpu_seconds": Maybe(float),
    "steps": Maybe(int),
    "precision": Maybe(str),
    "data_sha256": Maybe(str),
}
SCORE = {
    "name": str,
    "value": Maybe(float),
    "step": Maybe(int),
    "real": Maybe(float),
    "floor": Maybe(float),
    "low": Maybe(float),
    "high": Maybe(float),
    "metric": Maybe(str),
    "measure": Maybe(str),
    "direction": Maybe(str),
    "protocol_line": Maybe(str),
}


def without_nulls(record):
    """The fields of a dict that are not null: to whoever reads one, null is as absent."""
    return {name: value for name, value in record.items() if value is not None}


def known_identity(record):
    """The identity of a run's data as its record has it; None where it has none."""
    if "data" in record:
        return record["data"].get("identity")
    return {"sha256": record["data_sha256"]} if record.get("data_sha256") else None
