"""A training step with oneDNN's kernels and with TensorFlow's own, where `TF_ENABLE_ONEDNN_OPTS` is 1 and 0.

    python benchmarks/onednn.py [--only RECIPE ...] [--repeats 1]

CPU ms a step by what run.json says of two trainings, a short and a long one, so that start-up is not counted; the two settings
in turn, one thread. Data sets but digits are read from $TFDS_DATA_DIR. TensorFlow takes oneDNN by itself on processors with
AVX-512's VNNI or with AMX, and ganzoo's commands do on every x86 processor.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

# Steps of the short and of the long training.
STEPS = {"digits_dcgan": (20, 520), "fashion_dcgan": (20, 100), "fashion_projection": (2, 22), "fashion_r3gan": (2, 14)}


def cpu_seconds(recipe, steps, enabled):
    """CPU seconds of a training of so many steps, the first trace and the last checkpoint included."""
    with tempfile.TemporaryDirectory() as directory:
        rare = [word for name in ("log", "sample", "checkpoint") for word in ("--set", f"{name}_every=100000")]
        command = [sys.executable, "-m", "ganzoo.cli", "train", recipe, "--run", directory, "--steps", str(steps), *rare]
        threads = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
        environment = os.environ | threads | {"TF_ENABLE_ONEDNN_OPTS": str(enabled), "TF_CPP_MIN_LOG_LEVEL": "3"}
        subprocess.run(command, env=environment, check=True, capture_output=True)
        return json.loads((Path(directory) / "run.json").read_text())["cpu_seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=STEPS, default=STEPS, metavar="RECIPE")
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    print("CPU ms a step\n| | TensorFlow's own | oneDNN | ratio |\n|---|---|---|---|")
    for recipe in options.only:
        short, long = STEPS[recipe]
        taken = {0: [], 1: []}
        for _ in range(options.repeats):
            for enabled, found in taken.items():
                cost = cpu_seconds(recipe, long, enabled) - cpu_seconds(recipe, short, enabled)
                found.append(1000 * cost / (long - short))
        own, onednn = (statistics.median(found) for found in taken.values())
        print(f"| `{recipe}` | {own:.1f} | {onednn:.1f} | {onednn / own:.2f} |", flush=True)


if __name__ == "__main__":
    main()
