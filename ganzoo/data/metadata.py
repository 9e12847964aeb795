"""The labels that a table beside images gives them: `metadata.csv` or `.jsonl`, as Hugging Face's ImageFolder has it."""

import csv
import json
import posixpath

from ganzoo.errors import UserError, one_line

NAMES = ("metadata.csv", "metadata.jsonl")
FILE, LABELS = "file_name", ("label", "class")


def table_of(folder):
    """The path of the table in a folder; None where there is none."""
    return next((folder / name for name in NAMES if (folder / name).is_file()), None)


def read_labels(path):
    """The labels of a table: a dict from an image's path, relative to the table's folder, to a string.

    A .csv has a line of column names, a .jsonl an object a line. The column `file_name` names the image; `label` (or
    `class`) its class.

    Raises:
        UserError: it cannot be read, or lacks one of these.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file)) if path.suffix == ".csv" else [json.loads(line) for line in file if line.strip()]
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path} cannot be read: {one_line(error)}") from error
    if not all(isinstance(row, dict) for row in rows):
        raise UserError(f'{path}: a line is no object such as {{"file_name": "a.png", "label": "cat"}}')
    label = next((name for name in LABELS if rows and name in rows[0]), None)
    if not rows or FILE not in rows[0] or label is None:
        has = ", ".join(map(str, rows[0])) if rows else "nothing"
        raise UserError(f"{path} must have the columns file_name and label; it has {has}")
    labels = {}
    for number, row in enumerate(rows, 1):
        name, value = row.get(FILE), row.get(label)
        if not isinstance(name, str) or not name:
            raise UserError(f"{path}: row {number} names no file")
        if value is None or value == "":
            continue
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise UserError(f"{path}: row {number} has the label {value!r}: a label is a word or a whole number")
        labels[posixpath.normpath(name)] = str(value)
    return labels
