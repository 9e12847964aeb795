"""Throws hostile inputs at every boundary of ganzoo and counts how each ended.

    python tests/tools/fuzz.py --count 2000 --seed 1 --out DIR

Each input is a command, or a call of Python, in a process of its own, forked from this one, which has TensorFlow imported and
has run no operation. It ends well (0), in one line (2), in one line that admits something unforeseen (1), or it is a fault: a
traceback, `{{function_node`, many lines, a hang, a signal, a file lost or changed that was there before. Faults are kept in DIR
with what was run; the same seed and number give the same input again (`--only NUMBER`).
"""

import argparse
import collections
import contextlib
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent))
from fuzz_base import make_base, make_foreign
from fuzz_inputs import BOUNDARIES, input_of, safe

SECONDS = 60.0
# Lines on the error stream that still are "one line": a usage, a note or two, the line.
MOST_LINES = 8
KINDS = ("ok", "exit 2", "unforeseen", "traceback", "function_node", "many lines", "hang", "signal", "lost")
FAULTS = KINDS[3:]
# What a command is meant to write beside new files.
WRITES = ("--json", "--html", "--out", "--page")
MEANT = ("run/run.json", "run/logs", "run/scores.jsonl", "run/.lock")


def forked(run, directory, env, streams, seconds=SECONDS):
    """Runs a command's arguments, or a function, in a forked process; returns (exit code or None for a hang, CPU seconds)."""
    child = os.fork()
    if child == 0:
        _child(run, directory, env, streams)
    deadline = time.monotonic() + seconds
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            _, _, usage = os.wait4(child, 0)
            return None, usage.ru_utime + usage.ru_stime
        time.sleep(0.002)


def _child(run, directory, env, streams):
    code = 70
    try:
        os.setsid()
        os.chdir(directory)
        os.environ.update(env)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        nowhere = os.open(os.devnull, os.O_RDONLY)
        for descriptor, path in ((1, streams[0]), (2, streams[1])):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(file, descriptor)
        os.dup2(nowhere, 0)
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", closefd=False, buffering=1, errors="backslashreplace")  # noqa: SIM115
        code = _called(run) if callable(run) else _commanded(run)
    except BaseException:
        traceback.print_exc()
        code = 1
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    os._exit(code)


def _commanded(arguments):
    from ganzoo.cli.main import main

    try:
        main(list(arguments), prog_name="ganzoo")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _called(run):
    from ganzoo.errors import UserError

    try:
        run()
    except UserError as error:
        print(f"ganzoo: {error}", file=sys.stderr)
        return 2
    return 0


def snapshot(directory):
    """The files below a directory with their contents."""
    files = {}
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if path.is_symlink() or not path.is_file():
            files[name] = os.readlink(path) if path.is_symlink() else None
        else:
            files[name] = path.read_bytes()
    return files


def lost(before, after):
    """The names of what was there and is changed or gone, but for what a command is meant to write."""
    changed = [name for name, content in before.items() if name not in after or after[name] != content]
    executed = [name for name in after if Path(name).name == "EXECUTED"]  # what an attack of `settings` makes
    return executed + [name for name in changed if not name.startswith(MEANT)]


