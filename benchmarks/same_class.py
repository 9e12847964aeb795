"""How close are two real images of one class, such as photographs of one person: a threshold for `ganzoo birthday`.

    python benchmarks/same_class.py FOLDER --size 32

FOLDER has a folder for each class. The threshold is the greatest distance, in pixels scaled to [0, 1] (`--features pixels`),
up to which a share of all pairs is of one class.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from scipy.spatial.distance import pdist

from ganzoo.data.images import Images
from ganzoo.errors import UserError

MOST = 10_000


def threshold(rows, labels, share):
    """The greatest distance of a pair such that `share` of the pairs up to it are of one class, and that many.

    Args:
        rows: float [N, d].
        labels: int [N].
        share: from 0 to 1.

    Returns:
        (distance, pairs up to it, and how large a share of all pairs of one class they are).

    Raises:
        UserError: no such distance, no pair of one class, or more images than can be compared in memory.
    """
    if not 0 < share <= 1:
        raise UserError(f"--share is above 0 and at most 1, not {share}")
    if len(rows) > MOST:
        raise UserError(f"{len(rows)} images: pairs of {MOST} at most fit into memory")
    distances, same = pdist(rows), pdist(labels[:, None]) == 0
    if not same.any():
        raise UserError("no two images are of one class")
    order = np.argsort(distances, kind="stable")
    ordered, right = distances[order], np.cumsum(same[order])
    ends = np.flatnonzero(np.append(ordered[1:] > ordered[:-1], True))  # of equal distances all count or none
    enough = ends[right[ends] / (ends + 1) >= share]
    if not enough.size:
        raise UserError(f"the closest pairs are of two classes: no threshold keeps {share:%} to one")
    last = enough[-1]
    return ordered[last], last + 1, right[last] / right[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--size", type=int, required=True, help="pixels a side of the model's images")
    parser.add_argument("--share", type=float, default=0.99)
    options = parser.parse_args()
    try:
        examples = Images(options.folder, size=options.size, labels=True).arrays()
        rows = examples["image"].reshape(len(examples["label"]), -1) / 255.0
        distance, pairs, found = threshold(rows, examples["label"], options.share)
    except UserError as error:
        parser.error(str(error))
    print(f"{len(rows)} images of {len(set(examples['label']))} classes")
    print(f"{distance:.2f}: of {pairs} pairs so close {options.share:.2%} are of one class, {found:.2%} of all such pairs")


if __name__ == "__main__":
    main()
