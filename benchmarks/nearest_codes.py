"""What an encoder's nearest neighbours are worth: labels of test images by the nearest of all training images.

    python benchmarks/nearest_codes.py runs/mnist_bigan/default

The distance is that of the codes, of the features that they are linear in, as in the paper of BiGAN (1605.09782, section 4.1),
and of the pixels. `ganzoo probe` says the same of the codes by 10,000 training images.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from ganzoo import load
from ganzoo.data.images import Images
from ganzoo.data.scaling import to_unit
from ganzoo.metrics.neighbours.search import nearest

BATCH = 2000


def rows_of(images, network):
    found = [network(to_unit(images[first : first + BATCH]), training=False) for first in range(0, len(images), BATCH)]
    return np.concatenate(found).reshape(len(images), -1)


def errors(run):
    """The share of test images whose nearest training image has another label, by distance; and how many there are."""
    sampler = load(run)
    data, encoder = sampler.recipe.data, sampler.model.averages["encoder"].network
    train, test = (
        Images(data.name, split, size=data.size, crop=data.crop, labels=True, data_dir=data.data_dir).arrays()
        for split in ("train", "test")
    )
    networks = {"codes": encoder, "features": keras.Model(encoder.input, encoder.layers[-1].input), "pixels": lambda x, **_: x}
    found = {}
    for name, network in networks.items():
        rows = [rows_of(split["image"], network) for split in (test, train)]
        found[name] = np.mean(train["label"][nearest(*rows).indices[:, 0]] != test["label"])
    return found, len(test["label"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+")
    for run in parser.parse_args().runs:
        found, tested = errors(run)
        print(f"{run}: {tested} test images")
        for name, error in found.items():
            right = 1 - error
            print(f"  by {name:10} {100 * right:5.2f} % right ± {196 * (error * right / tested) ** 0.5:.2f}")


if __name__ == "__main__":
    main()
