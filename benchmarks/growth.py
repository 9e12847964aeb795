"""How the cost of a DCGAN's training step grows: CPU time an image over batch, width and size.

    python benchmarks/growth.py [--repeats 3] [--json FILE]
    python benchmarks/growth.py --profile        # the operators of each width, instead

`--precision auto`, one thread; the least of several measurements of a fifth of a second and more. Beside each number stands the
exponent e by which it grew since the one before, as (batch, width or size)^e. Arithmetic grows with the batch by 0, with the
width by 2 but for the layers at the images, with the size by some 2.
"""

import argparse
import json
import math
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import operator_times
import tensorflow as tf

from ganzoo import precision
from ganzoo.families.gan import GAN
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator

BASE = {"size": 32, "width": 32, "batch": 32}
SERIES = {"batch": (16, 32, 64, 128, 256, 512), "width": (16, 32, 64, 128), "size": (8, 16, 32, 64, 128)}


def step_of(size, width, batch):
    """A function that takes one training step of the family."""
    sizes = {"size": size, "channels": 3, "width": width}
    model = GAN(dcgan_generator(latent_dim=100, **sizes), dcgan_discriminator(**sizes))
    model.compile({player: keras.optimizers.Adam(2e-4, beta_1=0.5) for player in model.players})
    step = tf.function(model.train_step)
    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (batch, size, size, 3)), tf.float32)
    return lambda: step({"image": images})["generator_loss"].numpy()


def cost(run, batch, repeats, least=0.2):
    """CPU microseconds an image: the least of `repeats` measurements of `least` seconds and more."""
    run()
    began = time.process_time()
    run()
    steps = max(1, math.ceil(least / (time.process_time() - began)))
    found = []
    for _ in range(repeats):
        began = time.process_time()
        for _ in range(steps):
            run()
        found.append((time.process_time() - began) / steps / batch)
    return 1e6 * min(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=SERIES)
    parser.add_argument("--json")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.set_visible_devices([], "GPU")
    print(f"DCGAN with {', '.join(f'{name} {value}' for name, value in BASE.items())}, {precision.apply('auto')}")
    measured = {}
    for axis in [options.only] if options.only else SERIES:
        before = None
        print(f"\n{axis:>6} {'CPU us an image':>16} {'exponent':>9}")
        for value in SERIES[axis]:
            sizes = {**BASE, axis: value}
            key = tuple(sizes.values())
            if key not in measured or options.profile:
                run = step_of(**sizes)
                measured[key] = cost(run, sizes["batch"], options.repeats)
                if options.profile:
                    print_operators(run, sizes["batch"])
                keras.backend.clear_session()
            now = measured[key]
            exponent = "" if before is None else f"{math.log(now / before[1]) / math.log(value / before[0]):9.2f}"
            print(f"{value:6} {now:16.0f} {exponent}", flush=True)
            before = value, now
    if options.json:
        rows = [{**dict(zip(BASE, key, strict=True)), "cpu_us_an_image": value} for key, value in measured.items()]
        with open(options.json, "w") as file:
            json.dump(rows, file, indent=1)


def print_operators(run, batch, most=8):
    """Prints the single operators of a step that take the most."""
    _, by_name = operator_times.of(run)
    for name, (_, ms) in sorted(by_name.items(), key=lambda item: -item[1][1])[:most]:
        print(f"    {name:90.90} {1000 * ms / batch:9.1f} us an image")


if __name__ == "__main__":
    main()
