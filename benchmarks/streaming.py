"""The memory that a user's images take by their number: a folder or tar files, decoded to a file and streamed from there.

Each count runs in a process of its own, with the threshold from which ganzoo keeps decoded images in a mapped file set to
nothing. What is measured is anonymous memory, which no limit can take back; pages of a mapped file can be.

    python benchmarks/streaming.py --counts 2000,8000 --kind folder
"""

import argparse
import multiprocessing
import shutil
import tarfile
import tempfile
import threading
import time
from pathlib import Path

SIDE = 32


def write(root, count, kind):
    """Makes `count` images of 32x32 pixels, in folders of 1,000 files below `train/a`, or in tar files of as many."""
    import numpy as np
    from PIL import Image

    for first in range(0, count, 1000):
        folder = root / "train" / "a" / str(first)
        folder.mkdir(parents=True)
        for number in range(first, min(first + 1000, count)):
            pixels = np.random.default_rng(number).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.bmp")
        if kind == "tar":
            with tarfile.open(root / f"{first:08}.tar", "w") as archive:
                archive.add(folder, ".")
            shutil.rmtree(root / "train")


def anonymous():
    """This process's anonymous memory in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) / 1024


def measure(root, batches, results):
    """Puts (MB before, at most, at the end; seconds until the first batch) of reading the images of a folder."""
    from ganzoo.data import images

    images.CACHE_ABOVE = 0
    list(images.Images("digits").batches(64, seed=0).take(2))  # TensorFlow's own start
    before, peak, ended = anonymous(), [0.0], threading.Event()

    def watch():
        while not ended.wait(0.05):
            peak[0] = max(peak[0], anonymous())

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.perf_counter()
    source = images.Images(str(root), size=SIDE)
    stream = iter(source.batches(64, seed=0))
    next(stream)
    seconds = time.perf_counter() - began
    for _ in range(batches):
        next(stream)
    ended.set()
    watching.join()
    results.put((before, peak[0], anonymous(), seconds))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counts", default="2000,8000")
    parser.add_argument("--kind", choices=("folder", "tar"), default="folder")
    parser.add_argument("--batches", type=int, default=200)
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    print(f"{'images':>8}  {'decoded MB':>10}  {'before':>7}  {'peak':>7}  {'end':>7}  s to the first batch")
    for count in map(int, arguments.counts.split(",")):
        with tempfile.TemporaryDirectory() as directory:
            write(Path(directory), count, arguments.kind)
            results = context.Queue()
            process = context.Process(target=measure, args=(directory, arguments.batches, results))
            process.start()
            before, peak, end, seconds = results.get()
            process.join()
        decoded = count * SIDE * SIDE * 3 / 2**20
        print(f"{count:8,}  {decoded:10.0f}  {before:7.0f}  {peak:7.0f}  {end:7.0f}  {seconds:.1f}", flush=True)


if __name__ == "__main__":
    main()
