"""Points of a sweep that train nothing: each notes that it ran, takes its time, and fails or dies where it is told to."""

import os
import signal
import time
from pathlib import Path

from ganzoo.errors import UserError
from ganzoo.files import append_line


def run(task, log):
    """The runner: `options` are `notes`, a file, `seconds`, and `fail` and `die`, points by their settings as `a=1`."""
    options, point = task["options"], task["point"]
    name = ",".join(f"{key}={value}" for key, value in point.items())
    append_line(Path(options["notes"]), f"begins {name} {os.getpid()}")
    time.sleep(options["seconds"])
    if name in options.get("fail", ()):
        raise UserError(f"{name} cannot be")
    if name in options.get("die", ()):
        os.kill(os.getpid(), signal.SIGKILL)
    append_line(Path(options["notes"]), f"ends {name} {os.getpid()}")
    value = sum(float(text) for text in point.values())
    log(f"{name}: {value}")
    return 0, {"value": value, "values": {"sum": value}}
