"""What several commands share: options, starting TensorFlow quietly, JSON files."""

import json
import os
import sys
from pathlib import Path

import click

from ganzoo.errors import UserError


def data_dir_option(function):
    return click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="TFDS_DATA_DIR",
        help="Where TensorFlow Datasets keeps data sets (default: $TFDS_DATA_DIR, else ~/tensorflow_datasets).",
    )(function)


def json_option(function):
    return click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the facts here.")(
        function
    )


def set_option(function):
    return click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="NAME=VALUE",
        help="Change a parameter, e.g. model.generator.width=32.",
    )(function)


def numbers(context, parameter, value):
    """Numbers separated by commas, as a list of floats; None where there are none."""
    if value is None:
        return None
    try:
        return [float(part) for part in value.split(",")]
    except ValueError:
        raise click.BadParameter(f"numbers separated by commas, such as 3,nan,0.5, not {value!r}") from None


def code_option(function):
    return click.option(
        "--code",
        metavar="NUMBERS",
        callback=numbers,
        help="Each code of an InfoGAN, separated by commas: a category's number or a value; nan leaves one open.",
    )(function)


def write_json(path, facts):
    """Writes facts where --json asked for them."""
    if path:
        try:
            path.write_text(json.dumps(facts, indent=1) + "\n")
        except OSError as error:
            raise UserError(f"cannot write {path}: {error.strerror}") from error


def start(data_dir=None):
    """Makes --data-dir hold for everything that reads a data set from here on, and imports TensorFlow.

    Its C++ side prints to the error stream while it is imported, whatever its log level; --debug shows that.
    """
    if data_dir:
        os.environ["TFDS_DATA_DIR"] = str(data_dir)
    if click.get_current_context().find_root().params["debug"]:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import tensorflow  # noqa: F401
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
