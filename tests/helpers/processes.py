"""Python in a process of its own that has TensorFlow imported already: forked from a server, it begins in 1 s, not in 8.

The server has run no operation, so that a process can still choose its devices, its strategy and its settings.
"""

import contextlib
import dataclasses
import functools
import multiprocessing
import os
import runpy
import signal
import sys
import tempfile
import textwrap
import time
import traceback
from pathlib import Path

IMPORTED = (
    *("tensorflow", "keras", "scipy", "PIL.Image", "optuna", "sqlalchemy.orm"),
    *("ganzoo.training", "ganzoo.evaluation.evaluate", "ganzoo.cli.main"),
)


@dataclasses.dataclass
class Finished:
    """How a process ended; as of `subprocess.CompletedProcess`."""

    returncode: int
    stdout: str
    stderr: str


class Started:
    """A process that runs.

    Attributes:
        pid: its number.
        output: the file to which its standard output goes, and its error stream too where they share one.
    """

    def __init__(self, process, output, errors):
        self._process, self.output, self._errors = process, output, errors
        self.pid = process.pid

    def poll(self):
        """Its exit code, negative for a signal, or None while it runs."""
        return self._process.exitcode

    def send_signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        self._process.kill()

    def wait(self, timeout=300):
        """Waits for its end; kills it after `timeout` seconds. Returns the exit code."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
            raise TimeoutError(f"killed after {timeout} s\n{self.output.read_text()}")
        return self._process.exitcode

    def finish(self, timeout=300):
        """Waits for its end; returns a `Finished`."""
        code = self.wait(timeout)
        return Finished(code, self.output.read_text(), self._errors.read_text())


@functools.cache
def _server():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED))
    return context


def start(run, cwd, env=None, output=None):
    """Starts a process.

    Args:
        run: what it runs: the text of a program, or the list of a `ganzoo` command's arguments.
        cwd: its directory.
        env: environment variables beside this process's own.
        output: a file to which both its streams are appended; by default files of their own.

    Returns:
        A `Started`.

    Raises:
        ValueError: a variable that TensorFlow has read already.
    """
    early = [name for name in env or {} if name.startswith("TF_") and name != "TF_CONFIG"]
    if early:
        raise ValueError(f"TensorFlow is imported already and has read {early}: use the fixture `fresh_python`")
    if output is None:
        directory = Path(tempfile.mkdtemp(prefix="process-"))
        streams = (directory / "stdout", directory / "stderr")
    else:
        streams = (Path(output), Path(output))
    for stream in streams:
        stream.touch()
    if not isinstance(run, str):
        run = [str(argument) for argument in run]
    arguments = (run, str(cwd), {**os.environ, **(env or {})}, *map(str, streams))
    process = _server().Process(target=_main, args=arguments)
    process.start()
    return Started(process, *streams)


def run_code(code, cwd, env=None, timeout=300):
    """Runs the text of a program to its end; returns a `Finished`."""
    return start(textwrap.dedent(code), cwd, env).finish(timeout)


def run_command(arguments, cwd, env=None, timeout=300):
    """Runs `ganzoo ARGUMENTS` to its end; returns a `Finished`."""
    return start(list(arguments), cwd, env).finish(timeout)


def _main(run, cwd, env, stdout, stderr):
    """What the new process does."""
    os.environ.clear()
    os.environ.update(env)
    if hasattr(time, "tzset"):
        time.tzset()
    os.chdir(cwd)
    # SIGHUP too: under nohup the server, and whatever it forks, would inherit to ignore it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    for path, descriptor in ((stdout, 1), (stderr, 2)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, descriptor)
        os.close(file)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - the process keeps both
    sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
    os.close(0)
    os.open(os.devnull, os.O_RDONLY)
    code = 1
    try:
        if isinstance(run, str):
            sys.argv = ["-c"]
            exec(compile(run, "<program>", "exec"), {"__name__": "__main__"})
        else:
            sys.argv = ["ganzoo", *run]
            runpy.run_module("ganzoo.cli", run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    sys.exit(code)
