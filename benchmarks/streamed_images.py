"""The memory that features of many images take: the images stand in a mapped file, and pass part by part.

    python benchmarks/streamed_images.py --count 50000 --side 128

The images are noise of [count, side, side, 3] where `ganzoo evaluate` puts what is more than 1 GiB; the extractor is the
cheapest there is of its dimension, so that what is measured is the way and not a network. What counts is anonymous memory,
which no limit can take back; pages of a mapped file can be.
"""

import argparse
import threading
import time
from pathlib import Path

import numpy as np

from ganzoo.evaluation import room as rooms
from ganzoo.evaluation.extraction import extract
from ganzoo.evaluation.features.base import Extracted, Extractor


class First(Extractor):
    """An image's first pixels."""

    name, layer, source, preprocessing = "first", "pixels", "the first values of an image", "divided by 255"

    def __init__(self, dimension):
        self.dimension = dimension

    def extract(self, images, progress=None):
        return Extracted(images.reshape(len(images), -1)[:, : self.dimension].astype(np.float32) / 255)


def anonymous():
    """This process's anonymous memory in bytes (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("RssAnon")).split()[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--dimension", type=int, default=2048)
    options = parser.parse_args()
    rooms.IN_MEMORY = 0  # smaller sets too
    before, peak, ended = anonymous(), [0], threading.Event()

    def watch():
        while not ended.wait(0.02):
            peak[0] = max(peak[0], anonymous())

    watching = threading.Thread(target=watch)
    watching.start()
    images = rooms.room((options.count, options.side, options.side, 3))
    draws = np.random.default_rng(0)
    for first in range(0, options.count, 1024):
        images[first : first + 1024] = draws.integers(0, 256, images[first : first + 1024].shape, np.uint8)
    began = time.process_time()
    features = extract(First(options.dimension), images, "images", log=lambda line: None).features
    ended.set()
    watching.join()
    gib = 2.0**30
    print(f"{options.count:,} images of {options.side}x{options.side}x3: {images.nbytes / gib:.2f} GiB in a mapped file")
    print(f"features {features.shape[0]:,} x {features.shape[1]:,}: {features.nbytes / gib:.2f} GiB")
    print(
        f"anonymous memory at most {(peak[0] - before) / gib:.2f} GiB above the start, {time.process_time() - began:.0f} CPU s"
    )


if __name__ == "__main__":
    main()
