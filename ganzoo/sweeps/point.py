"""One point of a sweep in a process of its own: trains its run, measures it, and writes what it found."""

import contextlib
import importlib
import json
import math
import os
import sys
import threading
import time
import traceback
from pathlib import Path

from ganzoo.errors import UserError, one_line
from ganzoo.files import write_atomically

# What a process that is forked for a point has imported already, none of which computes anything on import.
IMPORTED = ("tensorflow", "keras", "ganzoo.training", "ganzoo.evaluation.evaluate", "ganzoo.sweeps.point")


def main(task):
    """Runs a point to its end; the process's exit code is 0, 1 or 2 as of a command, or 128 + a signal that stopped it.

    Args:
        task: a dict of `runner` ("module:function", which is called with the task and a function that says lines, such as
            `trained`), `point`, `recipe`, `run`, `overrides`, `steps`, `threads`, `devices`, `measure`, `options`, and of
            `log` and `result`, the files to write.
    """
    os.setpgrp()  # Ctrl-C is the engine's to hear, which then asks for the end once
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _write_streams_to(task["log"])
    began = time.monotonic()
    try:
        code, found = function_of(task["runner"])(task, _say)
    except UserError as error:
        code, found = 2, {"error": str(error)}
    except Exception as error:
        traceback.print_exc()
        code, found = 1, {"error": f"{type(error).__name__}: {one_line(error)}"}
    if found is not None:
        write_atomically(task["result"], json.dumps(finite(found | {"seconds": time.monotonic() - began})) + "\n")
    sys.stdout.flush()
    os._exit(code)  # Python's own end waits for TensorFlow's threads, for nothing


def trained(task, log):
    """Trains and measures a point's run, shows it in TensorBoard.

    Returns:
        (exit code, what was found: `value`, `values` ...; or None where a signal ended the training).
    """
    from ganzoo.strategies import limit
    from ganzoo.training import train

    limit(task["devices"], task["threads"])
    facts = train(task["recipe"], task["run"], task["overrides"], task["steps"], log=log)
    if "signal" in facts:
        return 128 + facts["signal"], None
    found = function_of(task["measure"])(Path(task["run"]), task["options"], log)
    with contextlib.suppress(UserError):
        show_in_tensorboard(Path(task["run"]), found.get("values", {}))
    return 0, found


def scores(run, options, log):
    """What a sweep measures by itself: scores of a run.

    Args:
        run: its directory.
        options: `goals`, a list of [metric, part, direction, title]; `count`, `extractor`, `seed` and `data` of `evaluate`.
        log: called with lines.

    Returns:
        `value` (what the first goal is searched by) and `values` (each goal's score by its title).
    """
    from ganzoo.evaluation.evaluate import evaluate
    from ganzoo.report.terminal import keep
    from ganzoo.sweeps.scored import Goal

    goals = [Goal(*facts) for facts in options["goals"]]
    metrics = list(dict.fromkeys(goal.metric for goal in goals))
    about = {name: options[name] for name in ("count", "extractor", "seed", "data") if options.get(name) is not None}
    found = evaluate(str(run), metrics=metrics, log=log, **about)
    for line in keep(run, found):
        log(line)
    chosen = [goal.of(found) for goal in goals]
    return {
        "value": goals[0].objective(chosen[0]),
        "values": {goal.title: score["value"] for goal, score in zip(goals, chosen, strict=True)},
        "protocol": chosen[0]["protocol_line"],
    }


def finite(value):
    """A value as JSON can hold it: null for what is no finite number, also within dicts and lists."""
    if isinstance(value, dict):
        return {str(key): finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(part) for part in value]
    if isinstance(value, float) or hasattr(value, "item"):
        value = value.item() if hasattr(value, "item") else value
        return value if not isinstance(value, float) or math.isfinite(value) else None
    return value


def function_of(name):
    """The function that "module:function" names."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def show_in_tensorboard(run, values):
    """Shows a run's scores in TensorBoard, whose HParams has them beside the settings that its training entered there."""
    import tensorflow as tf

    from ganzoo.callbacks.board import curves_of

    with tf.summary.create_file_writer(str(curves_of(run / "logs"))).as_default(step=0):
        for name, value in values.items():
            if isinstance(value, (int, float)):
                tf.summary.scalar(f"sweep/{name}", value)


def _say(line):
    print(line, flush=True)


def _write_streams_to(path):
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    sys.stdout.flush()
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    sys.stdout = open(1, "w", closefd=False, buffering=1)  # noqa: SIM115 - the process keeps both
    sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115


def _end_with_parent():
    """Ends this process when the one that started it is gone: another may take the point over, and needs its run."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
