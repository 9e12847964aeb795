"""What makes training faster on CPUs, each part beside the plain way that it takes the place of, as a Markdown table.

    python benchmarks/remedies.py [--repeats 7]

On one thread, both ways in turn in one process, CPU time; a minute of it in all. What they gain a whole step is that
of `benchmarks/train_speed.py`.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from ganzoo import noise
from ganzoo.data import catalogue, points
from ganzoo.families import GAN
from ganzoo.families.base import Family
from ganzoo.layers.batch_norm import EPSILON, MOMENTUM, batch_norm
from ganzoo.layers.convolution import Geometry
from ganzoo.networks import resnet_discriminator, resnet_generator
from ganzoo.optimizers import fused

BATCH = 64
rng = np.random.default_rng(0)


def normal(*shape, dtype=tf.float32):
    return tf.cast(tf.constant(rng.standard_normal(shape), tf.float32), dtype)


def weight_gradient(side, channels, filters, dtype):
    """The gradient of a 5x5 convolution of stride 2 by its kernel: TensorFlow's kernel, and a forward convolution."""
    geometry = Geometry((side, side), (5, 5), (2, 2), "same")
    x, y = normal(BATCH, side, side, channels, dtype=dtype), normal(BATCH, *geometry.out, filters, dtype=dtype)
    return [called(tf.function(way), x, y) for way in (geometry._by_kernel, geometry._by_convolution)]


def called(function, *args):
    return lambda: function(*args)


def batch_norms(side, channels):
    """A batch norm forward and back: Keras' layer and ours."""

    def run(layer):
        layer.build((None, side, side, channels))

        @tf.function
        def step(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.reduce_sum(tf.square(layer(x, training=True)))
            return tape.gradient(loss, [x, *[weight.value for weight in layer.trainable_weights]])

        return called(step, normal(BATCH, side, side, channels))

    return run(keras.layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON)), run(batch_norm())


def adams(shape, count):
    """A step of Adam on `count` variables: Keras' operators and one kernel a variable."""

    def run(optimizer):
        variables = [keras.Variable(normal(*shape)) for _ in range(count)]
        optimizer.build(variables)
        step = tf.function(lambda gradients: optimizer.apply(gradients, variables))
        return called(step, [normal(*shape) for _ in range(count)])

    return run(keras.optimizers.Adam(2e-4)), run(fused(keras.optimizers.Adam(2e-4)))


def instance_noise(*shape):
    """Noise on what a discriminator sees: made of bits as latents are, and by TensorFlow's kernel."""
    seed = tf.constant([1, 2])
    return [
        called(tf.function(lambda seed, draw=draw: draw(shape, seed)), seed) for draw in (noise.normal, noise.training_normal)
    ]


def first_rounds(steps):
    """The first round of an SNGAN with so many discriminator steps: one graph of all, and one that a loop takes."""

    def run(taken):
        networks = resnet_generator(size=32, width=8), resnet_discriminator(size=32, width=8)
        model = GAN(*networks, discriminator_steps=steps)
        model.compile({player: keras.optimizers.Adam(2e-4) for player in model.players})
        model.on_fresh_batches = taken.__get__(model)
        tf.function(model.train_step)({"image": normal(2 * steps, 32, 32, 3)})

    def unrolled(model, batch, step):
        for real in model.fresh_batches(batch):
            step(real)

    return lambda: run(unrolled), lambda: run(Family.on_fresh_batches)


def point_sets(name):
    """All points of a set: read back record by record, and drawn."""
    builder = catalogue.describe(name)
    return lambda: catalogue.read(name, "train"), lambda: points.drawn(builder, "train")


def timed(ways, calls, repeats):
    """CPU ms a call of each way, in turn, as lists."""
    for way in ways:
        way()
    times = [[], []]
    for _ in range(repeats):
        for way, taken in zip(ways, times, strict=True):
            began = time.process_time()
            for _ in range(calls):
                way()
            taken.append(1000 * (time.process_time() - began) / calls)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.set_visible_devices([], "GPU")
    few = max(options.repeats // 3, 1)
    rows = {
        "weight gradient, 8x8x128 to 4x4x256, float32": (weight_gradient(8, 128, 256, tf.float32), 3, options.repeats),
        "the same in bfloat16": (weight_gradient(8, 128, 256, tf.bfloat16), 3, options.repeats),
        "weight gradient, 16x16x64 to 8x8x128, bfloat16 (left to the kernel)": (
            weight_gradient(16, 64, 128, tf.bfloat16),
            3,
            options.repeats,
        ),
        "batch norm of 16x16x128, forward and back": (batch_norms(16, 128), 5, options.repeats),
        "Adam on 12 variables of 400,000": (adams((1000, 400), 12), 5, options.repeats),
        "Adam on 12 variables of 128": (adams((128,), 12), 50, options.repeats),
        "instance noise on 32x32x3, of bits and by the kernel": (instance_noise(BATCH, 32, 32, 3), 5, options.repeats),
        "first round of an SNGAN, 5 discriminator steps": (first_rounds(5), 1, few),
        "the points of ring8": (point_sets("ring8"), 1, few),
    }
    print("| CPU ms, median / least | plain | ganzoo | over plain |\n|---|---|---|---|")
    for name, (ways, calls, repeats) in rows.items():
        plain, ours = timed(ways, calls, repeats)
        ratio = statistics.median(b / a for a, b in zip(plain, ours, strict=True))
        cells = [f"{statistics.median(times):,.2f} / {min(times):,.2f}" for times in (plain, ours)]
        print(f"| {name} | {' | '.join(cells)} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
