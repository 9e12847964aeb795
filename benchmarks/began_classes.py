"""BEGAN on digits over its training: how many kinds of digits it draws, its controller's k and its metric of convergence.

    python benchmarks/began_classes.py [--seeds 3] [--runs runs/began_classes] [--out FILE.png]
    python benchmarks/began_classes.py --recipe mnist_began --data mnist@32 --set steps=1600 --seeds 1 --tenths

Trains `recipes/digits_began.py`, or another recipe, once a seed, in memory, and after each tenth of its steps gives 3,600
samples of the averaged generator to the data's classifier: the share of each class, how many have more than 1 %, and the
effective number of classes, 1 / sum of squared shares (10 of real digits: 10.0). `--tenths` prints the shares at each tenth.
The figure shows the first seed's k, M and errors.
"""

import argparse
import json
import math
import os
import statistics
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import charts
import numpy as np

RECIPE, DATA, SAMPLES, SHARE = "digits_began", "digits", 3600, 0.01


def summary(shares):
    """Classes with more than `SHARE`, and the effective number of classes, of shares [K] that sum to 1."""
    shares = np.asarray(shares)
    return int((shares > SHARE).sum()), float(1 / np.square(shares).sum())


def class_shares(model, classifier, count=SAMPLES, seed=0):
    """The share of each class, by a classifier, among a family's samples: float [K]."""
    from ganzoo.evaluation.inputs.base import FamilyInput

    probabilities = classifier.extract(FamilyInput(model).examples(count, seed)).probabilities
    return np.bincount(probabilities.argmax(1), minlength=probabilities.shape[1]) / count


def trained(seed, file, recipe=RECIPE, overrides=(), data=DATA):
    """What a training of the recipe showed: a list of dicts `step`, `k`, `convergence`, ..., and `shares` every tenth.

    Args:
        seed: of the run.
        file: where it is kept, so that it is done once.
        recipe: its name or file.
        overrides: as of `--set`.
        data: what the classifier is trained on.
    """
    import keras

    from ganzoo.evaluation.features.choose import train_classifier
    from ganzoo.recipe import build, load_recipe

    if file.is_file():
        return json.loads(file.read_text())
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    built = build(load_recipe(recipe, overrides))
    classifier, model = train_classifier(data, log=lambda line: None), built.model
    tenth = max(built.steps // 10, 1)
    model.compile(built.optimizers, seed=seed, steps_per_execution=math.gcd(20, tenth))
    history = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            step = int(model.step.numpy())
            if step % max(built.steps // 100, 1):
                return
            history.append({"step": step, **model.take_records()})
            if step % tenth == 0:
                history[-1]["shares"] = class_shares(model, classifier).tolist()

    batches = built.data.batches(built.batch_size, seed)
    model.fit(batches, steps_per_epoch=built.steps, epochs=1, verbose=0, shuffle=False, callbacks=[Watch()])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(history))
    return history


def table(found):
    """Lines of a Markdown table, a row a seed, of a dict from seed to history."""
    yield "| seed | classes over 1 % at half, at the end | effective classes | shares of 0 to 9, % | k | M |"
    yield "|---|---|---|---|---|---|"
    for seed, history in found.items():
        scored = [entry for entry in history if "shares" in entry]
        half, end = scored[len(scored) // 2 - 1], scored[-1]
        (before, _), (classes, effective) = summary(half["shares"]), summary(end["shares"])
        shares = " ".join(f"{100 * share:.0f}" for share in end["shares"])
        yield f"| {seed} | {before}, {classes} | {effective:.1f} | {shares} | {end['k']:.3f} | {end['convergence']:.3f} |"
    ends = [summary(history[-1]["shares"]) for history in found.values()]
    effective = statistics.mean(each for _, each in ends)
    yield f"least classes {min(classes for classes, _ in ends)}, effective {effective:.1f} on average"


def figure(history):
    """k, the metric of convergence and the two errors over steps, as a picture; from where M has left its first heights."""
    curves = {"k": "k", "M": "convergence", "L(x)": "real_error", "L(G(z))": "fake_error"}
    shown = [entry for entry in history if entry["step"] >= history[-1]["step"] / 20]
    points = {name: [(entry["step"], entry[of]) for entry in shown] for name, of in curves.items()}
    high = 0.1 * (int(10 * max(value for line in points.values() for _, value in line)) + 1)
    return charts.chart(points, "step", "k, and errors of pixels in [-1, 1]", 0.0, high, 0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 .. N - 1")
    parser.add_argument("--recipe", default=RECIPE)
    parser.add_argument("--data", default=DATA, help="the labelled data of the classifier")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="NAME=VALUE")
    parser.add_argument("--tenths", action="store_true", help="the shares of classes after each tenth of the steps")
    parser.add_argument("--runs", type=Path, default=Path("runs/began_classes"))
    parser.add_argument("--out", type=Path, help="the figure, a .png")
    options = parser.parse_args()
    found = {}
    for seed in range(options.seeds):
        found[seed] = trained(seed, options.runs / f"{seed}.json", options.recipe, options.overrides, options.data)
        print(f"seed {seed} is trained", flush=True)
    for seed, history in found.items() if options.tenths else ():
        for entry in (entry for entry in history if "shares" in entry):
            print(f"seed {seed} step {entry['step']}: {' '.join(f'{100 * share:.1f}' for share in entry['shares'])} %")
    print("\n".join(table(found)))
    if options.out:
        figure(found[0]).quantize(64).save(options.out, optimize=True)


if __name__ == "__main__":
    main()
