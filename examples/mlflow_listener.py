"""A training that MLflow keeps, in a folder of this machine: settings, losses, scores beside held-out data, sample grids.

    pip install mlflow-skinny
    python examples/mlflow_listener.py [RECIPE] [STEPS]

writes ./mlruns; `mlflow ui`, of the whole mlflow, shows it.
"""

import os
import re
import sys
from pathlib import Path

os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # newer versions of MLflow want to be told that a folder is meant
import mlflow
from PIL import Image

import ganzoo


class MLflowListener:
    """Passes on to MLflow what `ganzoo.train` tells."""

    def __init__(self, experiment, folder="mlruns"):
        mlflow.set_tracking_uri(Path(folder).resolve().as_uri())
        mlflow.set_experiment(experiment)

    def on_start(self, recipe, settings, step):
        mlflow.start_run()
        mlflow.log_params({name: str(value)[:500] for name, value in settings.items()})
        mlflow.log_text(recipe, "recipe.py")

    def on_log(self, step, records):
        mlflow.log_metrics(records, step=step)

    def on_scores(self, step, scores):
        for score in scores:
            name = re.sub(r"[^\w. /-]", " ", score["name"]).strip()  # no brackets in MLflow's names
            mlflow.log_metric(f"metric/{name}", score["value"], step=step)
            if score.get("real") is not None:
                mlflow.log_metric(f"held-out/{name}", score["real"], step=step)

    def log_image(self, step, tag, picture):
        mlflow.log_image(Image.fromarray(picture.squeeze()), f"{tag}/step-{step:08d}.png")

    def close(self):
        mlflow.end_run()


def main(recipe="digits_dcgan", steps=300):
    listener = MLflowListener(recipe)
    return ganzoo.train(recipe, steps=int(steps), fresh=True, run="runs/mlflow", listeners=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
