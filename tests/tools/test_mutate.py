"""The mutation tool, on a toy package with a strong test, a weak one and a module without any."""

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

TOOL = Path(__file__).with_name("mutate.py")
MATHS = '''
"""Sums > products."""

import math


def clipped(x: int, low=-1, high=3):
    """x within [low, high]; 1 + 1."""
    if x < low:
        raise ValueError(f"too low by {low - x}")
    print("clipped", 7)
    return min(x, high)


def area(width, height):
    return width * height + 0  # pragma: no mutate
'''
STRONG = """
import pytest

from toy.maths import clipped


def test_clipped():
    assert [clipped(x) for x in (-1, 0, 2, 3, 4)] == [-1, 0, 2, 3, 3]
    with pytest.raises(ValueError):
        clipped(-2)
"""
WEAK = """
from toy.shapes import volume


def test_volume_is_positive():
    assert volume(1, 2, 3) > 0
"""


@pytest.fixture
def toy(tmp_path):
    """The root of a tree with the package `toy` and its tests."""
    files = {"toy/__init__.py": "", "toy/maths.py": MATHS, "tests/test_maths.py": STRONG, "tests/test_shapes.py": WEAK}
    files["toy/shapes.py"] = "def volume(a, b, c):\n    return a * b * c\n"
    files["toy/hidden/__init__.py"], files["toy/hidden/alone.py"] = "", "FACTOR = 2.5\n"
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def mutate(root, *options):
    arguments = ["--root", root, "--package", "toy", "--preload", "", "--out", root / "out", *options]
    process = subprocess.run([sys.executable, TOOL, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_a_strong_test_kills_and_a_weak_one_does_not(toy):
    mutate(toy, "--count", 100)
    facts = json.loads((toy / "out" / "report.json").read_text())
    assert facts["rooms"]["hidden"] == {"mutants": 1, "survived": 1, "share": 1.0}
    survivors = {(record["file"], " ".join(record["after"].split())) for record in facts["survivors"]}
    assert {file for file, _ in survivors} == {"toy/shapes.py", "toy/hidden/alone.py"}
    assert ("toy/shapes.py", "((a) / (b))") in survivors and ("toy/shapes.py", "None") not in survivors
    assert "| hidden | 1 | 1 | 100.0% |" in (toy / "out" / "report.md").read_text()
    results = (toy / "out" / "results.jsonl").read_text()
    assert (toy / "toy" / "maths.py").read_text() == MATHS, "the tree itself is not touched"
    mutate(toy, "--count", 100)
    assert (toy / "out" / "results.jsonl").read_text() == results, "what was examined is not examined again"


def test_mutants_are_drawn_from_every_room_by_the_seed_and_a_larger_count_keeps_a_smaller_ones(toy):
    few, again, more, other = (
        set(mutate(toy, "--list", "--count", count, "--seed", seed).splitlines())
        for count, seed in ((8, 0), (8, 0), (12, 0), (8, 1))
    )
    assert few == again and few < more and few != other
    assert any("toy/hidden" in line for line in few)
    (toy / "toy" / "maths.py").write_text("\n\n" + MATHS)  # lines that move do not change the draw
    moved = set(mutate(toy, "--list", "--count", 8).splitlines())
    assert {line.split(" ", 1)[1] for line in moved} == {line.split(" ", 1)[1] for line in few}


def test_what_is_known_to_be_equivalent_stands_in_the_source():
    root = TOOL.parents[2]
    for entry in tomllib.loads(TOOL.with_name("equivalent.toml").read_text())["mutant"]:
        assert entry["line"] in [line.strip() for line in (root / entry["file"]).read_text().splitlines()], entry
        assert entry["reason"]


def test_mutants_leave_out_what_no_test_should_pin(toy):
    lines = mutate(toy, "--list", "--count", 1000).splitlines()
    changes = [line.split(" ", 1)[1] for line in lines if "maths" in line]
    assert len(changes) == len(set(changes)) == 8
    assert {"x < low -> (x) <= (low)", "x < low -> not (x < low)", "min -> max", "3 -> 4", "1 -> 2", "-1 -> (1)"} <= set(
        changes
    )
    assert not any("7" in change or "width" in change or "low - x" in change.split(" -> ")[1] for change in changes)
    for line in lines:
        ast.parse(line.split(" -> ")[1])
