"""The labels and captions that a table gives images: `metadata.csv` or `.jsonl`, as Hugging Face's ImageFolder has it."""

import csv
import json
import posixpath

from ganzoo.errors import UserError, one_line

NAMES = ("metadata.csv", "metadata.jsonl")
FILE, LABELS, CAPTIONS = "file_name", ("label", "class"), ("caption", "text")


def table_of(folder):
    """The path of the table in a folder; None where there is none."""
    return next((folder / name for name in NAMES if (folder / name).is_file()), None)


def read_labels(path):
    """The labels of a table: a dict from an image's path, relative to the table's folder, to a string.

    A .csv has a line of column names, a .jsonl an object a line. The column `file_name` names the image; `label` (or
    `class`) its class. A table of captions alone has no labels.

    Raises:
        UserError: it cannot be read, or lacks one of these.
    """
    rows = _rows(path)
    label = _column(rows, LABELS)
    if label is None and _column(rows, CAPTIONS):
        return {}
    if label is None:
        raise UserError(f"{path} must have the columns file_name and label; it has {', '.join(map(str, rows[0]))}")
    labels = {}
    for number, (name, row) in enumerate(_named(path, rows), 1):
        value = row.get(label)
        if value is None or value == "":
            continue
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise UserError(f"{path}: row {number} has the label {value!r}: a label is a word or a whole number")
        labels[name] = str(value)
    return labels


def read_captions(path):
    """The captions of a table: a dict from an image's path, relative to the table's folder, to a list of strings.

    As of `read_labels`, of the column `caption` (or `text`), which in a .jsonl may hold a list. Several rows of one image
    are captions of it.

    Raises:
        UserError: it cannot be read, or lacks such a column.
    """
    rows = _rows(path)
    column = _column(rows, CAPTIONS)
    if column is None:
        raise UserError(f"{path} must have the columns file_name and caption; it has {', '.join(map(str, rows[0]))}")
    captions = {}
    for number, (name, row) in enumerate(_named(path, rows), 1):
        values = row.get(column)
        values = values if isinstance(values, list) else [] if values is None else [values]
        if not all(isinstance(value, str) for value in values):
            raise UserError(f"{path}: row {number} has the caption {row[column]!r}: a caption is a text")
        captions.setdefault(name, []).extend(value for value in values if value.strip())
    return captions


def _rows(path):
    """The rows of a table, at least one, each a dict with a `file_name`."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file)) if path.suffix == ".csv" else [json.loads(line) for line in file if line.strip()]
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path} cannot be read: {one_line(error)}") from error
    if not all(isinstance(row, dict) for row in rows):
        raise UserError(f'{path}: a line is no object such as {{"file_name": "a.png", "label": "cat"}}')
    if not rows or FILE not in rows[0]:
        has = ", ".join(map(str, rows[0])) if rows else "nothing"
        raise UserError(f"{path} must have the columns file_name and label; it has {has}")
    return rows


def _column(rows, names):
    """The first of some names that the rows have; None where they have none."""
    return next((name for name in names if name in rows[0]), None)


def _named(path, rows):
    """(the image's path, row) of each row of a table."""
    for number, row in enumerate(rows, 1):
        name = row.get(FILE)
        if not isinstance(name, str) or not name:
            raise UserError(f"{path}: row {number} names no file")
        yield posixpath.normpath(name), row
