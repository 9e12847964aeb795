"""ScratchGAN's tricks one upon another, as in the paper's ablation, and each left out of the whole recipe.

    python benchmarks/text_ladder.py [--steps 1000] [--seeds 3] [--only "seqgan-step,+ large batch"] [--runs DIR] [--table]

Every rung is `recipes/grammar_scratchgan.py` with the tricks of the rungs above it switched off; every row "without" is it with
one trick switched off. Both are scored by 2,000 of their sentences. Runs lie in the directory `--runs`, and so do their scores:
the same command again takes up what is missing, and a higher `--seeds` adds to what is there; `--table` only prints. Every run
has as many steps, so a row without the large batch sees an eighth of the sentences: the paper's comparison too is by steps. The
vectors are counted in the training sentences.
"""

import argparse
import json
import os
import statistics
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).resolve().parent.parent
RECIPE = "grammar_scratchgan"

# Not tuned; without any discounting most runs write texts of one word, whatever the other tricks.
NO_RL_ARGUMENTS = ["model.discount=0.5", "model.baseline_decay=None"]
NO_VECTORS = ["model.generator.vectors=None", "model.discriminator.vectors=None"]
NO_REGULARISATION = ["model.discriminator.layer_norm=false", "model.discriminator.dropout=0.0", "model.discriminator.l2=0.0"]
SMALL_BATCH = ["batch_size=64"]

# From the bottom up: what each rung leaves out of the recipe.
LADDER = [
    ("seqgan-step", [*NO_RL_ARGUMENTS, *NO_VECTORS, *NO_REGULARISATION, *SMALL_BATCH]),
    ("+ large batch", [*NO_RL_ARGUMENTS, *NO_VECTORS, *NO_REGULARISATION]),
    ("+ discriminator regularisation", [*NO_RL_ARGUMENTS, *NO_VECTORS]),
    ("+ pretrained embeddings", [*NO_RL_ARGUMENTS]),
    ("+ discount and baseline", []),
]
LEFT_OUT = [
    ("without large batch", SMALL_BATCH),
    ("without discriminator regularisation", NO_REGULARISATION),
    ("without pretrained embeddings", NO_VECTORS),
    ("without discounting", ["model.discount=1.0"]),
]
ROWS = dict(LADDER + LEFT_OUT)

COUNT = 2000
METRICS = ("grammatical", "nll_test", "distinct_n", "self_bleu", "frechet_embedding_distance", "duplicates")
# A column's heading, its digits, and which part of which metric it is.
COLUMNS = {
    "grammatical": (3, "grammatical", ""),
    "NLL_test": (2, "nll_test", ""),
    "distinct-2": (3, "distinct_n", "2"),
    "self-BLEU-4": (3, "self_bleu", "4"),
    "FED": (3, "frechet_embedding_distance", ""),
    "N_eff": (0, "duplicates", "n_eff"),
}


def scored(name, overrides, seed, steps, directory):
    """Trains and scores one run, or reads what it scored before.

    Returns:
        A dict of `columns` (a dict from heading to the value and held-out real text's), `cpu_seconds` and what was run.
    """
    run = place(directory, steps, name, seed)
    found = kept(run, overrides)
    if found is None:
        found = {"name": name, "overrides": overrides, "seed": seed, "steps": steps, **measured(run, overrides, seed, steps)}
        path = run.with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(found, indent=1) + "\n")
        draft.replace(path)
    return found


def place(directory, steps, name, seed):
    """Where a run lies."""
    return directory / f"{steps}_steps" / name.strip("+ ").replace(" ", "_") / f"seed_{seed}"


def kept(run, overrides):
    """What a run scored before, None where it has not, or not with these overrides."""
    path = run.with_suffix(".json")
    found = json.loads(path.read_text()) if path.is_file() else {}
    return found if found.get("overrides") == overrides else None


def measured(run, overrides, seed, steps):
    import keras

    from ganzoo.evaluation.evaluate import evaluate
    from ganzoo.training import train

    keras.utils.clear_session()
    assignments = [*overrides, f"seed={seed}", f"sample_every={steps}", f"checkpoint_every={steps}", "evaluations=()"]
    facts = train(RECIPE, run, assignments, steps=steps, log=lambda line: None)
    if "signal" in facts:  # stopped on the way: nothing to score
        sys.exit(128 + facts["signal"])
    scores = evaluate(str(run), metrics=list(METRICS), count=COUNT, log=lambda line: None)
    parts = {(score["metric"], score["part"] or ""): score for score in scores}
    columns = {}
    for heading, (_, metric, part) in COLUMNS.items():
        # Sentences of one word have no pairs of words: a generator that collapsed lacks such a part.
        score = parts.get((metric, part), {"value": None, "real": None})
        columns[heading] = (score["value"], score["real"])
    return {"columns": columns, "cpu_seconds": json.loads((run / "run.json").read_text())["cpu_seconds"]}


def table(rows):
    """The Markdown table of rows (name, the list of `scored` results by seed), as lines."""
    done = [result for _, results in rows for result in results]
    if not done:
        return ["nothing is there yet"]
    lines = [
        f"| {done[0]['steps']:,} steps | seeds | {' | '.join(COLUMNS)} | CPU s |",
        "|---|---|" + "---|" * (len(COLUMNS) + 1),
    ]
    for name, results in rows:
        if results:
            by_heading = {heading: [result["columns"][heading][0] for result in results] for heading in COLUMNS}
            cells = [spread(by_heading[heading], digits) for heading, (digits, *_) in COLUMNS.items()]
            seconds = statistics.mean(result["cpu_seconds"] for result in results)
            lines.append(f"| {name} | {len(results)} | {' | '.join(cells)} | {seconds:.0f} |")
    reals = {heading: [result["columns"][heading][1] for result in done] for heading in COLUMNS}
    known = {heading: next((value for value in values if value is not None), None) for heading, values in reals.items()}
    real = [number(known[heading], digits) for heading, (digits, *_) in COLUMNS.items()]
    return [*lines, f"| *held-out real* | | {' | '.join(real)} | |"]


def spread(values, digits):
    """Mean and standard deviation as text."""
    if any(value is None for value in values):
        return "-"
    deviation = f" ± {number(statistics.stdev(values), digits)}" if len(values) > 1 else ""
    return f"{number(statistics.mean(values), digits)}{deviation}"


def number(value, digits):
    return "-" if value is None else f"{value:,.{digits}f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 .. N - 1")
    parser.add_argument("--only", help="rows separated by commas, such as 'seqgan-step,+ large batch'")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "text_ladder")
    parser.add_argument("--table", action="store_true", help="print what is there, train nothing")
    options = parser.parse_args()
    names = list(ROWS)
    wanted = [name.strip() for name in options.only.split(",")] if options.only else names
    if unknown := [name for name in wanted if name not in names]:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(names)}")
    rows = [(name, []) for name in wanted]
    # Seed by seed, so that a table of all rows is there early.
    for seed in range(options.seeds):
        for name, results in rows:
            overrides = ROWS[name]
            if options.table:
                found = kept(place(options.runs, options.steps, name, seed), overrides)
                results += [found] if found else []
                continue
            results.append(scored(name, overrides, seed, options.steps, options.runs))
            shown = {heading: value for heading, (value, _) in results[-1]["columns"].items()}
            print(f"seed {seed}, {name}: {shown}", flush=True)
    print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
