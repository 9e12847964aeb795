"""The exact searches of `ganzoo.metrics.neighbours`, each in turn with other ways to the same answer, in one run.

    python benchmarks/neighbours.py --uses pairs --sizes 50000x256 20000x3072 --repeats 3 --json pairs.json
    python benchmarks/neighbours.py --uses nearest balls pairs degrees --sizes 10000x64 20000x2 --threads 1 --no-peers

Uses: `nearest` (the 5 nearest in one set of every sample of another), `balls` (a whole `Neighbours` record), `pairs` (the 20
closest of all pairs) and `degrees` (pairs within 7 thresholds). All of it on the CPU, all exact, standard normal samples.
The other ways: the blocks where a k-d tree is taken, products in float32 where bfloat16 is taken, and the peers,
scikit-learn's brute force and faiss (left out where absent). These have no search for the closest pairs of all and find the
nearest other sample of every sample: their closest pair must be ours.
"""

import argparse
import contextlib
import json
import os
import platform
import statistics
import sys
import time
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np
import tensorflow as tf
import threadpoolctl
from sklearn.neighbors import NearestNeighbors

from ganzoo.metrics.neighbours import coarse, pairs, tree
from ganzoo.metrics.neighbours.pairs import closest_pairs, degrees
from ganzoo.metrics.neighbours.search import nearest, neighbours

USES = {
    "nearest": lambda samples, others: nearest(samples, others, K).distances.mean(),
    "balls": lambda samples, others: neighbours(samples, others).balls[K].real_open.mean(),
    "pairs": lambda samples, others: closest_pairs(samples, 20)[2][0],
    # Half the typical distance of neighbours and less, as the birthday test asks: few of all pairs.
    "degrees": lambda samples, others: degrees(samples, closest_pairs(samples[:2000], 20)[2][::3]).sum(),
}
K = 5


def scikit_learn(use, samples, others):
    base, k = (others, K) if use == "nearest" else (samples, 2)
    distances, _ = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(base).kneighbors(samples)
    return distances.mean() if use == "nearest" else distances[:, 1].min()


def faiss_flat(use, samples, others):
    import faiss

    base, k = (others, K) if use == "nearest" else (samples, 2)
    index = faiss.IndexFlatL2(base.shape[1])
    index.add(base)
    distances = np.sqrt(np.maximum(index.search(samples, k)[0], 0))
    return distances.mean() if use == "nearest" else distances[:, 1].min()


def ours(use, samples, others, **changed):
    """What ganzoo answers, with constants or functions of its modules changed."""
    with contextlib.ExitStack() as stack:
        for name, value in changed.items():
            stack.enter_context(mock.patch.object({"DIMENSIONS": tree, "first_precision": pairs}[name], name, value))
        return USES[use](samples, others)


def contenders(use, samples, peers):
    """Functions (use, samples, others) by name."""
    ways = {"ganzoo": ours}
    if tree.suits(samples):
        ways["by blocks"] = lambda *arguments: ours(*arguments, DIMENSIONS=0)
    elif use in ("pairs", "degrees") and coarse.faster(*samples.shape):
        ways["in float32"] = lambda *arguments: ours(*arguments, first_precision=lambda *shape: "float32")
    if peers and use in ("nearest", "pairs"):
        ways["scikit-learn"] = scikit_learn
        with contextlib.suppress(ImportError):
            import faiss  # noqa: F401

            ways["faiss"] = faiss_flat
    return ways


def measured(ways, use, samples, others, repeats):
    """By name: median wall and CPU seconds, and the answer. They take turns: what else the machine does hits all."""
    runs = {name: [] for name in ways}
    for _ in range(repeats):
        for name, function in ways.items():
            start, start_cpu = time.perf_counter(), time.process_time()
            answer = float(function(use, samples, others))
            runs[name].append((time.perf_counter() - start, time.process_time() - start_cpu, answer))
    return {
        name: dict(zip(("wall", "cpu", "answer"), map(statistics.median, zip(*rows, strict=True)), strict=True))
        for name, rows in runs.items()
    }


def limit_threads(threads):
    """So many threads for NumPy, scikit-learn, faiss and TensorFlow."""
    threadpoolctl.threadpool_limits(threads)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--uses", nargs="+", choices=USES, default=["pairs"], help="what to search for (default pairs)")
    parser.add_argument("--sizes", nargs="+", default=["50000x256", "20000x3072"], metavar="NxD", help="sample sizes")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, of which the median counts (default 3)")
    parser.add_argument("--threads", type=int, help="threads of everything (default: as many as each takes)")
    parser.add_argument("--no-peers", action="store_true", help="leave scikit-learn and faiss out")
    parser.add_argument("--seed", type=int, default=0, help="of the standard normal samples")
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE")
    arguments = parser.parse_args()
    if arguments.threads:
        limit_threads(arguments.threads)
    libraries = [library for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"]
    blas = {f"{library['internal_api']} {library.get('architecture', '')}" for library in libraries}
    print(f"{platform.machine()}, {os.cpu_count()} cores, {', '.join(sorted(blas))}; medians of {arguments.repeats}")
    results = []
    for size in arguments.sizes:
        n, d = map(int, size.split("x"))
        samples, others = np.random.default_rng(arguments.seed).standard_normal((2, n, d), dtype=np.float32)
        for use in arguments.uses:
            ways = contenders(use, samples, not arguments.no_peers)
            for function in ways.values():  # threads and kernels start here, not in the first measurement
                function(use, samples[:3000], others[:3000])
            rows = measured(ways, use, samples, others, arguments.repeats)
            print(f"\n{use} {n:,} x {d:,}" + " " * 8 + "wall s    CPU s   times ours (wall, CPU)")
            for name, row in rows.items():
                times = [row[key] / rows["ganzoo"][key] for key in ("wall", "cpu")]
                print(f"  {name:<16} {row['wall']:8.2f} {row['cpu']:8.2f}   {times[0]:6.1f} {times[1]:6.1f}")
            answers = [row["answer"] for row in rows.values()]
            if np.ptp(answers) > 1e-3 * abs(answers[0]):
                sys.exit(f"they disagree: {answers}")
            results.append({"use": use, "n": n, "d": d, "seconds": rows})
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"repeats": arguments.repeats, "results": results}, file, indent=1)


if __name__ == "__main__":
    main()
