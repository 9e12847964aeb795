"""What docs, docstrings and comments name is there: files by their paths, names of ganzoo by their dotted names."""

import functools
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = {path: path.parent.name if path.stem == "__init__" else path.stem for path in (ROOT / "ganzoo").rglob("*.py")}
ROOMS = "ganzoo|tests|recipes|benchmarks|docs|examples|exported"
PATHS = re.compile(rf"(?<![\w./])(?:{ROOMS})/[\w./-]*\w\.(?:pyi?|md|npz|ipynb|cfg|toml|json|png|html)\b")
DOTTED = re.compile(r"(?<![\w.])ganzoo((?:\.(?!__)[A-Za-z_]\w*)+)")
QUOTED = re.compile(r"`([a-z]\w*)\.([A-Za-z_]\w*)(?:\.\w+)*(?:\([^`]*\))?`")
ENDINGS = {"py", "md", "json", "jsonl", "npz", "txt", "csv", "html", "png", "cfg", "toml", "yml", "pb", "onnx", "tflite", "tar"}
# Libraries, and objects that a docstring speaks of; whatever else is quoted as `a.b` is a module's.
LIBRARIES = {"fdl", "ganzoo", "keras", "np", "tensorflow_serving", "tf", "tfds"}
OBJECTS = {"a", "info", "layer", "model", "penalty", "recipe", "self"}
# What only an example makes, or a score's name.
MADE_UP = {"ganzoo.no_such_name", "tests/test_maths.py", "tests/test_shapes.py", "label_coverage.captured"}

DOCS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
TESTS_AND_RECIPES = [path for room in ("recipes", "benchmarks", "tests") for path in (ROOT / room).rglob("*.py")]


@functools.cache
def words(module):
    """All words of the modules of that name, and of the names that they offer lazily."""
    files = [path for path, name in MODULES.items() if name == module]
    texts = [path.read_text() for file in files for path in (file, file.with_suffix(".pyi")) if path.is_file()]
    return set(re.findall(r"\w+", " ".join(texts)))


def is_there(names):
    """Whether ganzoo has modules `names`, as far as they are modules, and the last of these the word that follows."""
    path = ROOT / "ganzoo"
    for place, name in enumerate(names):
        if not (path / name).is_dir() and not (path / f"{name}.py").is_file():
            return name in words(names[place - 1] if place else "ganzoo")
        path /= name
    return True


def missing_from(path):
    """What a file names that is not there, a set of strings."""
    text = path.read_text()
    missing = {name for name in PATHS.findall(text) if not (ROOT / name).exists()}
    missing |= {f"ganzoo{name}" for name in DOTTED.findall(text) if not is_there(name[1:].split("."))}
    for module, name in () if path in TESTS_AND_RECIPES else QUOTED.findall(text):
        if name not in ENDINGS and module not in LIBRARIES | OBJECTS:
            if module not in MODULES.values() or name not in words(module) | {*MODULES.values()}:
                missing.add(f"{module}.{name}")
    return missing - MADE_UP


def test_what_is_named_is_there():
    found = {path.relative_to(ROOT).as_posix(): missing_from(path) for path in [*DOCS, *MODULES, *TESTS_AND_RECIPES]}
    assert not {path: names for path, names in found.items() if names}
