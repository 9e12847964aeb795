"""What several commands share: options, starting TensorFlow quietly, JSON files."""

import contextlib
import functools
import gc
import json
import os
import platform
import shutil
import sys
import textwrap
from pathlib import Path

import click

from ganzoo.errors import MOST_SEED
from ganzoo.files import refuse_unwritable, write_atomically

# The options that name a file to be written.
OUTPUTS = ("json_file", "html", "out", "page", "leaderboard")

# What Keras and TensorFlow do not require and import where they can, for uses of theirs that are none of a command's.
UNUSED = ("sklearn", "scipy", "pandas", "matplotlib")


class Model(click.ParamType):
    """A model by its path, or by its name in the zoo; what is no such name stays as it is, such as a data set's."""

    name = "model"

    def convert(self, value, parameter, context):
        from ganzoo.zoo import model_path

        return str(model_path(value))

    def shell_complete(self, context, parameter, incomplete):
        from ganzoo.zoo import models

        return completed([model.name for model in models()], context, parameter, incomplete)


class ModelName(Model):
    """A model by its path or name, which stays as it was written."""

    def convert(self, value, parameter, context):
        return value


class Recipe(click.ParamType):
    """A recipe by the path of its file, or by the name of one that ships with ganzoo."""

    name = "recipe"

    def convert(self, value, parameter, context):
        return value

    def shell_complete(self, context, parameter, incomplete):
        from ganzoo.recipe_files import recipes_directory

        return completed(sorted(path.stem for path in recipes_directory().glob("*.py")), context, parameter, incomplete)


class Study(click.ParamType):
    """A study by its name."""

    name = "study"

    def convert(self, value, parameter, context):
        return value

    def shell_complete(self, context, parameter, incomplete):
        from click.shell_completion import CompletionItem

        from ganzoo.studies.catalogue import QUESTIONS

        return [CompletionItem(name, help=text) for name, text in QUESTIONS.items() if name.startswith(incomplete)]


def completed(names, context, parameter, incomplete):
    """Completions by the names that begin as what was typed, and by files.

    The files' item comes first: click's script for bash forgets what came before it.
    """
    from click.shell_completion import CompletionItem

    files = click.Path().shell_complete(context, parameter, incomplete)
    return [*files, *(CompletionItem(name) for name in names if name.startswith(incomplete))]


MODEL, MODEL_NAME, RECIPE, STUDY = Model(), ModelName(), Recipe(), Study()


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


def data_option(function):
    return click.option(
        "--data", metavar="NAME[@SIZE][:SPLIT]", help="The real data: a data set, a folder, an .npz (default: the model's own)."
    )(function)


def metrics_option(function):
    """What is scored; `--measures` is what it was called at first."""
    return click.option(
        "--metrics",
        "--measures",
        "metrics",
        default="default",
        show_default=True,
        help="default, all, or names separated by commas.",
    )(function)


def seed_option(function):
    return click.option("--seed", type=click.IntRange(0, MOST_SEED), default=0, show_default=True)(function)


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


def condition_options(function):
    """What is held of a model's samples; the command gets those that were named as `held`, a dict of a sampler's options.

    What is left open is drawn for each sample, or for each row and held along it.
    """

    @functools.wraps(function)
    def command(*args, label, truncation, code, caption, **kwargs):
        held = {"label": label, "truncation": truncation, "code": code, "caption": caption}
        return function(*args, held={name: value for name, value in held.items() if value is not None}, **kwargs)

    return shared(
        click.option("--label", type=int, help="Class of all samples, where the model is conditional."),
        click.option("--truncation", type=float, help="Truncation of the latents, where the model has it."),
        code_option,
        click.option("--caption", help="What all samples are to show, where the model draws what it is told."),
    )(command)


def extractor_option(function):
    return click.option(
        "--extractor", default="auto", show_default=True, help="Whose features tell images apart, as of evaluate."
    )(function)


def shared(*options):
    """A decorator of several options, which stand in --help as they do here."""

    def decorate(function):
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def wrapped(line):
    """A line of prose as lines of the terminal's width; as it is where it does not go to a terminal."""
    width = shutil.get_terminal_size().columns
    if not sys.stdout.isatty() or len(line) <= width:
        return line
    return textwrap.fill(line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def say(line):
    """Prints a line of prose, wrapped to the terminal."""
    click.echo(wrapped(line))


def say_all(lines):
    """Prints the lines of a table, those of prose below and above it wrapped: notes and protocols."""
    for line in lines:
        click.echo(wrapped(line) if line.startswith(("note: ", "N=", "automatic, ")) else line)


def write_json(path, facts):
    """Writes facts where --json asked for them."""
    if path:
        write_file(path, json.dumps(facts, indent=1) + "\n")


def write_file(path, content):
    """Writes the text or bytes that an option asked for."""
    write_atomically(path, content)


@contextlib.contextmanager
def absent(*names):
    """Lets `import name` fail within, as if it were not installed; afterwards it can be imported as ever.

    What was imported before stays.
    """
    names = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(names))
    try:
        yield
    finally:
        for name in names:
            if sys.modules.get(name) is None:
                sys.modules.pop(name, None)


@contextlib.contextmanager
def uncollected():
    """Python looks for no garbage within, and afterwards for none among what there is by then.

    A big import makes next to none, and looking through it again and again takes a quarter of its time. Only for that: what
    becomes garbage later of what there is at the end is kept for ever.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def check_outputs():
    """Refuses files that the command's options ask for and that cannot be written, before anything is computed for them.

    Raises:
        UserError: such a file.
    """
    context = click.get_current_context()
    for option in context.command.params:
        if isinstance(option, click.Option) and option.name in OUTPUTS and context.params.get(option.name):
            refuse_unwritable(context.params[option.name])


def announce(command):
    """Says on a terminal that a command has begun: until TensorFlow is imported some seconds pass."""
    if sys.stderr.isatty():
        click.echo(f"{command}: starting TensorFlow ...", err=True)


def start(data_dir=None):
    """Checks outputs, makes --data-dir hold for whatever reads a data set from here on, and imports TensorFlow and Keras.

    TensorFlow's C++ side prints to the error stream while it is imported, whatever its log level; --debug shows that.
    What else they import, where it is installed, for wrappers that no command uses, takes a second of every command's time.

    Raises:
        UserError: a file that an option asks for cannot be written, said before anything is computed for it.
    """
    check_outputs()
    if data_dir:
        os.environ["TFDS_DATA_DIR"] = str(data_dir)
    os.environ["KERAS_BACKEND"] = "tensorflow"  # this process is ganzoo's own, whatever other programs want of Keras
    prefer_onednn()
    context = click.get_current_context()
    debug = context.find_root().params["debug"]
    first = not {"keras", "tensorflow"} <= sys.modules.keys()
    if first:
        announce(context.command_path)
    with (
        absent(*UNUSED),
        uncollected() if first else contextlib.nullcontext(),
        contextlib.nullcontext() if debug else silent_stderr(),
    ):
        import keras  # noqa: F401
        import tensorflow  # noqa: F401


def prefer_onednn():
    """Has TensorFlow, where it is not imported yet, take oneDNN's kernels on every x86 processor.

    By itself it takes them only where there is AVX-512's VNNI or AMX; what others gain is in docs/speed.md. With
    TF_ENABLE_ONEDNN_OPTS=0 it takes its own.
    """
    if platform.machine().lower() in ("x86_64", "amd64"):
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


@contextlib.contextmanager
def silent_stderr():
    """Nothing that is written to the process's error stream within is seen."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
