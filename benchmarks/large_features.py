"""What every metric of features alone costs on large sets: CPU seconds and peak memory, one process, one thread.

    python benchmarks/large_features.py --count 20000 --dimension 2048

Features are Gaussian with a spectrum that falls as 1 / i; the generated ones are shifted. Memory is the peak of the whole
process during the metric, the features themselves (three sets of float32) included. `--metrics` names some, `--seconds` ends
the list.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.metrics.registry import all_metrics

GIVEN = {"real", "fake", "test", "neighbours", "test_neighbours", "seed"}


def features(rng, count, dimension, shift=0.0):
    """float32 [count, dimension], made in blocks."""
    scale = 1 / np.sqrt(np.arange(1, dimension + 1, dtype=np.float32))
    out = np.empty((count, dimension), np.float32)
    for start in range(0, count, 1024):
        out[start : start + 1024] = rng.standard_normal((min(1024, count - start), dimension), np.float32) * scale + shift
    return out


def peak(reset=False):
    """The process's peak resident memory in bytes since it was last reset (Linux)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def measured(name, function):
    """Runs a function; prints what it cost and returns (its result, CPU seconds)."""
    peak(reset=True)
    began = time.process_time()
    result = function()
    seconds = time.process_time() - began
    print(f"| `{name}` | {seconds:.1f} | {peak() / 2**30:.2f} |", flush=True)
    return result, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--dimension", type=int, default=2048)
    parser.add_argument("--metrics", default="", help="names separated by commas; all by default")
    parser.add_argument("--seconds", type=float, default=1e9, help="CPU seconds after which nothing more is begun")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    values = {"real": features(rng, options.count, options.dimension), "seed": 0}
    values["fake"] = features(rng, options.count, options.dimension, 0.02)
    values["test"] = features(rng, options.count, options.dimension)
    print(f"| {options.count:,} x {options.dimension:,} against as many | CPU s | peak GiB |\n|---|---|---|")
    wanted = set(filter(None, options.metrics.split(",")))
    metrics = [
        m for m in all_metrics().values() if set(m.needs) <= GIVEN and "image" in m.of and (not wanted or m.name in wanted)
    ]
    spent = 0.0
    for metric in sorted(metrics, key=lambda m: ("test_neighbours" in m.needs, "neighbours" in m.needs)):
        if spent > options.seconds:
            print(f"| `{metric.name}` | not begun | |")
            continue
        for need, other in (("neighbours", "fake"), ("test_neighbours", "test")):
            if need in metric.needs and need not in values:
                known = values["neighbours"].real_real if "neighbours" in values else None
                both = values["real"], values[other]
                values[need], seconds = measured(f"the distances `{need}`", lambda: neighbours(*both, k=5, real_real=known))
                spent += seconds
        spent += measured(metric.name, lambda: metric(values))[1]


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
