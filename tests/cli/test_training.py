"""The commands that train, show and list: what they hand on, with a stand-in for what they call."""

import pytest
from click.testing import CliRunner

from ganzoo import training
from ganzoo.cli import training as commands


@pytest.fixture
def invoke(monkeypatch):
    started = []
    monkeypatch.setattr(commands, "start", lambda data_dir=None: started.append(data_dir))

    def run(command, *arguments):
        result = CliRunner().invoke(command, arguments)
        assert started, "TensorFlow is imported by start(), which keeps its messages off the screen"
        return result

    return run


def test_a_training_that_a_signal_ended_ends_with_the_shells_code_for_it(invoke, monkeypatch):
    monkeypatch.setattr(training, "train", lambda *arguments, **options: {"steps": 3, "signal": 15})
    assert invoke(commands.train, "ring_vanilla").exit_code == 128 + 15
    monkeypatch.setattr(training, "train", lambda *arguments, **options: {"steps": 3})
    assert invoke(commands.train, "ring_vanilla").exit_code == 0


def test_show_prints_what_a_recipe_sets(invoke):
    result = invoke(commands.show, "ring_vanilla")
    assert result.exit_code == 0 and "batch_size = " in result.output and "(default)" in result.output
