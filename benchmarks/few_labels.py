"""What a semi-supervised GAN's classifier is worth: its errors on the test split beside those of what needs no GAN.

    ganzoo train recipes/digits_semi_supervised.py
    ganzoo train recipes/digits_semi_supervised.py --run runs/without_gan --set model.unlabelled_weight=0
    python benchmarks/few_labels.py runs/digits_semi_supervised/default runs/without_gan

Every run is compared on the labels that it saw itself with scikit-learn's logistic regression and nearest neighbour, and
with label spreading, which learns from the unlabelled images too. A run with `unlabelled_weight=0` is the same network, by
labels alone.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.semi_supervised import LabelSpreading

from ganzoo import load
from ganzoo.data.images import Images
from ganzoo.data.scaling import to_unit
from ganzoo.data.semi_supervised import rows_by_class

BATCH = 500


def rows_of(images):
    return np.asarray(to_unit(images)).reshape(len(images), -1)


def errors(run):
    """The test errors of a run's classifier and of scikit-learn's on the same labels, and how many there are."""
    sampler = load(run)
    data = sampler.recipe.data
    train = data.arrays()
    test = Images(data.name, "test", size=data.size, crop=data.crop, labels=True, data_dir=data.data_dir).arrays()
    images = np.asarray(to_unit(test["image"]))
    guesses = [sampler.model.classify(images[i : i + BATCH]).numpy().argmax(1) for i in range(0, len(images), BATCH)]
    found = {"the run's classifier": np.mean(np.concatenate(guesses) != test["label"])}

    rows = rows_by_class(train["label"], data.per_class, data.choice)
    few, labels = rows_of(train["image"][rows]), train["label"][rows]
    marked = np.full(len(train["label"]), -1)
    marked[rows] = labels
    fitted = {
        "logistic regression": LogisticRegression(max_iter=2000).fit(few, labels),
        "nearest neighbour": KNeighborsClassifier(1).fit(few, labels),
        "label spreading, unlabelled images too": LabelSpreading("knn", n_neighbors=7).fit(rows_of(train["image"]), marked),
    }
    given = rows_of(test["image"])
    return (
        found | {name: np.mean(model.predict(given) != test["label"]) for name, model in fitted.items()},
        len(rows),
        len(given),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+")
    for run in parser.parse_args().runs:
        found, labelled, tested = errors(run)
        print(f"{run}: {labelled} labels, {tested} test images")
        for name, error in found.items():
            print(f"  {name:40} {100 * error:5.1f} % wrong ± {100 * (error * (1 - error) / tested) ** 0.5:.1f}")


if __name__ == "__main__":
    main()
