"""Whether bfloat16 leaves the samples as good: a recipe trained in both formats from the same seeds, by Frechet distance.

    python benchmarks/precision_quality.py [--recipe digits_dcgan] [--seeds 3] [--steps N] [--set PATH=VALUE]... [--runs DIR]

Training is as `ganzoo train RECIPE --precision float32` or `bfloat16` has it, scoring as `ganzoo evaluate`, in float32. Runs
and scores lie in the directory `--runs`: the same command again takes up what is missing, and a higher `--seeds` adds to it.
"""

import argparse
import json
import os
import statistics
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

from ganzoo.evaluation.evaluate import evaluate
from ganzoo.training import train

FORMATS = ("float32", "bfloat16")


def scored(recipe, run, precision, overrides, seed, steps):
    """Trains and scores one run, or reads what it scored before: `value`, `real`, `name`, `protocol` and `cpu_seconds`."""
    kept = run.with_suffix(".json")
    asked = {"recipe": recipe, "overrides": overrides, "seed": seed, "steps": steps, "precision": precision}
    if kept.is_file():
        found = json.loads(kept.read_text())
        if found["asked"] == asked:
            return found
    keras.utils.clear_session()
    facts = train(recipe, run, [*overrides, f"seed={seed}"], steps=steps, precision=precision, log=lambda line: None)
    if "signal" in facts:  # stopped on the way: nothing to score
        sys.exit(128 + facts["signal"])
    (score,) = evaluate(str(run), metrics=["frechet_distance"], log=lambda line: None)
    found = {
        "asked": asked,
        "value": score["value"],
        "real": score["real"],
        "name": score["name"],
        "protocol": score["protocol_line"],
        "cpu_seconds": json.loads((run / "run.json").read_text())["cpu_seconds"],
    }
    draft = kept.with_suffix(".draft")
    draft.write_text(json.dumps(found, indent=1) + "\n")
    draft.replace(kept)
    return found


def spread(values):
    """Mean and standard deviation as text."""
    deviation = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.2f}{deviation}"


def table(pairs):
    """The Markdown table of [(scores in float32, scores in bfloat16)] by seed, as lines."""
    plain, short = zip(*pairs, strict=True)
    of = {"float32": plain, "bfloat16": short}
    cells = {name: [[one[key] for one in of[name]] for key in ("value", "cpu_seconds")] for name in FORMATS}
    away = [[b - a for a, b in zip(*columns, strict=True)] for columns in zip(*cells.values(), strict=True)]
    seeds = [one["asked"]["seed"] for one in plain]
    lines = [
        f"{plain[0]['protocol']}; held-out real data {plain[0]['real']:.2f}; mean ± standard deviation over the seeds",
        "",
        f"| {plain[0]['name']} | {' | '.join(f'seed {seed}' for seed in seeds)} | all | CPU s |",
        f"|---|{'---|' * len(seeds)}---|---|",
    ]
    for name, (values, seconds) in {**cells, "difference": away}.items():
        row = [*(f"{value:.2f}" for value in values), spread(values), f"{statistics.mean(seconds):.0f}"]
        lines.append(f"| {name} | {' | '.join(row)} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="digits_dcgan")
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 .. N - 1")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="PATH=VALUE")
    parser.add_argument("--runs", type=Path, default=Path("runs/precision_quality"))
    options = parser.parse_args()
    pairs = []
    for seed in range(options.seeds):
        pair = []
        for precision in FORMATS:
            run = options.runs / options.recipe / precision / f"seed_{seed}"
            pair.append(scored(options.recipe, run, precision, options.overrides, seed, options.steps))
            print(f"seed {seed}, {precision}: {pair[-1]['name']} {pair[-1]['value']:.3f}", flush=True)
        pairs.append(pair)
    print()
    print("\n".join(table(pairs)))


if __name__ == "__main__":
    main()
