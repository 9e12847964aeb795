"""Frechet distance: ganzoo's against TF-GAN's, side by side in one run.

    python benchmarks/frechet.py --count 10000 --dim 2048 --json frechet.json

Both get the same float32 features and compute in float64; each repetition times one after the other.
"""

import argparse
import json
import os
import platform
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from ganzoo.metrics import tfgan
from ganzoo.metrics.frechet import frechet_distance


def features(count, dim, seed):
    """Real and generated features with a decaying spectrum, as networks give: float32 [count, dim] each."""
    rng = np.random.default_rng(seed)
    scales = 1 / np.sqrt(np.arange(1, dim + 1))
    real, fake = (rng.standard_normal((count, dim), dtype=np.float32) * scales.astype(np.float32) for _ in range(2))
    return real, fake * np.float32(1.05) + np.float32(0.01)


def timed(function, *arguments):
    """The function's value, and the seconds it took: wall clock and CPU over all threads."""
    wall, cpu = time.perf_counter(), time.process_time()
    value = function(*arguments)
    return value, time.perf_counter() - wall, time.process_time() - cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000, help="samples on each side")
    parser.add_argument("--dim", type=int, default=2048, help="feature dimension")
    parser.add_argument("--repeats", type=int, default=3, help="times each is run; medians are reported")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    options = parser.parse_args()

    contestants = {"ganzoo": frechet_distance, "tf-gan": tfgan.frechet_distance}
    small = features(64, 8, options.seed)
    for function in contestants.values():
        function(*small)  # imports and start-up are not timed
    real, fake = features(options.count, options.dim, options.seed)

    runs = {name: [] for name in contestants}
    for _ in range(options.repeats):
        for name, function in contestants.items():
            runs[name].append(timed(function, real, fake))

    record = {"count": options.count, "dim": options.dim, "repeats": options.repeats, "cpus": os.cpu_count()}
    record |= {"machine": platform.machine(), "numpy": np.__version__}
    print(f"Frechet distance of {options.count} x {options.dim} features, median of {options.repeats}")
    for name, results in runs.items():
        value, wall, cpu = (statistics.median(column) for column in zip(*results, strict=True))
        record[name] = {"value": value, "seconds": wall, "cpu_seconds": cpu}
        print(f"{name:8} {wall:8.2f} s  {cpu:8.2f} s CPU  value {value:.10g}")
    record["speedup"] = record["tf-gan"]["seconds"] / record["ganzoo"]["seconds"]
    record["relative_difference"] = abs(record["ganzoo"]["value"] / record["tf-gan"]["value"] - 1)
    print(f"{record['speedup']:.1f} times as fast; values differ by {record['relative_difference']:.1e} (relative)")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(record, file, indent=2)


if __name__ == "__main__":
    main()
