"""Which metrics catch which failure: generators that fail on purpose, scored beside honest data.

    python benchmarks/failures.py [--data mnist] [--count 2000] [--honest 4] [--metrics NAMES] [--json FILE]

Every failure is made of real images and their labels, so that nothing else is wrong with it. A metric catches one when its
score leaves the scores of several disjoint honest (held-out) sets by more than 5 of their standard deviations, on the worse
side where it has one.
"""

import argparse
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from scipy import ndimage

from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.inputs.base import ArrayInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.neighbourhood import Neighbourhood

METRICS = (
    "frechet_distance,kernel_distance,mmd_rbf,inception_score,mode_score,am_score,sliced_wasserstein,prd,precision_recall,"
    "density_coverage,nearest_neighbour_test,c2st,ndb,label_coverage,vendi,birthday,c_t,auth_pct,retrieval,ms_ssim,power_spectrum,"
    "covered_mass,divergence_frontier,feature_likelihood,memorization_informed_fd,vendi_orders,spectral_rank,wasserstein_critic,"
    "classification_performance,adversarial_accuracy,boundary_distortion,within_class,"
    "frechet_distance_debiased,frechet_distance_infinity,inception_score_infinity,m_inception_score,label_accuracy,"
    "sliced_wasserstein_approximation,sliced_wasserstein_patches,connected_components,filter_responses,local_contrast,"
    "geometry_score,parzen,rarity,realism,within_condition_diversity"
)
# The part of a metric that its row speaks of, where it is not the first.
PARTS = {"precision_recall": ("precision", "recall"), "density_coverage": ("density", "coverage"), "prd": ("f8", "f1/8")}


def failures(train, held, rng, count):
    """Failing generators' samples and their labels by name, (uint8 [count, H, W, C], int [count]).

    Args:
        train, held: (images, labels) of the training and of the held-out data.
        rng: a NumPy generator.
        count: samples of each.
    """
    chosen = rng.choice(len(train[0]), count, replace=False)
    few = rng.choice(len(held[0]), 20, replace=False)[rng.integers(20, size=count)]
    kept = np.flatnonzero(held[1] < np.median(held[1]))
    kept = kept[rng.choice(len(kept), count, replace=len(kept) < count)]
    (images, labels), (taken, told) = held, train

    def noisy(images):
        return np.clip(images + rng.normal(0, 4, images.shape), 0, 255).astype(np.uint8)

    return {
        "collapsed": (noisy(images[few]), labels[few]),
        "drops classes": (images[kept], labels[kept]),
        "memorises": (taken[chosen], told[chosen]),
        "memorises, mirrored": (taken[chosen][:, :, ::-1], told[chosen]),
        "blurred": (np.stack([ndimage.gaussian_filter(image, (1.0, 1.0, 0)) for image in images[:count]]), labels[:count]),
        "noise": (rng.integers(0, 256, images[:count].shape, np.uint8), labels[:count]),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--honest", type=int, default=4, help="disjoint held-out sets that say what is normal")
    parser.add_argument("--metrics", default=METRICS)
    parser.add_argument("--json")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    data = open_input(options.data)
    evaluator = Evaluator(data, count=options.count)
    # What a thief steals is in the reference, where alone most metrics could find it.
    train = evaluator.real.examples, evaluator.real.labels
    held = [side(evaluator.held_out.size) for side in (evaluator.held_out.examples, evaluator.held_out.labels)]
    order = rng.permutation(len(held[0]))
    held = [side[order] for side in held]
    made = failures(train, held, rng, options.count)
    parts = [slice(i * options.count, (i + 1) * options.count) for i in range(options.honest)]

    def scores(samples, name):
        return {s["name"]: s for s in evaluator.scores(ArrayInput(samples[0], name, samples[1]), options.metrics)}

    normal = [scores([side[part] for side in held], f"honest {number}") for number, part in enumerate(parts)]
    rows = {
        name: {"real": one["value"], "direction": one["direction"], "metric": one["metric"], "part": one["part"]}
        for name, one in normal[0].items()
        if one["direction"] != "aside"
    }
    spread = {name: [one[name]["value"] for one in normal if name in one] for name in rows}
    for failure, samples in made.items():
        found = scores(samples, failure)
        for name, row in rows.items():
            if name not in found:
                continue
            value = found[name]["value"]
            # Support spans orders of magnitude: its logarithm is what scatters evenly.
            scale = np.log if row["metric"] == "birthday" else np.asarray
            mean, sd = np.mean(scale(spread[name])), np.std(scale(spread[name]), ddof=1)
            off = (scale(value) - mean) / max(sd, 1e-12)
            worse = {"higher": off < -5, "lower": off > 5}.get(row["direction"], abs(off) > 5)
            row[failure] = {"value": value, "caught": bool(worse)}
        copy = Neighbourhood(ArrayInput(samples[0], failure), data, options.count, "auto", log=lambda line: None).record
        rows.setdefault("ganzoo neighbours", {})[failure] = {"value": copy["finding"], "caught": copy["finding"] == "copies"}
    print(f"| score | honest | {' | '.join(made)} |\n|---|---|{'---|' * len(made)}")
    for name, row in rows.items():
        wanted = PARTS.get(row.get("metric"))
        if wanted and row["part"] not in wanted:
            continue
        cells = []
        for failure in made:
            cell = row.get(failure)
            told = "-" if cell is None else cell["value"] if isinstance(cell["value"], str) else f"{cell['value']:.3g}"
            cells.append(f"**{told}**" if cell and cell["caught"] else told)
        mean = f"{np.mean(spread[name]):.3g}" if name in spread else "none"
        print(f"| {name} | {mean} | {' | '.join(cells)} |")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
