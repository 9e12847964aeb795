"""What a plain install lacks is imported where it is used, and named with its extra where it is absent."""

import ast
import functools
import importlib
import os
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics import geometry_score
from ganzoo.optional import optional

SOURCES = sorted([*Path("ganzoo").rglob("*.py"), *Path("recipes").glob("*.py")])
PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
NOT_OURS = {"tensorflow_probability", "tf_keras", "tensorflow_hub"}  # TF-GAN's own
OTHER_NAMES = {"PIL": "pillow", "sklearn": "scikit-learn"}  # of distributions, where they are not their module's
# Imported where they are at hand: for a table of a result, and inside a notebook.
IF_AT_HAND = {"pandas", "IPython"}
# What declared packages require and hand on.
BROUGHT = {"google": "tensorflow", "sqlalchemy": "optuna", "fastapi": "gradio", "starlette": "gradio", "uvicorn": "gradio"}
BROUGHT |= {"requests": "huggingface_hub", "httpx": "huggingface_hub"}


def names(requirements):
    return {re.match(r"[\w.-]+", one).group().lower().replace("_", "-") for one in requirements}


def distribution(module):
    """The distribution that brings a top-level module."""
    return OTHER_NAMES.get(module, module).lower().replace("_", "-")


@functools.cache
def trees():
    return [(path, ast.parse(path.read_text())) for path in SOURCES]


def imports():
    """(path, top-level package, whether at the module's own level) of every import statement."""
    for path, tree in trees():
        outermost = set(map(id, tree.body))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found = [node.module]
            else:
                continue
            yield from ((path, name.partition(".")[0], id(node) in outermost) for name in found)


def calls():
    """The literal (module, extra) of every call of `optional`."""
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "optional":
                yield tuple(argument.value for argument in node.args[:2])


def test_a_plain_install_has_all_that_is_imported_without_a_word():
    required, extra = names(PROJECT["dependencies"]), {module for module, _ in calls()}
    known = sys.stdlib_module_names | {"ganzoo"} | IF_AT_HAND
    lacking = [
        (str(path), package, outermost)
        for path, package, outermost in imports()
        if package not in known and distribution(BROUGHT.get(package, package)) not in required
    ]
    undeclared = [found for found in lacking if BROUGHT.get(found[1], found[1]) not in extra]
    assert not undeclared, "imports of what no dependency in pyproject.toml brings"
    assert not [found for found in lacking if found[2]], "optional packages that are imported with their module"


def test_nothing_of_ours_hangs_on_what_tf_gan_requires():
    assert not [(path, package) for path, package, _ in imports() if package in NOT_OURS]


def test_every_optional_package_is_of_the_extra_that_is_named():
    found = set(calls())
    assert {module for module, _ in found} >= {"gudhi", "optuna", "matplotlib", "gradio", "tf2onnx", "onnxruntime"}
    for module, extra in found:
        assert distribution(module) in names(PROJECT["optional-dependencies"][extra]), (module, extra)


@pytest.mark.parametrize(
    "package, extra, use",
    [
        ("gudhi", "topology", lambda: geometry_score(np.eye(40), np.eye(40))),
        ("optuna", "sweep", lambda: importlib.import_module("ganzoo.sweeps.storage").require_optuna()),
        ("matplotlib", "sweep", lambda: importlib.import_module("ganzoo.sweeps.results").pyplot()),
        ("huggingface_hub", "hub", lambda: importlib.import_module("ganzoo.hub").library("hf://a/b")),
        ("gradio", "explore", lambda: importlib.import_module("ganzoo.explore.page").gradio()),
        ("onnxruntime", "onnx", lambda: importlib.import_module("ganzoo.serving.model_files").OnnxSampler(Path("a.onnx"))),
    ],
)
def test_an_absent_package_is_named_with_its_extra(package, extra, use, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(os, "environ", {**os.environ})  # the explorer goes offline
    with pytest.raises(UserError, match=rf"needs {package}, of the extra `{extra}`: .*'\.\[{extra}\]'") as error:
        use()
    assert "\n" not in str(error.value)


def test_what_an_optional_package_lacks_itself_is_named(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "half_there.py").write_text("import no_such_package.at_all")
    (tmp_path / "broken.py").write_text("raise ImportError('libGL.so.1: no such file')")
    with pytest.raises(UserError, match="a thing needs no_such_package, of the extra `x`"):
        optional("half_there", "x", "a thing")
    with pytest.raises(UserError, match=r"a thing needs broken, which cannot be imported: .*libGL\.so\.1"):
        optional("broken", "x", "a thing")
