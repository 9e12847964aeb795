"""Every `ganzoo ...` of the documents is a command that there is, with options that it has and as many arguments."""

import ast
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ganzoo.cli.main import main
from ganzoo.errors import UserError

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
RECIPES = sorted((ROOT / "recipes").glob("*.py"))
BLOCK = re.compile(r"^ {4,}(?:\$ )?(ganzoo [^\n]*)", re.MULTILINE)
FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OF_FENCE = re.compile(r"^(?:\$ )?(ganzoo [^\n]*)", re.MULTILINE)
INLINE = re.compile(r"`\$?\s*(ganzoo [^`]+)`")
# A word that stands for the reader's own.
STANDS_FOR = re.compile(r"hf://OWNER/.*|[A-Z][A-Z0-9_]*(\.\w+)?|.*\.\.\..*|\.\.\.")


def commands(path):
    """(command as words, whether it stands in a line of its own) of each command of a document."""
    text = path.read_text()
    text = ast.get_docstring(ast.parse(text)) or "" if path.suffix == ".py" else text
    text = re.sub(r"\\\n\s*", " ", text)
    fenced = "\n".join(match[1] for match in FENCED.finditer(text))
    lines = [*BLOCK.findall(text), *OF_FENCE.findall(fenced)]
    found = [(part, True) for line in lines for part in line.split(" | ") if part.startswith("ganzoo ")]
    found += [(line, False) for line in INLINE.findall(FENCED.sub("", text))]
    for line, is_whole in found:
        line = " ".join(re.split(r" {3}|\s#", line)[0].split()).rstrip(";,.") if is_whole else " ".join(line.split())
        line = re.sub(r"(?<=\s)\[|\](?=\s|$)", "", line)  # what may be left out
        yield shlex.split(line)[1:], is_whole


def resolved(words):
    """The click command that words begin with, its name, and the words behind it."""
    command, names = main, []
    while isinstance(command, click.Group):
        while words and words[0] in ("--debug", "--help", "--version"):
            words = words[1:]
        if not words or STANDS_FOR.fullmatch(words[0]):
            break
        names.append(words[0])
        command, words = command.commands.get(words[0]), words[1:]
    return command, " ".join(names), words


def faults(words, is_whole):
    """What a command line is refused for before the command itself runs (what is missing, only if it `is_whole`), or None."""
    command, name, rest = resolved(words)
    if command is None:
        return f"no command {name!r}"
    if isinstance(command, click.Group) or not rest:
        return None if not is_whole or isinstance(command, click.Group) else missing(command, {}, name)
    context = click.Context(command, info_name=name, parent=click.Context(main))
    try:
        values, left, _ = command.make_parser(context).parse_args(list(rest))
    except click.UsageError as error:
        return error.format_message()
    if left:
        return f"one argument too many: {left[0]}"
    for parameter in command.params:
        for value in flat(values.get(parameter.name)):
            if not isinstance(value, str) or STANDS_FOR.fullmatch(value):
                continue
            try:
                parameter.type.convert(value, parameter, context)
            except (click.UsageError, UserError) as error:
                return str(error)
    return missing(command, values, name) if is_whole else None


def missing(command, values, name):
    needed = [parameter for parameter in command.params if parameter.required and not any(flat(values.get(parameter.name)))]
    return f"{name} needs {needed[0].human_readable_name}" if needed else None


def flat(value):
    if isinstance(value, list | tuple):
        return [one for part in value for one in flat(part)]
    return [] if value is None else [value]


def documented():
    found = {}
    for path in [*DOCUMENTS, *RECIPES]:
        for words, is_whole in commands(path):
            found.setdefault((shlex.join(words), is_whole), path.relative_to(ROOT))
    return found


DOCUMENTED = documented()

