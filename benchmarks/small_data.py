"""What helps where images are few: one thing added at a time to a small DCGAN, for equal CPU time.

    python benchmarks/small_data.py --faces FOLDER [--only faces,none,DiffAugment] [--seconds 60] [--seeds 3] [--runs DIR]

Two sets at 16x16: FOLDER, of which a quarter is held out, and the first tenth of CIFAR-10's training images. The network is
DCGAN's of width 32 with spectral norm in D and the hinge loss, trained in batches of 32 with a moving average of 0.99. A step
of each variant is timed first; all train for as many steps as fit `--seconds` of CPU time. Schedules are cut to that length:
LeCam starts after a tenth of the steps, ADA's p could rise to 1 over a quarter of the images, top-k reaches one half midway.

A run is scored on held-out images by the Frechet distance and precision and recall in random features, and by `ganzoo
neighbours` in pixels, mirror images included: the share of samples nearer to a training image than 95 % of held-out images
are, and the share whose nearest training image stands out from the next ones as in only 5 % of these. Scores lie in `--runs`;
the same command again takes up what is missing.
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from tricks import number, spread

BATCH = 32
VARIANTS = {
    "none": [],
    "DiffAugment": ["model.augment=augmentations.DiffAugment()"],
    "ADA": ["model.augment=augmentations.Adaptive(images={quarter})"],
    "LeCam": ["model.regularizers=[regularizers.LeCam(start={tenth})]"],
    "bCR": ["model.regularizers=[regularizers.Consistency(fake=10.0)]"],
    "top-k": ["model.top_k=losses.TopK(every={every})"],
}
COMMON = [
    "data.size=16",
    "model.generator.size=16",
    "model.discriminator.size=16",
    "model.generator.width=32",
    "model.discriminator.width=32",
    "model.discriminator.norm=spectral",
    "model.adversarial_loss=losses.Hinge()",
    "model.average_decay=0.99",
    f"batch_size={BATCH}",
]
CONSTANT = [f"optimizers.{player}.learning_rate=2e-4" for player in ("generator", "discriminator")]
SETS = {
    "faces": (
        "faces",
        ["data.name={faces}", "data.held_out=0.25"],
    ),
    "cifar10, a tenth": ("cifar_dcgan", ["data.split='train[:10%]'", *CONSTANT]),
}
# Random features need no training, on which the variants would be scored otherwise than by what they see.
SCORES = ("frechet_distance", "precision", "recall")
COLUMNS = (*SCORES, "nearer", "stands_out")
WARM, TIMED = 4, 30


def assignments(images, variant, faces, steps):
    """The recipe's name and the overrides of one variant on one set."""
    recipe, own = SETS[images]
    schedule = {"quarter": steps * BATCH // 4 + 1, "tenth": steps // 10, "every": max(steps // 138, 1)}  # 0.99 ** 69 = 0.5
    return recipe, [each.format(faces=faces, **schedule) for each in (*own, *COMMON, *VARIANTS[variant])]


def milliseconds(images, variant, faces):
    """CPU time of one step in milliseconds."""
    import tensorflow as tf

    from ganzoo.recipe import build, load_recipe

    recipe = build(load_recipe(*assignments(images, variant, faces, 1000)))
    recipe.model.compile(recipe.optimizers)
    batches = iter(recipe.data.batches(BATCH, 0))
    step = tf.function(recipe.model.train_step)
    for _ in range(WARM):
        step(next(batches))
    before = time.process_time()
    for _ in range(TIMED):
        step(next(batches))
    return (time.process_time() - before) / TIMED * 1000


def scored(run, images, variant, faces, steps, seed):
    """Trains and scores one run: a dict of `COLUMNS`, `cpu_seconds`, `real` and `protocol`."""
    import ganzoo

    recipe, overrides = assignments(images, variant, faces, steps)
    quiet = {"log": lambda line: None}
    overrides += [f"seed={seed}", f"sample_every={steps}", f"checkpoint_every={steps}"]
    if "signal" in ganzoo.train(recipe, run, overrides, steps=steps, precision="float32", **quiet):
        raise SystemExit(1)
    scores = ganzoo.evaluate(run, metrics=["frechet_distance", "precision_recall"], extractor="random", count=1000, **quiet)
    parts = {score["part"] or score["metric"]: score for score in scores}
    space = ganzoo.neighbours(run, count=1000, extractor="pixels", **quiet)["spaces"]["pixels"]
    return {
        **{column: parts[column]["value"] for column in SCORES},
        "nearer": space["share"],
        "stands_out": space["ratio"]["share"],
        "cpu_seconds": json.loads((run / "run.json").read_text())["cpu_seconds"],
        "score": parts["frechet_distance"]["name"],
        "protocol": parts["frechet_distance"]["protocol_line"],
        "real": {column: parts[column]["real"] for column in SCORES},
    }


def kept(path, make):
    """What the JSON file `path` holds, or what `make()` gives, which is then written there."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".draft").write_text(json.dumps(make(), indent=1) + "\n")
        path.with_suffix(".draft").replace(path)
    return json.loads(path.read_text())


def table(images, results):
    """The Markdown table of one set, from a dict of lists of what `scored` gave."""
    first = next(iter(results.values()))[0]
    lines = [
        f"{images}: {first['protocol']}; mean ± standard deviation over the seeds",
        "",
        f"| {images} | seeds | steps | CPU s | {first['score']} | precision | recall | nearer | stands out |",
        "|---|---|---|---|---|---|---|---|---|",
        f"| held-out real data | | | | {' | '.join(number(first['real'][column]) for column in SCORES)} | 0.05 | 0.05 |",
    ]
    for variant, runs in results.items():
        cells = [spread([run[column] for run in runs]) for column in ("cpu_seconds", *COLUMNS)]
        lines.append(f"| {variant} | {len(runs)} | {runs[0]['steps']:,} | {' | '.join(cells)} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", required=True, type=Path, help="a folder of images")
    parser.add_argument("--only", help=f"names separated by commas, of faces, cifar10, {', '.join(VARIANTS)}")
    parser.add_argument("--seconds", type=float, default=60.0, help="CPU time of a training's steps")
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 .. N - 1")
    parser.add_argument("--runs", type=Path, default=Path("runs/small_data"))
    options = parser.parse_args()
    short = {images.split(",")[0]: images for images in SETS}
    wanted = set(options.only.split(",")) if options.only else set()
    if unknown := wanted - {*short, *VARIANTS}:
        parser.error(f"no such set or variant: {', '.join(sorted(unknown))}")
    sets = [images for name, images in short.items() if name in wanted] or list(SETS)
    variants = [variant for variant in VARIANTS if variant in wanted] or list(VARIANTS)
    found = {images: {variant: [] for variant in variants} for images in sets}
    # Seed by seed, so that a table of everything is there early.
    for seed in range(options.seeds):
        for images in sets:
            for variant in variants:
                directory = options.runs / images.split(",")[0] / variant
                timed = kept(directory / "step.json", lambda: milliseconds(images, variant, options.faces))
                steps = int(options.seconds * 1000 / timed)
                run = directory / f"seed_{seed}"
                make = lambda: {"steps": steps, **scored(run, images, variant, options.faces, steps, seed)}  # noqa: E731
                result = kept(run.with_suffix(".json"), make)
                found[images][variant].append(result)
                shown = ", ".join(f"{column} {number(result[column])}" for column in COLUMNS)
                print(f"seed {seed}, {images}, {variant}, {timed:.1f} ms a step: {shown}", flush=True)
    for images in sets:
        print("", *table(images, found[images]), sep="\n")


if __name__ == "__main__":
    main()
