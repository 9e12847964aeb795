"""What the practice lists' tips do: one thing changed at a time on the digits, under one protocol.

    python benchmarks/tricks.py [--recipe digits_biggan] [--steps 1000] [--seeds 2] [--only baseline,dropout] [--runs DIR]

Every run is `recipes/digits_improved.py`, which is digits_dcgan until a technique is asked for, or, for BigGAN's own tricks,
`recipes/digits_biggan.py`, with the overrides below; it is scored as `ganzoo evaluate` does. Runs lie in the directory
`--runs`, and so do their scores: the same command again takes up what is missing, and a higher `--seeds` adds to what is
there. The table gives means over the seeds and, with two or more, their standard deviation: a tip whose distance from the
baseline is within that has shown nothing.
"""

import argparse
import json
import os
import statistics
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Two-sided label smoothing and flipped labels are not offered (docs/training.md says why), so they are not here.
DCGAN = [
    ("baseline", []),
    # Losses and targets.
    ("saturating loss", ["model.adversarial_loss=losses.Minimax()"]),
    ("one-sided smoothing 0.9", ["model.adversarial_loss.smoothing=0.9"]),
    ("hinge loss", ["model.adversarial_loss=losses.Hinge()"]),
    ("least squares", ["model.adversarial_loss=losses.LeastSquares()"]),
    # What the discriminator sees.
    ("instance noise 0.1", ["model.instance_noise=0.1"]),
    ("instance noise 0.1 falling to 0", ["model.instance_noise=0.1", "model.instance_noise_steps={steps}"]),
    # Normalisation.
    ("no batch norm in D", ["model.discriminator.norm='none'"]),
    ("no batch norm in G", ["model.generator.norm='none'"]),
    ("spectral norm in D", ["model.discriminator.norm=spectral"]),
    ("layer norm in D", ["model.discriminator.norm=layer"]),
    ("virtual batch norm in G", ["model.generator.norm=virtual"]),
    ("dropout 0.3 in D", ["model.discriminator.dropout=0.3"]),
    # Priors.
    ("uniform latents", ["model.latents=noise.Uniform()"]),
    ("spherical latents", ["model.latents=noise.Spherical()"]),
    # Optimizers and steps.
    ("beta1 0.9", ["optimizers.generator.beta_1=0.9", "optimizers.discriminator.beta_1=0.9"]),
    ("learning rate 1e-3", ["optimizers.generator.learning_rate=1e-3", "optimizers.discriminator.learning_rate=1e-3"]),
    ("D's learning rate x 4", ["optimizers.discriminator.learning_rate=8e-4"]),
    ("SGD for D", ["optimizers.discriminator=keras.optimizers.SGD(0.01)"]),
    ("two D steps", ["model.discriminator_steps=2"]),
    ("simultaneous steps", ["model.simultaneous=true"]),
    ("batch 32", ["batch_size=32"]),
    ("batch 512", ["batch_size=512"]),
    # Improved techniques beyond the above.
    ("feature matching", ["model.feature_matching=FeatureMatching()"]),
    ("historical averaging 1e-3", ["model.historical_averaging=1e-3"]),
    ("historical averaging 1e-1", ["model.historical_averaging=1e-1"]),
    ("minibatch discrimination", ["model.discriminator.minibatch_discrimination=true"]),
    # The generator's moving average.
    ("no average of G", ["model.average_decay=0.0"]),
    ("average of G at 0.99", ["model.average_decay=0.99"]),
]

BIGGAN = [
    ("baseline", []),
    ("no orthogonal regularisation", ["model.orthogonal=None"]),
    ("normal initial weights", ["model.generator.initializer=normal", "model.discriminator.initializer=normal"]),
    ("latents to the first block only", ["model.generator.hierarchical=false"]),
    ("class tables of each block's own", ["model.generator.shared_dim=None", "model.generator.hierarchical=false"]),
    ("no spectral norm", ["model.generator.spectral_norm=false", "model.discriminator.spectral_norm=false"]),
    # On the only maps that a doubling and a halving give.
    ("self-attention", ["model.generator.attention=8", "model.discriminator.attention=4"]),
    ("half the width", ["model.generator.width=4", "model.discriminator.width=4"]),
    ("one D step", ["model.discriminator_steps=1"]),
    ("batch 256", ["batch_size=256"]),
    ("no average of G", ["model.average_decay=0.0"]),
]

TRICKS = {"digits_improved": DCGAN, "digits_biggan": BIGGAN}

METRICS = ("frechet_distance", "precision_recall")
COLUMNS = ("frechet_distance", "precision", "recall")


