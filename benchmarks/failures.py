"""Which metrics catch which failure: generators that fail on purpose, scored beside honest data.

    python benchmarks/failures.py [--data mnist] [--count 2000] [--honest 4] [--json FILE]

Every failure is made of real images, so that nothing else is wrong with it. A metric catches one when its score leaves the
scores of several disjoint honest (held-out) sets by more than 5 of their standard deviations, on the worse side where it
has one.
"""

import argparse
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from scipy import ndimage

from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.inputs.arrays import array_input
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.neighbourhood import Neighbourhood

METRICS = (
    "frechet_distance,kernel_distance,mmd_rbf,inception_score,mode_score,am_score,sliced_wasserstein,prd,precision_recall,"
    "density_coverage,nearest_neighbour_test,c2st,ndb,label_coverage,vendi,birthday,c_t,auth_pct,retrieval,ms_ssim,power_spectrum"
)
# The part of a metric that its row speaks of, where it is not the first.
PARTS = {"precision_recall": ("precision", "recall"), "density_coverage": ("density", "coverage"), "prd": ("f8", "f1/8")}


def failures(train, held, rng, count):
    """Failing generators' samples by name, uint8 [count, H, W, C]."""
    chosen = rng.choice(len(train), count, replace=False)

    def noisy(images):
        return np.clip(images + rng.normal(0, 4, images.shape), 0, 255).astype(np.uint8)

    return {
        "collapsed": noisy(held[rng.choice(len(held), 20, replace=False)][rng.integers(20, size=count)]),
        "memorises": train[chosen],
        "memorises, mirrored": train[chosen][:, :, ::-1],
        "blurred": np.stack([ndimage.gaussian_filter(image, (1.0, 1.0, 0)) for image in held[:count]]),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--honest", type=int, default=4, help="disjoint held-out sets that say what is normal")
    parser.add_argument("--json")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    data = open_input(options.data)
    evaluator = Evaluator(data, count=options.count)
    train = evaluator.reference.examples(min(10_000, evaluator.reference.size))
    held = evaluator.held_out.examples(evaluator.held_out.size)
    held = held[rng.permutation(len(held))]
    made = failures(train, held, rng, options.count)
    honest = [held[i * options.count : (i + 1) * options.count] for i in range(options.honest)]

    def scores(images, name):
        return {s["name"]: s for s in evaluator.scores(array_input(images, name), METRICS)}

    normal = [scores(images, f"honest {number}") for number, images in enumerate(honest)]
    rows = {
        name: {"real": one["value"], "direction": one["direction"], "metric": one["metric"], "part": one["part"]}
        for name, one in normal[0].items()
        if one["direction"] != "aside"
    }
    spread = {name: [one[name]["value"] for one in normal if name in one] for name in rows}
    for failure, images in made.items():
        found = scores(images, failure)
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
        copy = Neighbourhood(array_input(images, failure), data, options.count, "auto", log=lambda line: None).record
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
