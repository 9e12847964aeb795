"""The documentation's site builds without a warning, leads nowhere that is not there, and needs no network."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ganzoo

pytest.importorskip("mkdocs")
SCRIPTS = re.compile(r"""<(?:script|link|img)[^>]+(?:src|href)=["']?(?:https?:)?//""")


def module(name):
    spec = importlib.util.spec_from_file_location(name, f"docs/_site/{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The whole site; links and anchors are checked by the build itself, `validation` in mkdocs.yml."""
    directory = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(directory)]
    built = subprocess.run(build, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, timeout=300)
    assert built.returncode == 0, (built.stdout + built.stderr)[-4000:]
    assert "WARNING" not in built.stderr
    return directory


def test_pages_of_the_repository_are_there(site):
    front = (site / "index.html").read_text()
    assert 'href="repository/recipes/digits_dcgan.py.html"' in front and 'href="training.html#fine-tuning"' in front
    assert "auto_config" in (site / "repository/recipes/digits_dcgan.py.html").read_text()
    card = (site / "zoo.html").read_text()
    assert "repository/exported/digits_dcgan/1/index.html" in card
    assert "pipeline_tag" not in (site / "repository/exported/digits_dcgan/1/index.html").read_text()
    assert (site / "repository/exported/digits_dcgan/1/samples.png").read_bytes()[1:4] == b"PNG"


def test_every_public_name_has_its_entry(site):
    for room in ("families", "networks", "layers", "losses", "penalties", "data", "metrics"):
        page = (site / f"api/{room}.html").read_text()
        names = [name for name in dir(getattr(ganzoo, room)) if hasattr(getattr(getattr(ganzoo, room), name), "__qualname__")]
        absent = [name for name in names if not re.search(rf'id="ganzoo\.{room}\.([\w.]+\.)?{name}"', page)]
        assert names and not absent, (room, absent)


def test_nothing_is_fetched(site):
    for page in ("index.html", "families.html", "api/families.html"):
        assert not SCRIPTS.search((site / page).read_text()), page


def test_where_links_between_files_lead(tmp_path):
    hooks = module("hooks")
    (tmp_path / "docs").mkdir()
    (tmp_path / "ganzoo").mkdir()
    for name in ("README.md", "docs/python.md", "ganzoo/recipe.py"):
        (tmp_path / name).touch()
    assert hooks.resolved(tmp_path, "docs/python.md", "../ganzoo/recipe.py") == "ganzoo/recipe.py"
    assert hooks.resolved(tmp_path, "docs/python.md", "../../etc/passwd") is None
    assert hooks.resolved(tmp_path, "docs/python.md", "https://example.org/a.md") is None
    assert hooks.resolved(tmp_path, "docs/python.md", "data:image/png;base64," + "A" * 5000) is None
    assert hooks.resolved(tmp_path, "docs/python.md", "gone.md") is None
    with pytest.raises(hooks.PluginError, match="name a file"):
        hooks.resolved(tmp_path, "docs/python.md", "../ganzoo")
    for path in (
        "README.md",
        "docs/python.md",
        "ganzoo/recipe.py",
        "exported/digits_dcgan/1/README.md",
        "examples/train_and_look.ipynb",
    ):
        source = hooks.address(path)
        assert path.startswith("ganzoo") or hooks.origin(source) == path
    assert hooks.address("ganzoo/recipe.py") == "repository/ganzoo/recipe.py.md"


def test_examples_in_docstrings_are_code():
    pytest.importorskip("griffe")
    text = "One line.\n\n    >>> 1 + 1\n    2\n\nMore."
    assert module("doctests").fenced(text) == "One line.\n\n    ```pycon\n    >>> 1 + 1\n    2\n    ```\n\nMore."


def test_the_navigation_has_every_guide():
    text = Path("mkdocs.yml").read_text()
    assert not [path.name for path in Path("docs").rglob("*.md") if path.relative_to("docs").as_posix() not in text]
