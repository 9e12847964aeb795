"""The birthday test's search for the closest pairs beside scikit-learn's brute force and faiss, in one run.

    python benchmarks/closest_pairs.py --sizes 50000x256 20000x3072 --repeats 3 --json pairs.json

All of it on the CPU, all exact. The peers answer a harder question (the nearest other sample of every sample), since
they have no search for the closest pairs of all; their closest pair must be ours. faiss is left out where absent.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np
from sklearn.neighbors import NearestNeighbors

from ganzoo.metrics.neighbours.pairs import closest_pairs, fastest_dtype


def ours(samples):
    return closest_pairs(samples, k=20)[2][0]


def scikit_learn(samples):
    distances, _ = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(samples).kneighbors(samples)
    return distances[:, 1].min()


def faiss_flat(samples):
    import faiss

    index = faiss.IndexFlatL2(samples.shape[1])
    index.add(samples)
    return np.sqrt(index.search(samples, 2)[0][:, 1].min())


def contenders():
    found = {"ganzoo": ours, "scikit-learn": scikit_learn}
    try:
        import faiss  # noqa: F401

        found["faiss"] = faiss_flat
    except ImportError:
        print("faiss is not installed: compared with scikit-learn alone", file=sys.stderr)
    return found


def measured(functions, samples, repeats):
    """By name: median wall and CPU seconds, and what was found. They take turns: what else the machine does hits all."""
    runs = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            start, start_cpu = time.perf_counter(), time.process_time()
            closest = float(function(samples))
            runs[name].append((time.perf_counter() - start, time.process_time() - start_cpu, closest))
    return {
        name: dict(zip(("wall", "cpu", "closest"), map(statistics.median, zip(*rows, strict=True)), strict=True))
        for name, rows in runs.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=["50000x256", "20000x3072"], metavar="NxD", help="sample sizes")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, of which the median counts (default 3)")
    parser.add_argument("--seed", type=int, default=0, help="of the standard normal samples")
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE")
    arguments = parser.parse_args()
    functions = contenders()
    for function in functions.values():  # threads and kernels start here, not in the first measurement
        function(np.random.default_rng(0).standard_normal((3000, 64), dtype=np.float32))
    print(f"{platform.machine()}, {os.cpu_count()} cores, products in {fastest_dtype().name}; medians of {arguments.repeats}")
    results = []
    for size in arguments.sizes:
        n, d = map(int, size.split("x"))
        samples = np.random.default_rng(arguments.seed).standard_normal((n, d), dtype=np.float32)
        rows = measured(functions, samples, arguments.repeats)
        print(f"\n{n:,} x {d:,}" + " " * 8 + "wall s    CPU s   times ours (wall, CPU)")
        for name, row in rows.items():
            times = [row[key] / rows["ganzoo"][key] for key in ("wall", "cpu")]
            print(f"  {name:<16} {row['wall']:8.2f} {row['cpu']:8.2f}   {times[0]:6.1f} {times[1]:6.1f}")
        closest = [row["closest"] for row in rows.values()]
        if np.ptp(closest) > 1e-3 * closest[0]:
            sys.exit(f"they disagree on the closest pair: {closest}")
        peers = [row for name, row in rows.items() if name != "ganzoo"]
        gain = {key: min(row[key] for row in peers) / rows["ganzoo"][key] for key in ("wall", "cpu")}
        print(f"  faster than the best of the others: {gain['wall']:.1f} times (wall), {gain['cpu']:.1f} times (CPU)")
        results.append({"n": n, "d": d, "seconds": rows, "gain": gain})
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"repeats": arguments.repeats, "dtype": fastest_dtype().name, "results": results}, file, indent=1)


if __name__ == "__main__":
    main()
