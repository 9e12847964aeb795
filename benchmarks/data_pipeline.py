"""Speed of the input pipeline, beside the conventional tf.data chain over the same arrays in the same run.

    python benchmarks/data_pipeline.py [--data-dir DIR] [--batch 128] [--seconds 1.0] [--repeats 5] [--json FILE]

Both chains run in turn, several times over, so that a noisy machine is noisy for both; medians are printed. Batches are
taken as fast as they come, with nothing trained: what is measured is the most that a training could be fed.
"""

import argparse
import json
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from ganzoo.data.images import Images
from ganzoo.data.scaling import to_unit
from ganzoo.errors import UserError

CASES = {
    "cifar10": {"name": "cifar10"},
    "cifar10, flip": {"name": "cifar10", "flip": True},
    "cifar10, flip, labels": {"name": "cifar10", "flip": True, "labels": True},
    "digits": {"name": "digits"},
}


def conventional(source, batch_size):
    """The chain of the tutorials: one element at a time, a shuffle buffer of the whole set, random flips."""

    def scale(example):
        image = example["image"]
        if source.flip:
            image = tf.image.random_flip_left_right(image)
        return {**example, "image": to_unit(image)}

    arrays = source.arrays()
    data = tf.data.Dataset.from_tensor_slices(arrays).shuffle(len(arrays["image"])).repeat().batch(batch_size)
    return data.map(scale, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def metric(batches, batch_size, seconds):
    """Images per second of wall time, and microseconds of CPU time per image."""
    for _ in range(3):
        next(batches)
    wall, cpu, count = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - wall < seconds:
        next(batches)
        count += batch_size
    return count / (time.perf_counter() - wall), (time.process_time() - cpu) / count * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", help="where data sets are prepared (default: TFDS_DATA_DIR)")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json")
    options = parser.parse_args()

    print(f"{os.cpu_count()} cores, batches of {options.batch}, medians of {options.repeats}")
    print(f"{'':34}{'ganzoo':>24}{'conventional':>24}{'ratio':>8}")
    facts = {}
    for case, arguments in CASES.items():
        source = Images(**arguments, data_dir=options.data_dir)
        try:
            source.arrays()
        except UserError:  # not prepared: the speed does not depend on what the images show
            case, source = f"{case} (fabricated)", source.fabricated(50_000)
        streams = {
            "ganzoo": iter(source.batches(options.batch, seed=0)),
            "conventional": iter(conventional(source, options.batch)),
        }
        runs = {chain: [] for chain in streams}
        for _ in range(options.repeats):
            for chain, batches in streams.items():
                runs[chain].append(metric(batches, options.batch, options.seconds))
        medians = {chain: list(map(statistics.median, zip(*found, strict=True))) for chain, found in runs.items()}
        ratio = medians["ganzoo"][0] / medians["conventional"][0]
        cells = "".join(f"{f'{rate:,.0f}/s {cost:.2f} us CPU':>24}" for rate, cost in medians.values())
        print(f"{case:34}{cells}{ratio:8.2f}")
        facts[case] = {"images_per_second_and_cpu_us": medians, "ratio": ratio, "runs": runs}
    if options.json:
        with open(options.json, "w") as file:
            json.dump(facts, file, indent=1)


if __name__ == "__main__":
    main()
