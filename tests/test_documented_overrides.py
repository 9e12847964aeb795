"""Every `--set NAME=VALUE` of the documents is one that its recipe has."""

import ast
import re
from pathlib import Path

import pytest

from ganzoo.recipe import load_recipe

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "recipes").glob("*.py"))]
SET = re.compile(r"""--set\s+("[^"]*"|'[^']*'|[^\s`]+)""")
RECIPES = {path.stem for path in (ROOT / "recipes").glob("*.py")}
NAMED = re.compile(r"ganzoo (?:train|show)\s+(?:recipes/)?(\w+)|\b(?:recipes/)?(\w+)\.py\b")


def text_of(path):
    text = path.read_text()
    return ast.get_docstring(ast.parse(text)) or "" if path.suffix == ".py" else text


def owner(path, before):
    """The recipe that an assignment is of: of a recipe's own docstring, or else the one that the text named last."""
    if path.suffix == ".py":
        return path.stem
    named = [name for match in NAMED.finditer(before) for name in match.groups() if name in RECIPES]
    return named[-1] if named else "digits_dcgan"


def examples():
    """(document, recipe, the assignments that one command makes together) for each command."""
    found = []
    for path in DOCUMENTS:
        text, end = text_of(path), None
        for match in SET.finditer(text):
            assignment = match[1]
            assignment = assignment[1:-1] if assignment[0] in "\"'" else re.sub(r"[,;:.]+$", "", assignment)
            if assignment == "NAME=VALUE":
                continue
            if end is not None and not text[end : match.start()].strip(" \\\n"):
                found[-1][2].append(assignment)
            else:
                found.append((path.name, owner(path, text[: match.start()]), [assignment]))
            end = match.end()
    return found


EXAMPLES = examples()


@pytest.mark.parametrize(
    "document, recipe, assignments", EXAMPLES, ids=lambda value: " ".join(value) if isinstance(value, list) else value
)
def test_a_documented_override_is_one_that_the_recipe_has(document, recipe, assignments):
    plain, changed = (load_recipe(recipe, given).config for given in ((), assignments))
    # A file's name stands for the reader's own, and may be what the recipe has.
    assert plain != changed or assignments == ["data.name=captions.txt"]


def test_the_documents_are_searched():
    said = {(document, recipe): assignments for document, recipe, assignments in EXAMPLES}
    hinge = ["model.adversarial_loss=losses.Hinge()", "optimizers.discriminator.learning_rate=4e-4"]
    assert said["training.md", "digits_dcgan"] == hinge
    # Over the end of a line.
    assert said["cifar_sngan.py", "cifar_sngan"] == [
        "model.generator.width=256",
        "model.discriminator.width=128",
        "model.discriminator_steps=5",
        "batch_size=64",
        "steps=100000",
        "optimizers.generator.learning_rate.decay_steps=100000",
        "optimizers.discriminator.learning_rate.decay_steps=500000",
        "optimizers.discriminator.learning_rate.initial_learning_rate=2e-4",
    ]
    assert len(EXAMPLES) > 15


def test_every_technique_of_a_list_is_an_override():
    # Two docstrings list assignments without repeating --set.
    for recipe, pattern in (
        ("digits_improved", r"`'?([\w.]+=[^`\s]+?)'?`"),
        ("oracle_seqgan", r"(?<!\S)'?([a-z_]+(?:\.[a-z_0-9]+)*=[^\s']+)'?"),
    ):
        assignments = re.findall(pattern, text_of(ROOT / "recipes" / f"{recipe}.py"))
        assert len(assignments) >= 5, assignments
        for assignment in assignments:
            assert load_recipe(recipe, [assignment.rstrip(".")]).config != load_recipe(recipe).config
