"""Start-up: CPU time from a command's start to the end of the first training step, and to the picture of an export's samples.

    python benchmarks/startup.py [--against CHECKOUT] [--only NAME ...] [--repeats 3] [--json FILE]

A command is a process of its own, and counts with all of its threads (user and system time, by `wait4`). A training is
`ganzoo train RECIPE --steps 1`, at the recipe's own width and batch size: what it computes beside is the first log entry, the
first pictures and the first checkpoint. The same with `--steps 3` tells what a further step takes; that is no start-up, and is
given beside. `--against` has another checkout's path, whose commands run in turn with this one's. CIFAR-10 is read from
$TFDS_DATA_DIR. The first run of each command warms up caches of files and is not counted.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
TRAININGS = ("digits_dcgan", "ring_vanilla", "cifar_sngan", "cifar_stacked")
SAMPLE = "sample exported/digits_dcgan"


def cpu_seconds(checkout, arguments):
    """CPU and wall seconds of `ganzoo ARGUMENTS` as a checkout has it."""
    path = os.pathsep.join([str(checkout), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = os.environ | {"PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        command = [sys.executable, "-m", "ganzoo.cli", *arguments]
        process = subprocess.Popen(command, cwd=checkout, env=environment, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise SystemExit(f"{checkout}: ganzoo {' '.join(arguments)}:\n{output.read().decode()}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began


def measured(checkout, name, further):
    """What one command takes: CPU seconds, wall seconds, and those of `further` more steps of a training."""
    with tempfile.TemporaryDirectory() as directory:
        if name == SAMPLE:
            return {"cpu": cpu_seconds(checkout, [*name.split(), "--out", f"{directory}/samples.png"])[0]}
        arguments = ["train", name, "--run", f"{directory}/run", "--steps"]
        found = {"cpu": cpu_seconds(checkout, [*arguments, "1"])[0]}
        if further:
            cpu = cpu_seconds(checkout, [*arguments, str(1 + further), "--fresh"])[0]
            found["step"] = max(cpu - found["cpu"], 0.0) / further
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="another checkout of ganzoo, measured in turn with this one")
    parser.add_argument("--only", nargs="+", choices=(*TRAININGS, SAMPLE), default=(*TRAININGS, SAMPLE), metavar="NAME")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--warm", action="store_true", help="caches of files are warm already: count the first run too")
    parser.add_argument("--further", type=int, default=2, help="further steps, to tell a step from the start; 0 for none")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    checkouts = {"before": options.against.resolve()} if options.against else {}
    checkouts["now"] = HERE
    rows = []
    print(f"CPU seconds, median (least) of {options.repeats}\n| | {' | '.join(checkouts)} | of it a step |")
    print("|---" * (2 + len(checkouts)) + "|")
    for name in options.only:
        for checkout in checkouts.values():
            if not options.warm:
                measured(checkout, name, 0)
        found = {when: [] for when in checkouts}
        for _ in range(options.repeats):
            for when, checkout in checkouts.items():
                found[when].append(measured(checkout, name, options.further if when == "now" else 0))
        cells = []
        for when in checkouts:
            cpus = [one["cpu"] for one in found[when]]
            cells.append(f"{statistics.median(cpus):.1f} ({min(cpus):.1f})")
        steps = [one["step"] for one in found["now"] if "step" in one]
        cells.append(f"{statistics.median(steps):.1f}" if steps else "")
        command = f"ganzoo {name}" if name == SAMPLE else f"ganzoo train {name}"
        print(f"| `{command}` | {' | '.join(cells)} |", flush=True)
        rows.append({"name": name, **found})
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
