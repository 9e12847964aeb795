"""What stands in several files about the distribution says the same in each."""

import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

import ganzoo

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
CITATION = yaml.safe_load(Path("CITATION.cff").read_text())
GITHUB = sorted(Path(".github").rglob("*.yml"))


def test_the_citation_is_of_this_version():
    assert CITATION["version"] == ganzoo.__version__ and CITATION["license"] == PROJECT["license"]
    assert [author["name"] for author in CITATION["authors"]] == [author["name"] for author in PROJECT["authors"]]


def test_continuous_integration_covers_what_is_promised():
    matrix = yaml.safe_load(Path(".github/workflows/test.yml").read_text())["jobs"]["test"]["strategy"]["matrix"]
    promised = {line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line}
    assert set(matrix["python"]) == promised
    allowed = next(Requirement(one).specifier for one in PROJECT["dependencies"] if one.startswith("tensorflow>"))
    pinned = next(line for line in Path("constraints.txt").read_text().splitlines() if line.startswith("tensorflow=="))
    tried = {one["tensorflow"] for one in matrix["include"]} | {".".join(pinned.partition("==")[2].split(".")[:2])}
    minors = {f"2.{minor}" for minor in range(40) if Version(f"2.{minor}.0") in allowed}
    assert tried == minors


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.name)
def test_templates_and_workflows_can_be_read(path):
    content = yaml.safe_load(path.read_text())
    assert content
    if path.parent.name == "ISSUE_TEMPLATE" and path.stem != "config":
        assert {"name", "description", "body"} <= content.keys()
        assert all(
            part["type"] in ("textarea", "input", "checkboxes") and part["attributes"]["label"] for part in content["body"]
        )
