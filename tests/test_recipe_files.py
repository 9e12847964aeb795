"""The recipes are found wherever ganzoo lies: in a checkout beside it, once installed inside it."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ganzoo import recipe_files
from ganzoo.errors import UserError

ROOT = Path(__file__).parent.parent


def test_a_checkout_has_them_beside_the_package():
    assert recipe_files.recipes_directory() == ROOT / "recipes"
    assert recipe_files.recipe_path("digits_dcgan") == ROOT / "recipes" / "digits_dcgan.py"


def test_what_is_installed_has_them_inside(tmp_path, monkeypatch):
    (tmp_path / "ganzoo" / "recipes").mkdir(parents=True)
    (tmp_path / "recipes").mkdir()  # another package's
    shutil.copy(ROOT / "recipes" / "ring_vanilla.py", tmp_path / "ganzoo" / "recipes")
    monkeypatch.setattr(recipe_files, "__file__", str(tmp_path / "ganzoo" / "recipe_files.py"))
    assert [card.name for card in recipe_files.shipped_recipes()] == ["ring_vanilla"]


def test_a_name_that_is_nearly_right_is_suggested():
    with pytest.raises(UserError, match="did you mean digits_dcgan"):
        recipe_files.recipe_path("digits_dcgn")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout, built without a network."""
    directory = tmp_path_factory.mktemp("wheel")
    source = directory / "source"
    source.mkdir()
    for name in ("ganzoo", "recipes"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "setup.cfg", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(directory), str(source)]
    subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True)
    return next(directory.glob("*.whl"))


def test_a_wheel_holds_everything_that_is_needed_and_runs(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        file.extractall(tmp_path)
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "ganzoo").rglob("*") if path.is_file()}
    here |= {f"ganzoo/recipes/{path.name}" for path in (ROOT / "recipes").glob("*.py")}
    assert {name for name in here if "__pycache__" not in name} <= names
    assert not {name.split("/")[0] for name in names} - {"ganzoo", f"{wheel.name.partition('-py3')[0]}.dist-info"}
    environment = {"PYTHONPATH": str(tmp_path), "PATH": ""}
    command = [sys.executable, "-m", "ganzoo.cli", "recipes"]
    output = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path, env=environment).stdout
    assert "digits_dcgan" in output
