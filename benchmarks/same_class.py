"""How close are two real images of one class, such as photographs of one person: a threshold for `ganzoo birthday`.

    python benchmarks/same_class.py FOLDER --size 32

FOLDER has a folder for each class. The threshold is the greatest distance, in pixels scaled to [0, 1] (`--features pixels`),
of which a share of all closer pairs is of one class.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from scipy.spatial.distance import pdist

from ganzoo.data.images import Images


def threshold(rows, labels, share):
    """The greatest distance of a pair such that `share` of the pairs up to it are of one class, and that many.

    Args:
        rows: float [N, d].
        labels: int [N].
        share: from 0 to 1.

    Returns:
        (distance, pairs up to it, and how large a share of all pairs of one class they are).
    """
    distances = pdist(rows)
    same = pdist(labels[:, None]) == 0
    order = np.argsort(distances, kind="stable")
    right = np.cumsum(same[order])
    enough = np.flatnonzero(right >= share * np.arange(1, len(order) + 1))
    if not enough.size:
        raise SystemExit(f"the closest pair is of two classes: no threshold keeps {share:.0%} to one")
    last = enough[-1]
    return distances[order[last]], last + 1, right[last] / same.sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--size", type=int, required=True, help="pixels a side of the model's images")
    parser.add_argument("--share", type=float, default=0.99)
    options = parser.parse_args()
    examples = Images(options.folder, size=options.size, labels=True).arrays()
    rows = examples["image"].reshape(len(examples["label"]), -1) / 255.0
    distance, pairs, found = threshold(rows, examples["label"], options.share)
    print(f"{len(rows)} images of {len(set(examples['label']))} classes")
    print(
        f"{distance:.2f}: of {pairs} pairs so close {options.share:.0%} are of one class, {found:.0%} of all pairs of one class"
    )


if __name__ == "__main__":
    main()