def judged(code, stdout, stderr, missing):
    """What an input's end counts as: one of `KINDS`."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    if missing:
        return "lost"
    if code is None:
        return "hang"
    if code < 0:
        return "signal"
    if "Traceback (most recent call last)" in stderr:
        return "traceback"
    if "{{function_node" in stderr + stdout:
        return "function_node"
    if len(lines) > MOST_LINES and "the recipe changed" not in stderr:
        return "many lines"
    return {0: "ok", 2: "exit 2"}.get(code, "unforeseen")


class Fuzz:
    """Inputs of one seed, each in a directory of its own below `out`."""

    def __init__(self, out, seed):
        self.out, self.seed = Path(out), seed
        self.out.mkdir(parents=True, exist_ok=True)
        self.base = Path(tempfile.mkdtemp(prefix="base-", dir=self.out))
        self.env = {"GANZOO_CACHE": str(self.out / "cache"), "TFDS_DATA_DIR": str(self.out / "data"), "TF_CONFIG": ""}
        make_base(self.base)
        streams = (self.out / "base-stdout", self.out / "base-stderr")
        code, _ = forked(["train", "tiny.py", "--run", "run"], self.base, self.env, streams, 5 * SECONDS)
        assert code == 0, streams[1].read_text()
        code, _ = forked(lambda: make_foreign(self.base), self.base, self.env, streams)
        assert code == 0, streams[1].read_text()

    def one(self, index):
        """(boundary, kind, CPU seconds) of input `index`."""
        boundary, rng = input_of(self.seed, index)
        directory = self.out / "inputs" / f"{index:05d}"
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(self.base, directory)
        run = BOUNDARIES[boundary][0](rng, directory)
        run, env = run if isinstance(run, tuple) else (run, {})
        run = run if callable(run) else [safe(argument) for argument in run]
        meant = () if callable(run) else tuple(path for option, path in pairwise(run) if option in WRITES and path)
        before = {name: content for name, content in snapshot(directory).items() if name not in meant}
        streams = (self.out / f"{index:05d}.stdout", self.out / f"{index:05d}.stderr")
        code, cpu = forked(run, directory, {**self.env, **env}, streams)
        stdout, stderr = (stream.read_text(errors="replace") if stream.exists() else "" for stream in streams)
        missing = lost(before, snapshot(directory))
        kind = judged(code, stdout, stderr, missing)
        for stream in streams:
            stream.unlink(missing_ok=True)
        if kind in FAULTS or kind == "unforeseen":
            what = [
                f"{boundary}: {kind}",
                f"run: {run}",
                f"env: {env}",
                f"code: {code}",
                f"lost: {missing}",
                stdout[-2000:],
                stderr,
            ]
            (self.out / f"{index:05d}.{kind.replace(' ', '_')}").write_text("\n".join(what), errors="backslashreplace")
        else:
            shutil.rmtree(directory)
        return boundary, kind, cpu


def table(counts):
    """The counts by boundary as Markdown."""
    lines = [f"| boundary | inputs | {' | '.join(KINDS)} |", "|---" * (len(KINDS) + 2) + "|"]
    for boundary in (*BOUNDARIES, "all"):
        row = [sum(n for (b, k), n in counts.items() if boundary in (b, "all") and k == kind) for kind in KINDS]
        lines.append(f"| {boundary} | {sum(row)} | {' | '.join(map(str, row))} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--boundary", choices=BOUNDARIES, help="only inputs of this boundary")
    parser.add_argument("--only", type=int, nargs="*", help="these inputs alone")
    arguments = parser.parse_args()
    import keras  # noqa: F401
    import tensorflow  # noqa: F401

    import ganzoo.cli.main
    import ganzoo.evaluation.evaluate
    import ganzoo.report.judge_answers
    import ganzoo.report.model_report
    import ganzoo.training  # noqa: F401

    fuzz, counts, seconds = Fuzz(arguments.out, arguments.seed), collections.Counter(), 0.0
    for index in arguments.only if arguments.only else range(arguments.count):
        if arguments.boundary not in (None, input_of(arguments.seed, index)[0]):
            continue
        boundary, kind, cpu = fuzz.one(index)
        counts[boundary, kind] += 1
        seconds += cpu
        if kind in FAULTS or kind == "unforeseen":
            print(f"input {index}: {boundary}: {kind}", flush=True)
    print(table(counts))
    total = sum(counts.values())
    print(f"\n{total} inputs of seed {arguments.seed}, {seconds:.0f} s of CPU time, {seconds / total:.3f} s each")
    sys.exit(any(kind in FAULTS for _, kind in counts))


if __name__ == "__main__":
    main()
