"""The table of docs/families.md: every family's recipe on digits, trained and scored alike, over several seeds.

    python benchmarks/families.py [--seeds 3] [--only digits_dcgan,digits_wgan] [--runs DIR] [--table]

Trains each recipe `digits_*` once a seed, scores it, and prints mean and spread (the standard deviation over seeds) as a
Markdown table. What a run has done already is not done again, so a stopped benchmark goes on where it was; `--table` only
prints. `class` is of models that know classes: the share of samples in which a classifier sees the class that was asked for;
of InfoGAN, the share of held-out images in the category that stands for their class, as `ganzoo latent sweep` matches them.
N_eff is the birthday test's, "at least" where a seed's samples held too few duplicates to tell more.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
METRICS = "frechet_distance,precision_recall"
LABELLED = ("digits_acgan", "digits_biggan", "digits_cgan", "digits_projection")
CODED = ("digits_infogan",)
COLUMNS = {
    "FD[cnn-digits]": ("frechet_distance", None),
    "precision": ("precision_recall", "precision"),
    "recall": ("precision_recall", "recall"),
    "class": ("label_accuracy", "accuracy"),
}


def ganzoo(*arguments):
    """Runs `ganzoo ARGUMENTS`; its last line tells what went wrong."""
    done = subprocess.run([sys.executable, "-m", "ganzoo.cli", *map(str, arguments)], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"ganzoo {' '.join(map(str, arguments))}: {done.stderr.strip().splitlines()[-1]}")


def measured(recipe, seed, runs):
    """Scores of one seed's run, trained and evaluated where it is not."""
    run = runs / recipe / f"seed-{seed}"
    if scores(run) is None:
        ganzoo("train", ROOT / "recipes" / f"{recipe}.py", "--run", run, *(["--set", f"seed={seed}"] if seed else []))
        ganzoo("evaluate", run, "--metrics", METRICS)
        ganzoo("birthday", run, "--batch-sizes", "100,200", "--json", run / "birthday.json")
    if recipe in LABELLED and "class" not in scores(run):
        ganzoo("evaluate", run, "--metrics", "label_accuracy")
    if recipe in CODED and "class" not in scores(run):
        ganzoo("latent", "sweep", run, "--out", run / "sweep.png", "--json", run / "sweep.json")
    return scores(run)


def scores(run):
    """A dict from column to number, with the held-out real data's own; None where the run is not scored yet."""
    if not (run / "scores.jsonl").is_file() or not (run / "birthday.json").is_file():
        return None
    found = {}
    for line in (run / "scores.jsonl").read_text().splitlines():
        score = json.loads(line)
        for column, (metric, part) in COLUMNS.items():
            if score["metric"] == metric and (score["part"] or None) == part:
                found[column] = (score["value"], score["real"])
    if (run / "sweep.json").is_file():
        codes = json.loads((run / "sweep.json").read_text())
        found["class"] = (next(code["real_accuracy"] for code in codes["codes"] if "real_accuracy" in code), None)
    estimate = json.loads((run / "birthday.json").read_text())
    value, least = estimate["n_eff"]["value"], estimate["n_eff"]["low"]
    found["N_eff"] = (least if value is None else value, None)
    found["N_eff is a bound"] = (value is None, None)
    found["CPU s"] = (json.loads((run / "run.json").read_text())["cpu_seconds"], None)
    return found


def row(recipe, found):
    """One line of the table: mean ± standard deviation of each column over the seeds that are done."""
    cells = []
    for column in [*COLUMNS, "N_eff", "CPU s"]:
        values = [one[column][0] for one in found if column in one]
        if not values:
            cells.append("")
            continue
        digits = 0 if column in ("N_eff", "CPU s") else 2
        spread = f" ± {statistics.stdev(values):,.{digits}f}" if len(values) > 1 and column != "CPU s" else ""
        if column == "N_eff" and any(one["N_eff is a bound"][0] for one in found):
            cells.append(f"at least {min(values):,.0f}")
            continue
        cells.append(f"{statistics.mean(values):,.{digits}f}{spread}")
    return f"| {recipe} | {len(found)} | {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", help="recipes, separated by commas (default: all digits_*)")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "families")
    parser.add_argument("--table", action="store_true", help="print what is there, train nothing")
    options = parser.parse_args()
    every = sorted(path.stem for path in (ROOT / "recipes").glob("digits_*.py"))
    recipes = options.only.split(",") if options.only else every
    # Seed by seed, so that every family is in the table early.
    for seed in range(options.seeds if not options.table else 0):
        for recipe in recipes:
            print(recipe, seed, {name: value for name, (value, _) in measured(recipe, seed, options.runs).items()}, flush=True)
    print(f"| recipe | seeds | {' | '.join([*COLUMNS, 'N_eff', 'CPU s'])} |")
    print("|---|---|" + "---|" * (len(COLUMNS) + 2))
    real = {}
    for recipe in recipes:
        found = [scores(options.runs / recipe / f"seed-{seed}") for seed in range(options.seeds)]
        if any(found):
            print(row(recipe, [one for one in found if one]))
            real |= {column: value for one in found if one for column, (_, value) in one.items() if value is not None}
    if real:
        told = [f"{real[column]:,.2f}" if column in real else "" for column in COLUMNS]
        print(f"| *held-out real* | | {' | '.join(told)} | | |")


if __name__ == "__main__":
    main()
