"""What bfloat16 gains: float32, Keras' mixed_bfloat16 and oneDNN's graph rewriter, each in a process of its own.

    python benchmarks/precision.py [--size 32] [--width 64] [--batch 64] [--steps 20] [--repeats 3] [--json FILE]

Formats take turns, so that a noisy machine is noisy for all; medians are printed. The quality of what comes out is that
of `ganzoo train RECIPE --precision ...` followed by `ganzoo evaluate`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

FORMATS = ("float32", "mixed_bfloat16", "auto_mixed_precision_onednn_bfloat16")


def child(name, options):
    """Trains in one format; prints its seconds, CPU seconds and last losses."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import numpy as np
    import tensorflow as tf

    from ganzoo.families.gan import GAN
    from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator

    if name == "mixed_bfloat16":
        keras.config.set_dtype_policy(name)
    elif name != "float32":
        tf.config.optimizer.set_experimental_options({name: True})
    keras.utils.set_random_seed(0)
    sizes = {"size": options.size, "channels": 3, "width": options.width}
    model = GAN(dcgan_generator(**sizes), dcgan_discriminator(**sizes))
    model.compile({player: keras.optimizers.Adam(2e-4, beta_1=0.5) for player in model.players})
    shape = (options.batch, options.size, options.size, 3)
    images = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    data = tf.data.Dataset.from_tensors({"image": images}).repeat()
    model.fit(data, steps_per_epoch=5, epochs=1, verbose=0, shuffle=False)
    wall, cpu = time.perf_counter(), time.process_time()
    model.fit(data, steps_per_epoch=options.steps, epochs=1, verbose=0, shuffle=False)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"wall": wall, "cpu": cpu, **model.take_records()}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json")
    parser.add_argument("--child", choices=FORMATS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options)
        return
    rows = {name: [] for name in FORMATS}
    for _ in range(options.repeats):
        for name in FORMATS:
            command = [sys.executable, __file__, *sys.argv[1:], "--child", name]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            rows[name].append(json.loads(output.splitlines()[-1]))
    images = options.steps * options.batch
    for name, runs in rows.items():
        wall, cpu = (statistics.median(run[key] for run in runs) for key in ("wall", "cpu"))
        ratio = statistics.median(run["cpu"] / base["cpu"] for run, base in zip(runs, rows["float32"], strict=True))
        print(f"{name:38} {images / wall:7,.0f} images/s  {1000 * cpu / images:6.3f} CPU ms/image  {ratio:5.3f} x float32's")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