# Run here as they are written, in an empty directory that has the zoo.
RUN = [
    "--help",
    "recipes",
    "study",
    "init first.py --like digits_dcgan",
    "sample exported/digits_cgan --label 7 --out sevens.png",
    "people page real-or-fake digits_dcgan --count 40 --page page.html",
]
# Not run as they are written: why, and the test that runs the command otherwise, shorter or on smaller data.
TRAINED = "a training of minutes to hours comes first"
OTHERWISE = {
    "birthday": (TRAINED, "cli/test_judging.py"),
    "card": ("writes into the zoo", "serving/test_cards.py"),
    "compare": (TRAINED, "cli/test_judging.py"),
    "data check": ("a folder of the reader's", "data/test_own_images.py"),
    "evaluate": (TRAINED, "cli/test_judging.py"),
    "explore": ("serves until it is stopped", "explore/test_page_in_browser.py"),
    "export": (TRAINED, "cli/test_main.py"),
    "init": ("", "test_your_own.py"),
    "inspect": (TRAINED, "explore/test_inspection.py"),
    "judge": ("people answer first", "cli/test_judging.py"),
    "latent arithmetic": ("minutes: a classifier is trained", "cli/test_latent.py"),
    "latent directions": ("a minute on MNIST", "cli/test_latent.py"),
    "latent interpolate": (TRAINED, "cli/test_latent.py"),
    "latent sweep": ("minutes: a classifier is trained", "cli/test_latent.py"),
    "latent walk": ("half a minute", "cli/test_latent.py"),
    "neighbours": (TRAINED, "cli/test_judging.py"),
    "people merge": ("people answer first", "cli/test_people.py"),
    "people page": ("", "cli/test_people.py"),
    "probe": (TRAINED, "explore/test_probe.py"),
    "push": ("sends to the Hub", "test_hub.py"),
    "sample": (TRAINED, "cli/test_sampling.py"),
    "study": ("minutes to hours of trainings", "studies/test_make.py"),
    "sweep": ("minutes of trainings", "cli/test_studying.py"),
    "tournament": ("minutes", "evaluation/test_tournament.py"),
    "train": ("minutes to hours, some on downloads", "cli/test_main.py"),
    "zoo": ("minutes with --leaderboard", "test_zoo.py"),
}


@pytest.mark.parametrize("line, is_whole", DOCUMENTED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_documented_command_would_be_taken(line, is_whole):
    fault = faults(shlex.split(line), is_whole)
    assert fault is None, f"{DOCUMENTED[line, is_whole]}: ganzoo {line}: {fault}"


def test_the_documents_are_searched_and_faults_found():
    whole = {line for line, is_whole in DOCUMENTED if is_whole}
    assert "neighbours runs/digits_dcgan/default --out neighbours.png" in whole and len(whole) > 60 and len(DOCUMENTED) > 180
    assert any("--out docs/images/interpolation.png" in line for line in whole)  # over the end of a line
    for line, fault in {
        "smaple RUN": "no command 'smaple'",
        "sample RUN --colums 3": "--colums",
        "sample RUN": "sample needs target",
        "sample RUN OTHER --out a.png": "one argument too many: OTHER",
        "sample RUN --count many --out a.png": "'many' is not a valid integer range.",
        "latent wander RUN": "no command 'latent wander'",
        "evaluate RUN --count": "Option '--count' requires an argument.",
    }.items():
        assert fault in str(faults(shlex.split(line), True))
        assert faults(shlex.split(line), False) is None or fault != "sample needs target"


def test_a_command_that_is_not_run_here_as_written_is_run_by_another_test():
    for line, is_whole in DOCUMENTED:
        name = resolved(shlex.split(line))[1]
        if is_whole and line not in RUN and name:
            _, file = OTHERWISE[name]
            assert re.search(rf"\b{name.split()[-1]}\b", (ROOT / "tests" / file).read_text()), (line, file)


@pytest.mark.parametrize("line", RUN)
def test_what_is_cheap_runs_as_it_is_written(line, tmp_path, monkeypatch):
    assert line in {line for line, _ in DOCUMENTED}
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exported").symlink_to(ROOT / "exported")
    result = CliRunner().invoke(main, shlex.split(line))
    assert result.exit_code == 0, result.output
    words = shlex.split(line)
    for file in (word for word in words if word.endswith((".png", ".py", ".html"))):
        assert (tmp_path / file).stat().st_size > 100
