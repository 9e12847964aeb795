"""A part of what `fuzz.py` throws at ganzoo, and what it counts as a fault."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).with_name("fuzz.py")
INPUTS = 130


@pytest.fixture(scope="module")
def fuzz():
    """The module, without TensorFlow."""
    spec = importlib.util.spec_from_file_location("fuzz", FUZZ)
    module = importlib.util.module_from_spec(spec)
    path = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


def test_no_input_ends_in_a_traceback_or_loses_a_file(tmp_path):
    command = [sys.executable, FUZZ, "--count", str(INPUTS), "--seed", "11", "--out", tmp_path / "out"]
    process = subprocess.run(command, capture_output=True, text=True, timeout=600, env={**os.environ, "GANZOO_DEBUG": ""})
    assert process.returncode == 0, f"{process.stdout}\n{process.stderr[-3000:]}"
    assert f"{INPUTS} inputs of seed 11" in process.stdout and "unforeseen\n" not in process.stdout


@pytest.mark.parametrize(
    "code, stdout, stderr, missing, kind",
    [
        (0, "", "", [], "ok"),
        (2, "", "ganzoo: so\n", [], "exit 2"),
        (1, "", "ganzoo: unforeseen: so\n", [], "unforeseen"),
        (1, "", "Traceback (most recent call last):\n", [], "traceback"),
        (0, "{{function_node x}}", "", [], "function_node"),
        (2, "", "line\n" * 20, [], "many lines"),
        (None, "", "", [], "hang"),
        (-11, "", "", [], "signal"),
        (0, "", "", ["a"], "lost"),
    ],
)
def test_how_an_end_is_counted(fuzz, code, stdout, stderr, missing, kind):
    assert fuzz.judged(code, stdout, stderr, missing) == kind


def test_a_file_that_is_gone_or_changed_is_lost_and_one_that_a_command_writes_is_not(fuzz):
    before = {"a": b"1", "b": b"2", "run/scores.jsonl": b"3"}
    assert fuzz.lost(before, {"a": b"1", "b": b"9", "run/scores.jsonl": b"4", "new": b""}) == ["b"]
    assert fuzz.lost(before, {"b": b"2", "run/scores.jsonl": b"3"}) == ["a"]
    assert fuzz.lost({}, {"EXECUTED": b""}) == ["EXECUTED"]


def test_a_seed_and_a_number_give_the_same_input(fuzz):
    first, again = (fuzz.input_of(3, 8) for _ in range(2))
    assert first[0] == again[0] and first[1].random() == again[1].random()
    assert {fuzz.input_of(3, number)[0] for number in range(300)} == set(fuzz.BOUNDARIES)
