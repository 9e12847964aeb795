"""Fine-tuning on one class: FD by the step of fresh weights, of a trained model's, and of these with layers that stay.

    ganzoo data prepare mnist
    python benchmarks/fine_tuning.py --runs runs/fine_tuning

Trains MNIST's sevens with the networks of `recipes/mnist_dcgan.py` at batch 64 and a constant learning rate, each way once. A
way that was measured already is not measured again.
"""

import argparse
import json
from pathlib import Path

import ganzoo

RECIPE = MODEL = "mnist_dcgan"
FROZEN = ("discriminator.down_14", "discriminator.down_7")
WAYS = {
    "fresh": {},
    f"--from {MODEL}": {"weights_from": MODEL},
    "and --freeze of D's first two convolutions": {"weights_from": MODEL, "frozen": FROZEN},
}


def recipe(options):
    """The text of the recipe: that of the model on one class, in smaller batches, at a constant rate, scored on the way."""
    adam = f"keras.optimizers.Adam({options.rate}, beta_1=0.5)"
    return f'''"""One class of MNIST, by the networks of {RECIPE}."""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families import GAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("mnist", only={options.only}),
        model=GAN(
            generator=dcgan_generator(size=28, channels=1, width=32),
            discriminator=dcgan_discriminator(size=28, channels=1, width=32),
        ),
        optimizers={{"generator": {adam}, "discriminator": {adam}}},
        batch_size={options.batch},
        steps={options.steps},
        evaluations=(Evaluation(metrics=("frechet_distance",), count={options.count}, every={options.every}),),
    )
'''


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=Path("runs/fine_tuning"))
    parser.add_argument("--only", type=int, default=7, help="the class")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--count", type=int, default=1000, help="samples of a score")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-4)
    options = parser.parse_args()
    steps = range(options.every, options.steps + 1, options.every)
    print(f"| step | {' | '.join(f'{step:,}' for step in steps)} |\n{'|---' * (len(steps) + 1)}|")
    options.runs.mkdir(parents=True, exist_ok=True)
    file = options.runs / "one_class.py"
    file.write_text(recipe(options))
    for number, (name, way) in enumerate(WAYS.items()):
        run = options.runs / str(number)
        ganzoo.train(file, run, log=lambda line: None, **way)
        scores = [json.loads(line) for line in (run / "scores.jsonl").read_text().splitlines()]
        found = {score["step"]: score["value"] for score in scores if score["name"].startswith("FD[")}
        print(f"| {name} | {' | '.join(f'{found[step]:.3g}' for step in steps)} |", flush=True)


if __name__ == "__main__":
    main()
