"""What the commands share: numbers in an option, files, the data directory, quiet imports."""

import gc
import io
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from ganzoo.cli import options
from ganzoo.cli.main import main
from ganzoo.errors import UserError


@pytest.fixture
def told():
    """A function of a command line that gives what a command with the shared options is called with."""

    @click.command()
    @options.data_option
    @options.data_dir_option
    @options.json_option
    @options.seed_option
    @options.set_option
    @options.code_option
    def command(**values):
        click.echo(repr(values))

    def call(*arguments, env=None):
        result = CliRunner().invoke(command, arguments, env=env)
        if result.exit_code:
            return result.exit_code, result.output
        return eval(result.output, {"PosixPath": Path, "nan": math.nan})

    return call


def test_options_have_their_defaults(told):
    expected = {"data": None, "data_dir": None, "json_file": None, "seed": 0, "overrides": (), "code": None}
    assert told(env={"TFDS_DATA_DIR": None}) == expected


def test_options_reach_the_command(told, tmp_path):
    values = told(
        "--data", "digits", "--json", tmp_path / "a.json", "--seed", "3", "--set", "a=1", "--set", "b=2", "--code", "1,nan,.5"
    )
    assert (values["data"], values["json_file"], values["seed"], values["overrides"]) == (
        "digits",
        tmp_path / "a.json",
        3,
        ("a=1", "b=2"),
    )
    np.testing.assert_equal(values["code"], [1.0, math.nan, 0.5])
    assert told(env={"TFDS_DATA_DIR": "/data"})["data_dir"] == Path("/data")
    assert told("--data-dir", "/own", env={"TFDS_DATA_DIR": "/data"})["data_dir"] == Path("/own")


def test_what_is_no_list_of_numbers_is_refused(told):
    code, output = told("--code", "1;2")
    assert code == 2 and "numbers separated by commas" in output and "'1;2'" in output


def test_facts_are_written_where_they_are_asked_for(tmp_path):
    options.write_json(None, {"a": 1})
    options.write_json(tmp_path / "a.json", {"a": [1, None]})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": [1, None]}
    assert (tmp_path / "a.json").read_text().endswith("\n")
    options.write_file(tmp_path / "b.bin", b"\x00\x01")
    assert (tmp_path / "b.bin").read_bytes() == b"\x00\x01"
    for write in (options.write_json, options.write_file):
        with pytest.raises(UserError, match="cannot write .*none.*No such file"):
            write(tmp_path / "none" / "a", "text")


def test_an_absent_module_cannot_be_imported_for_a_while_and_can_afterwards():
    name = "wave"  # of the standard library; nothing here needs it
    sys.modules.pop(name, None)
    with options.absent("sunau_of_old", name), pytest.raises(ImportError):
        __import__(name)
    assert "sunau_of_old" not in sys.modules
    assert name not in sys.modules and __import__(name).__name__ == name
    with options.absent(name):
        assert __import__(name) is sys.modules[name], "what was imported before stays"
    assert name in sys.modules


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_is_looked_for_again_after_an_import_as_it_was_before(enabled):
    (gc.enable if enabled else gc.disable)()
    try:
        with options.uncollected():
            assert not gc.isenabled()
        assert gc.isenabled() == enabled and gc.get_freeze_count()
    finally:
        gc.unfreeze()
        gc.enable()


def test_what_a_program_makes_between_two_commands_is_not_kept(monkeypatch):
    with click.Context(click.Command("main"), info_name="main") as context:
        context.params = {"debug": True}
        options.start()
        monkeypatch.setattr(options, "uncollected", None)
        options.start()


