"""How a command ends that fails: foreseen in one line and 2, unforeseen in one and 1, interrupted 130; --debug shows all."""

import errno

import click
import pytest
from click.testing import CliRunner

from ganzoo.cli import main as entry
from ganzoo.errors import UserError, one_line, plain, usable_path

NODE = "{{function_node __wrapped__Add_device_/job:localhost}} shapes do not match [Op:Add] name: "


@pytest.fixture
def fails(monkeypatch):
    """A function that runs a command which raises an error, and gives its result."""

    def run(error, *arguments, env=None):
        @click.command()
        def failing():
            raise error

        monkeypatch.setitem(entry.main.commands, "failing", failing)
        return CliRunner().invoke(entry.main, [*arguments, "failing"], env=env)

    return run


@pytest.mark.parametrize(
    "error, code, line",
    [
        (UserError("it is so"), 2, "ganzoo: it is so"),
        (UserError(f"x: {NODE}"), 2, "ganzoo: x: shapes do not match name: "),
        (TypeError("bad\noperand"), 1, "ganzoo: unforeseen: TypeError: bad; `ganzoo --debug` before the command shows where"),
        (KeyError(), 1, "ganzoo: unforeseen: KeyError: KeyError; `ganzoo --debug` before the command shows where"),
        (
            RuntimeError(NODE),
            1,
            "ganzoo: unforeseen: RuntimeError: shapes do not match name; `ganzoo --debug` before the command",
        ),
        (RecursionError("deep"), 1, "ganzoo: unforeseen: RecursionError: deep"),
        (KeyboardInterrupt(), 130, "ganzoo: interrupted"),
        (MemoryError("Unable to allocate 7. TiB"), 2, "ganzoo: not enough memory: Unable to allocate 7. TiB"),
        (PermissionError(errno.EACCES, "Permission denied", "/a/b"), 2, "ganzoo: /a/b: Permission denied"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 300), 2, f"ganzoo: {'x' * 200}: File name too long"),
        (OSError(errno.ECONNRESET, "reset"), 1, "ganzoo: unforeseen: ConnectionResetError: "),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(fails, error, code, line):
    result = fails(error)
    assert result.exit_code == code and result.stderr.startswith(line), result.stderr
    assert result.stderr.count("\n") == 1 and result.stdout == ""


@pytest.mark.parametrize("arguments, env", [(["--debug"], {}), ([], {"GANZOO_DEBUG": "1"})])
def test_debug_lets_every_error_through(fails, arguments, env):
    for error in (UserError("it is so"), TypeError("bad")):
        result = fails(error, *arguments, env=env)
        assert result.exception is error and result.stderr == ""


def test_clicks_own_ends_stay(fails):
    assert fails(click.exceptions.Exit(7)).exit_code == 7
    assert fails(click.UsageError("so not")).exit_code == 2
    assert fails(SystemExit(5)).exit_code == 5
    broken = fails(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    assert broken.exit_code == 1 and "ganzoo" not in broken.output


def test_a_logged_line_names_no_node():
    import logging

    record = logging.LogRecord("x", logging.WARNING, "x", 1, "it says: %s", (NODE,), None)
    assert entry.PlainFormatter("%(message)s").format(record) == "it says: shapes do not match name: "


def test_the_gist_of_an_error():
    assert one_line(ValueError(f"\n{NODE}\nmore")) == "shapes do not match name"
    assert one_line(ValueError()) == "ValueError" and one_line(ValueError("x" * 300)) == "x" * 200 + "..."
    assert plain("a {{node x}} b \x1b[1mc\x1b[0m") == "a b c" and plain("{a} {{") == "{a} {{"


def test_a_path_that_no_file_can_have():
    assert usable_path("a/" * 300 + "x" * 255) and usable_path("") == ""
    for path, complaint in (("a\0b", "zero byte"), ("a/" + "x" * 256, "256 bytes"), ("é" * 128, "256 bytes")):
        with pytest.raises(UserError, match=f"the model .*{complaint}"):
            usable_path(path, "the model")
