"""A run keeps the scores that are taken of it where it can be written, and says so where it cannot."""

import pytest

from ganzoo.report.terminal import keep
from ganzoo.run import Run

SCORES = [{"name": "FD", "value": 1.5, "model": {"step": 7}}, {"name": "aside", "value": None, "model": {"step": 7}}]


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    run.write_record({"recipe": "tiny", "overrides": [], "steps": 20})
    return run


def test_scores_are_kept_with_their_step_and_shown(run):
    assert keep(run.path, SCORES) == []
    assert [(score["name"], score["step"]) for score in run.all_scores()] == [("FD", 7), ("aside", 7)]
    assert list(run.logs.glob("events*"))


def test_what_is_no_run_keeps_nothing(tmp_path):
    assert keep(tmp_path, SCORES) == [] and list(tmp_path.iterdir()) == []


def test_a_run_that_cannot_be_written_says_so_in_a_line(run):
    run.scores.mkdir()
    (line,) = keep(run.path, SCORES)
    assert line.startswith("note: the run does not keep these scores: cannot write ") and line.endswith("Is a directory")
    assert not run.logs.exists()


def test_logs_that_cannot_be_written_are_said_and_the_scores_kept(run):
    run.logs.write_text("")
    (line,) = keep(run.path, SCORES)
    assert line.startswith("note: TensorBoard does not show these scores: ") and "\n" not in line
    assert len(run.all_scores()) == 2