def scored(recipe, name, overrides, seed, steps, directory):
    """Trains and scores one run, or reads what it scored before.

    Returns:
        A dict of `COLUMNS`, `cpu_seconds`, `score` (how the Frechet distance is called), `real` (held-out data's values) and
        `protocol`; of `failure` alone where the training ended in numbers that are not finite.
    """
    run = directory / recipe / f"{steps}_steps" / name.replace(" ", "_").replace("'", "") / f"seed_{seed}"
    kept = run.with_suffix(".json")
    if kept.is_file():
        found = json.loads(kept.read_text())
        if found["overrides"] == overrides:
            return found
    found = {
        "name": name,
        "overrides": overrides,
        "seed": seed,
        "steps": steps,
        **measured(recipe, run, overrides, seed, steps),
    }
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(".draft")
    draft.write_text(json.dumps(found, indent=1) + "\n")
    draft.replace(kept)
    return found


def measured(recipe, run, overrides, seed, steps):
    import keras

    from ganzoo.errors import UserError
    from ganzoo.evaluation.evaluate import evaluate
    from ganzoo.families.base import NOT_FINITE
    from ganzoo.training import train

    keras.utils.clear_session()
    assignments = [*(each.format(steps=steps) for each in overrides), f"seed={seed}", f"sample_every={steps}"]
    try:
        facts = train(recipe, run, assignments, steps=steps, precision="float32", log=lambda line: None)
    except UserError as error:
        if NOT_FINITE.split("{")[0] not in str(error):
            raise
        return {"failure": str(error).split(";")[0]}
    if "signal" in facts:  # stopped on the way: nothing to score
        sys.exit(128 + facts["signal"])
    scores = evaluate(str(run), metrics=list(METRICS), log=lambda line: None)
    parts = {score["part"] or score["metric"]: score for score in scores}
    return {
        **{column: parts[column]["value"] for column in COLUMNS},
        "cpu_seconds": json.loads((run / "run.json").read_text())["cpu_seconds"],
        "score": parts["frechet_distance"]["name"],
        "protocol": parts["frechet_distance"]["protocol_line"],
        "real": {column: parts[column]["real"] for column in COLUMNS},
    }


def table(rows):
    """The Markdown table of rows (name, the list of `scored` results by seed), as lines."""
    done = [result for _, results in rows for result in results if "failure" not in result]
    if not done:
        return ["every run failed"]
    lines = [
        f"{done[0]['protocol']}; mean ± standard deviation over the seeds",
        "",
        f"| {done[0]['steps']:,} steps | seeds | {done[0]['score']} | precision | recall | CPU s |",
        "|---|---|---|---|---|---|",
        "| held-out real data | | " + " | ".join(number(done[0]["real"][column]) for column in COLUMNS) + " | |",
    ]
    for name, results in rows:
        finished = [result for result in results if "failure" not in result]
        failed = f", {len(results) - len(finished)} failed" if len(finished) < len(results) else ""
        cells = [spread([result[column] for result in finished]) for column in (*COLUMNS, "cpu_seconds")]
        lines.append(f"| {name} | {len(finished)}{failed} | {' | '.join(cells)} |")
    return lines


def spread(values):
    """Mean and standard deviation as text."""
    if not values:
        return "-"
    deviation = f" ± {number(statistics.stdev(values))}" if len(values) > 1 else ""
    return f"{number(statistics.mean(values))}{deviation}"


def number(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", choices=TRICKS, default="digits_improved")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=2, help="seeds 0 .. N - 1")
    parser.add_argument("--only", help="names separated by commas, such as 'baseline,beta1 0.9'")
    parser.add_argument("--runs", type=Path, default=Path("runs/tricks"))
    options = parser.parse_args()
    tricks = TRICKS[options.recipe]
    names = [name for name, _ in tricks]
    wanted = options.only.split(",") if options.only else names
    if unknown := [name for name in wanted if name not in names]:
        parser.error(f"no such tip: {', '.join(unknown)}; there are {', '.join(names)}")
    chosen = [(name, overrides) for name, overrides in tricks if name in wanted]
    rows = [(name, []) for name, _ in chosen]
    # Seed by seed, so that a table of all tips is there early.
    for seed in range(options.seeds):
        for (name, overrides), (_, results) in zip(chosen, rows, strict=True):
            results.append(scored(options.recipe, name, overrides, seed, options.steps, options.runs))
            result = results[-1]
            shown = result.get("failure") or ", ".join(f"{column} {number(result[column])}" for column in COLUMNS)
            print(f"seed {seed}, {name}: {shown}", flush=True)
    print()
    print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
