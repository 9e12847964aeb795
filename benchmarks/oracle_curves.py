"""SeqGAN against maximum likelihood on texts of an oracle: NLL_oracle over training, seed by seed.

    python benchmarks/oracle_curves.py [--seeds 3] [--runs runs/oracle_curves] --out docs/images/oracle_seqgan.png

Trains `recipes/oracle_seqgan.py`, whose first phase is likelihood, and `recipes/oracle_mle.py`, which goes on with likelihood,
to see where that alone would have gone. Both are scored on the way by 5,000 texts. Runs resume: the same command again takes up
what is missing. The figure shows the seeds' mean, and their range as a bar.
"""

import argparse
import json
import os
import statistics
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import charts

LIKELIHOOD, SEQGAN = "likelihood alone", "SeqGAN"
RUNS = {LIKELIHOOD: "oracle_mle", SEQGAN: "oracle_seqgan"}


def trained(name, seed, directory):
    """Trains a run or takes it up; gives its scores, a dict from metric to a dict from step to value."""
    import keras

    from ganzoo.training import train

    run = directory / f"{RUNS[name]}_{seed}"
    keras.utils.clear_session()
    facts = train(RUNS[name], run, [f"seed={seed}"], log=lambda line: None)
    if "signal" in facts:  # stopped on the way: nothing to score
        sys.exit(128 + facts["signal"])
    return scores(run)


def scores(run):
    """What a run's evaluations found, a dict from metric to a dict from step to value."""
    found = {}
    for line in (run / "scores.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["part"] == "":
            found.setdefault(entry["metric"], {})[entry["step"]] = entry["value"]
    return found


def pretraining():
    """The step at which SeqGAN's likelihood training ends, and that at which its rounds begin."""
    from ganzoo.recipe import load_recipe

    phases = load_recipe(RUNS[SEQGAN]).config.phases
    return phases["mle"], phases["mle"] + phases["discriminator"]


def table(found, end, begin):
    """A row a seed, as lines: SeqGAN before its rounds, at its end, and the least that likelihood alone reaches from there on.

    Args:
        found: a dict from seed to a dict from name to `scores`.
        end: the step at which SeqGAN's likelihood training ends.
        begin: the step at which its rounds begin.
    """
    yield "| seed | before the rounds | after them | likelihood alone, its least after | NLL_test before, after, alone |"
    yield "|---|---|---|---|---|"
    for seed, runs in found.items():
        oracle, alone = runs[SEQGAN]["nll_oracle"], runs[LIKELIHOOD]["nll_oracle"]
        test, alone_test = runs[SEQGAN]["nll_test"], runs[LIKELIHOOD]["nll_test"]
        least = min((step for step in alone if step >= end), key=alone.get)
        tests = f"{test[begin]:.2f}, {test[max(test)]:.2f}, {alone_test[least]:.2f}"
        yield f"| {seed} | {oracle[begin]:.3f} | {oracle[max(oracle)]:.3f} | {alone[least]:.3f}, step {least:,} | {tests} |"


def curve(runs, metric="nll_oracle", first=0):
    """Points (step, mean, least, most) of several seeds' scores, from a step on, where all have one."""
    steps = sorted(set.intersection(*(set(run[metric]) for run in runs)))
    values = {step: [run[metric][step] for run in runs] for step in steps if step >= first}
    return [(step, statistics.mean(of), min(of), max(of)) for step, of in values.items()]


def figure(found, end, begin):
    """The curves as a picture, with the phases' ends; the first scores are left out, they are far above."""
    named = {name: curve([runs[name] for runs in found.values()], first=1000) for name in RUNS}
    # While the discriminator alone trains, the generator's scores stay.
    named[SEQGAN] = [point for point in named[SEQGAN] if not end < point[0] < begin]
    values = [value for points in named.values() for point in points for value in point[1:]]
    low, high = int(10 * min(values)) / 10, int(10 * max(values) + 1) / 10
    return charts.chart(
        named, "step", "NLL_oracle, nats a token", low, high, 0.1, marks=(end, begin), colours=charts.COLOURS[::4]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 .. N - 1")
    parser.add_argument("--runs", type=Path, default=Path("runs/oracle_curves"))
    parser.add_argument("--out", type=Path, help="the figure, a .png")
    options = parser.parse_args()
    found = {}
    for seed in range(options.seeds):
        found[seed] = {name: trained(name, seed, options.runs) for name in RUNS}
        print(f"seed {seed} is trained", flush=True)
    end, begin = pretraining()
    print("\n".join(table(found, end, begin)))
    if options.out:
        figure(found, end, begin).quantize(64).save(options.out, optimize=True)


if __name__ == "__main__":
    main()
