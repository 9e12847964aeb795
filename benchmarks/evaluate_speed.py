"""Evaluation speed: four scores by ganzoo and by torch-fidelity on the same features, and the whole of `ganzoo evaluate`.

    python benchmarks/evaluate_speed.py [--count 10000] [--data mnist] [--repeats 3] [--json FILE]

The generated images are training images of the data set with noise of a standard deviation of 16 of 255; the features and
probabilities are those of ganzoo's own classifier of the data set, trained once and kept in the cache. Torch-fidelity's
Inception network is no part of it: its functions get the same float32 features, and the logarithms of the same probabilities.
One thread a side, in turn; CPU seconds, medians. Torch-fidelity (`pip install --no-deps torch-fidelity`, with torch and
torchvision) is left out where it is not installed.
"""

import argparse
import json
import os
import statistics
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import tensorflow as tf

from ganzoo.data import Images
from ganzoo.evaluation.context import NEIGHBOURS
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.inputs.arrays import array_input
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.metrics.classifier import inception_score
from ganzoo.metrics.frechet import frechet_distance
from ganzoo.metrics.kernel_distance import kernel_distance
from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.metrics.precision_recall import precision_recall

METRICS = ("inception_score", "frechet_distance", "kernel_distance", "precision_recall")


def noisy_images(data, count):
    """The first training images of a data set with noise, uint8."""
    images = np.array(Images(data).arrays()["image"][:count], np.float32)
    noise = np.random.default_rng(0).normal(0.0, 16.0, images.shape)
    return np.clip(np.round(images + noise), 0, 255).astype(np.uint8)


def ganzoo_scores(real, fake, probabilities):
    """A function by metric that returns what it computes, by part."""
    return {
        "inception_score": lambda: {"mean": inception_score(probabilities)["mean"]},
        "frechet_distance": lambda: {"value": frechet_distance(real, fake)},
        "kernel_distance": lambda: {"subsets_mean": kernel_distance(real, fake)["subsets_mean"]},
        "precision_recall": lambda: precision_recall(neighbours(real, fake, k=NEIGHBOURS)),
    }


def fidelity_scores(real, fake, probabilities):
    """The same by torch-fidelity, with its own defaults but for the order of the samples."""
    import torch
    from torch_fidelity import metric_fid, metric_isc, metric_kid, metric_prc

    torch.set_num_threads(1)
    real, fake, logits = (torch.from_numpy(np.array(values)) for values in (real, fake, np.log(probabilities)))

    def frechet():
        statistics_of = metric_fid.fid_features_to_statistics
        found = metric_fid.fid_statistics_to_metric(statistics_of(fake), statistics_of(real), verbose=False)
        return {"value": found[metric_fid.KEY_METRIC_FID]}

    def kernel():
        size = min(1000, len(real), len(fake))
        found = metric_kid.kid_features_to_metric(fake, real, kid_subset_size=size, verbose=False)
        return {"subsets_mean": found[metric_kid.KEY_METRIC_KID_MEAN]}

    def balls():
        found = metric_prc.prc_features_to_metric(fake, real, verbose=False)
        return {name: found[name] for name in ("precision", "recall")}

    return {
        "inception_score": lambda: {"mean": metric_isc.isc_features_to_metric(logits, shuffle=False)["inception_score_mean"]},
        "frechet_distance": frechet,
        "kernel_distance": kernel,
        "precision_recall": balls,
    }


def timed(function):
    """What a function returns, and its CPU seconds."""
    began = time.process_time()
    found = function()
    return found, time.process_time() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    for set_threads in (
        tf.config.threading.set_intra_op_parallelism_threads,
        tf.config.threading.set_inter_op_parallelism_threads,
    ):
        set_threads(1)
    images = noisy_images(options.data, options.count)
    model = array_input(images, "noisy")
    evaluator = Evaluator(open_input(f"{options.data}:test"), "classifier", options.count)
    fake = evaluator.modality.sample(evaluator.adapted(model), options.count, evaluator.extractor, cache=False)
    fake.cache, spent = None, {}
    extracted, spent["features"] = timed(lambda: fake.extracted)
    real = evaluator.real.features
    arguments = (real, extracted.features, extracted.probabilities)
    sides = {"ganzoo": ganzoo_scores(*arguments)}
    try:
        sides["torch-fidelity"] = fidelity_scores(*arguments)
    except ImportError as error:
        print(f"without torch-fidelity: {error}")
    shape = f"{options.count:,} images, {extracted.features.shape[1]} features of {evaluator.extractor.name}"
    print(f"{shape}: {spent['features']:.1f} CPU s")
    seconds = {side: {name: [] for name in METRICS} for side in sides}
    values = {side: {} for side in sides}
    for _ in range(options.repeats):
        for name in METRICS:
            for side, functions in sides.items():
                values[side][name], cpu = timed(functions[name])
                seconds[side][name].append(cpu)
    medians = {side: {name: statistics.median(found) for name, found in columns.items()} for side, columns in seconds.items()}
    print(f"| CPU s | {' | '.join(sides)} | values |\n{'|---' * (len(sides) + 2)}|")
    for name in METRICS:
        shown = "; ".join(", ".join(f"{value:.6g}" for value in values[side][name].values()) for side in sides)
        print(f"| {name} | {' | '.join(f'{medians[side][name]:.2f}' for side in sides)} | {shown} |")
    print(f"| all four | {' | '.join(f'{sum(medians[side].values()):.2f}' for side in sides)} | |")
    for when in ("first", "again"):  # the real data's scores are kept by then
        whole = Evaluator(open_input(f"{options.data}:test"), "classifier", options.count, log=lambda line: None)
        _, spent[when] = timed(lambda whole=whole: whole.scores(array_input(images, "noisy"), METRICS))
        clock = ", ".join(f"{name} {value:.1f}" for name, value in sorted(whole.clock.items(), key=lambda pair: -pair[1])[:6])
        print(f"the four by an Evaluator, {when}: {spent[when]:.1f} CPU s; seconds: {clock}")
    if options.json:
        record = {"cpu_seconds": seconds, "values": values, "spent": spent}
        options.json.write_text(json.dumps(record, indent=1, default=float) + "\n")


if __name__ == "__main__":
    main()
