"""Every example in a docstring runs and gives what it says."""

import doctest
import importlib
import re
from pathlib import Path

import keras
import numpy as np
import pytest

import ganzoo

ROOT = Path(ganzoo.__file__).resolve().parents[1]
FILES = sorted((ROOT / "ganzoo").rglob("*.py"))
MODULES = [path for path in FILES if ">>> " in path.read_text()]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_examples_of_a_module_run(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exported").symlink_to(ROOT / "exported")
    names = {"ganzoo": ganzoo, "keras": keras, "np": np}
    results = doctest.testmod(importlib.import_module(name_of(path)), extraglobs=names, optionflags=FLAGS)
    assert results.attempted and not results.failed


def test_no_example_is_only_said():
    for path in FILES:
        for match in re.finditer(r"^ *Examples?:\n *(.*)$", path.read_text(), re.MULTILINE):
            assert match[1].startswith(">>> "), f"{path}: {match[1]}"
    assert len(MODULES) > 10