def test_a_sample_and_a_training_start_without_what_they_do_not_use(tmp_path):
    """What each took half a second and more of every start: imports, Python's garbage collection, AutoGraph's conversions."""
    (tmp_path / "modules").mkdir()
    for name in ("pandas", "matplotlib"):  # not installed here, perhaps
        (tmp_path / "modules" / f"{name}.py").touch()
    code = f"""
import glob, sys
sys.path.insert(0, {str(tmp_path / "modules")!r})
from ganzoo.cli.main import main

def run(*arguments, unused):
    main(arguments, standalone_mode=False)
    print("imported:", sorted(unused.intersection(sys.modules)), file=sys.stderr)

unused = {{"sklearn", "scipy", "pandas", "matplotlib"}}
run("sample", "exported/ring_vanilla", "--out", "s.png", unused=unused | {{"fiddle", "tensorflow_datasets", "tensorboard"}})
run("train", "ring_vanilla", "--steps", "1", "--run", "run", unused=unused)
print("converted:", glob.glob("__autograph_generated_file*"), file=sys.stderr)
"""
    code = code.replace("exported/", f"{Path('exported').resolve()}/")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(["", *sys.path]), "TMPDIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert not ended.returncode, ended.stderr
    said = [line for line in ended.stderr.splitlines() if line.startswith(("imported", "converted"))]
    assert said == ["imported: []", "imported: []", "converted: []"]


@pytest.mark.parametrize("debug", [False, True])
def test_start_makes_a_data_directory_hold_for_all_that_follows(debug, monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", "/before")
    silenced = []
    monkeypatch.setattr(options, "silent_stderr", lambda: silenced.append(True) or options.contextlib.nullcontext())
    with click.Context(click.Command("main"), info_name="main") as context:
        context.params = {"debug": debug}
        options.start()
        assert os.environ["TFDS_DATA_DIR"] == "/before"
        options.start(tmp_path)
        assert os.environ["TFDS_DATA_DIR"] == str(tmp_path)
    assert len(silenced) == (0 if debug else 2)


@pytest.mark.parametrize(
    "machine, given, after",
    [("x86_64", None, "1"), ("AMD64", None, "1"), ("x86_64", "0", "0"), ("aarch64", None, None), ("arm64", None, None)],
)
def test_onednn_is_asked_for_on_x86_unless_the_user_says_otherwise(machine, given, after, monkeypatch):
    monkeypatch.setattr(options.platform, "machine", lambda: machine)
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", given or "")
    if given is None:
        monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS")
    options.prefer_onednn()
    assert os.environ.get("TF_ENABLE_ONEDNN_OPTS") == after


def test_the_error_stream_is_silent_within_and_back_afterwards(capfd):
    for failing in (False, True):
        try:
            with options.silent_stderr():
                os.write(2, b"from C++")
                if failing:
                    raise KeyError
        except KeyError:
            pass
        os.write(2, b"heard ")
    assert capfd.readouterr().err == "heard heard "


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "model", "--json"],
        ["evaluate", "model", "--html"],
        ["compare", "model", "other", "--html"],
        ["birthday", "model", "--page"],
        ["neighbours", "model", "--out"],
        ["sample", "model", "--out"],
        ["train", "recipe", "--json"],
    ],
    ids=" ".join,
)
def test_a_file_that_cannot_be_written_is_said_before_anything_is_computed(tmp_path, arguments):
    result = CliRunner().invoke(main, [*arguments, str(tmp_path / "absent" / "file.png")])
    assert result.exit_code == 2 and "cannot write" in result.output and "No such file or directory" in result.output


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_prose_is_wrapped_to_a_terminal_and_tables_are_not(monkeypatch):
    line = "note: " + "some words " * 10
    table = "a" * 30 + "  " + "b" * 30
    for stream, lines in ((Terminal(), 4), (io.StringIO(), 2)):
        monkeypatch.setenv("COLUMNS", "50")
        monkeypatch.setattr(sys, "stdout", stream)
        options.say_all([line.strip(), table])
        printed = stream.getvalue().splitlines()
        assert len(printed) == lines and printed[-1] == table
        assert " ".join(" ".join(printed[:-1]).split()) == line.strip()
        assert lines == 2 or all(len(one) <= 50 for one in printed[:-1])


def test_a_command_says_at_once_that_it_begins_where_somebody_looks(monkeypatch):
    for stream, words in ((Terminal(), "ganzoo train: starting TensorFlow ...\n"), (io.StringIO(), "")):
        monkeypatch.setattr(sys, "stderr", stream)
        options.announce("ganzoo train")
        assert stream.getvalue() == words
