"""Finds recipe files and reads their docstrings, without importing them: listing recipes must not wait for TensorFlow."""

import ast
import dataclasses
import difflib
import re
from pathlib import Path

from ganzoo.errors import UserError, usable_path

ARXIV = re.compile(r"(?<![\d.])\d{4}\.\d{4,5}(?![\d.]*\d)")
# Where a sentence or a bracket begins, after a word and not after an initial or "al."'s year.
BEGINNING = re.compile(r"(?<=[a-z)\"]{2}[.?:]) (?=[A-Z])|\(")


@dataclasses.dataclass(frozen=True)
class RecipeCard:
    """What a recipe's docstring says.

    Attributes:
        name: the file's name without its ending.
        title: the docstring's first line.
        cost: the text after `Cost:`, or an empty string.
        score: the text after `Score:`, or an empty string.
        path: the file.
        data: what it trains on, by its name there; an empty string where that is not written down.
        steps: the generator steps of a whole training; 0 where they are not written down.
        paper: the first paper that it cites, up to its arXiv number, or an empty string.
    """

    name: str
    title: str
    cost: str
    score: str
    path: Path
    data: str = ""
    steps: int = 0
    paper: str = ""


def recipes_directory():
    """Where ganzoo's own recipes lie: in the installed package, or at the top of the checkout that it is imported from."""
    package = Path(__file__).resolve().parent
    installed = package / "recipes"
    return installed if installed.is_dir() else package.parent / "recipes"


def recipe_path(name_or_path):
    """The file of a recipe that is named by its path or by its bare name.

    Raises:
        UserError: there is none.
    """
    path = Path(usable_path(name_or_path, "a recipe's path"))
    if path.is_file():
        return path
    directory = recipes_directory()
    shipped = directory / f"{path.stem}.py"
    if path.parent in (Path("."), Path("recipes")) and shipped.is_file():
        return shipped
    names = sorted(file.stem for file in directory.glob("*.py"))
    close = difflib.get_close_matches(path.stem, names, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "`ganzoo recipes` lists those that ship with it"
    missing = "no such file; " if path.suffix else ""
    raise UserError(f"no recipe {str(name_or_path)!r}: {missing}{hint}")


def read_card(path):
    """The `RecipeCard` of a recipe file."""
    module = ast.parse(path.read_text())
    docstring = ast.get_docstring(module) or ""
    title = docstring.splitlines()[0] if docstring else ""
    cost, score = _entry(docstring, "Cost:"), _entry(docstring, "Score:")
    return RecipeCard(path.stem, title, cost, score, path, _data(module), _steps(module), _paper(docstring))


def _steps(module):
    """The greatest number that a recipe's file sets `steps=` to."""
    values = [node.value for node in ast.walk(module) if isinstance(node, ast.keyword) and node.arg == "steps"]
    numbers = [value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, int)]
    return max(numbers, default=0)


def _data(module):
    """The name that a recipe's data is opened by: the first string among the arguments of `data=`."""
    assigned = {
        target.id: node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.keyword) and node.arg == "data":
            value = assigned.get(node.value.id) if isinstance(node.value, ast.Name) else node.value
            texts = [part.value for part in ast.walk(value) if isinstance(part, ast.Constant)] if value else []
            return next((text for text in texts if isinstance(text, str)), "")
    return ""


def _paper(docstring):
    for paragraph in docstring.split("\n\n")[1:]:
        text = " ".join(paragraph.split())
        if (cited := ARXIV.search(text)) and not text.startswith(("Run:", "Cost:", "Score:")):
            return BEGINNING.split(text[: cited.end()])[-1]
    return ""


def _entry(docstring, label):
    """The paragraph that begins with `label`, on one line."""
    for paragraph in docstring.split("\n\n"):
        text = " ".join(paragraph.split())
        if text.startswith(label):
            return text.removeprefix(label).strip()
    return ""


def shipped_recipes():
    """The cards of all recipes that ship with ganzoo, by name."""
    return [read_card(path) for path in sorted(recipes_directory().glob("*.py"))]
