"""Training speed: `fit` as ganzoo runs it, bare tf.function loops, and the same DCGAN in PyTorch where it is installed.

    python benchmarks/train_speed.py [--size 32] [--width 64] [--batch 64] [--steps 40] [--repeats 5] [--json FILE]
    python benchmarks/train_speed.py --device gpu [--xla]        # on a machine that has one

All run in one process in turn, several times over, so that a noisy machine is noisy for all; medians and minima are printed.
One thread a side: with more, PyTorch's wait for each other by spinning, which counts as CPU time where another job runs.
"""

import argparse
import contextlib
import json
import math
import os
import statistics
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from ganzoo import precision as precisions
from ganzoo.families.gan import GAN
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.training import MOST_STEPS_PER_EXECUTION

LATENT = 100


def networks(options):
    keras.utils.set_random_seed(0)
    sizes = {"size": options.size, "channels": 3, "width": options.width}
    return dcgan_generator(latent_dim=LATENT, **sizes), dcgan_discriminator(**sizes)


def adam():
    return keras.optimizers.Adam(2e-4, beta_1=0.5)


def dataset(images, batch):
    data = tf.data.Dataset.from_tensor_slices(images).repeat().batch(batch, drop_remainder=True)
    return data.prefetch(tf.data.AUTOTUNE)


@contextlib.contextmanager
def plain_layers():
    """Within, what is traced computes by Keras' own convolutions and batch norm."""
    modules = [sys.modules[f"ganzoo.layers.{name}"] for name in ("convolution", "batch_norm")]
    before = [module.on_cpu for module in modules]
    for module in modules:
        module.on_cpu = lambda: False
    try:
        yield
    finally:
        for module, on_cpu in zip(modules, before, strict=True):
            module.on_cpu = on_cpu


def in_format(precision, run):
    """`run`, with a number format that holds while it is traced."""

    def formatted(steps):
        precisions.apply(precision)
        run(steps)

    return formatted


def peak(options, repeats=5):
    """The most GFLOP/s of a matrix product here: (float32, bfloat16)."""
    rates = []
    for dtype in (tf.float32, tf.bfloat16):
        a = tf.cast(tf.random.normal((2048, 2048)), dtype)
        product = tf.function(lambda a: tf.matmul(a, a))
        product(a).numpy()
        times = []
        for _ in range(repeats):
            began = time.perf_counter() if options.device == "gpu" else time.process_time()
            product(a).numpy()
            times.append((time.perf_counter() if options.device == "gpu" else time.process_time()) - began)
        rates.append(2 * 2048**3 / min(times) / 1e9)
    return rates


def ganzoo_fit(images, options):
    """`fit`, with the average, the records and the checks that a run has."""
    model = GAN(*networks(options))
    # A divisor of the steps, as in a run: Keras would run more steps than asked for otherwise.
    in_one_go = math.gcd(options.steps, MOST_STEPS_PER_EXECUTION)
    model.compile({"generator": adam(), "discriminator": adam()}, steps_per_execution=in_one_go, jit_compile=options.xla)
    data = dataset({"image": images}, options.batch)
    return lambda steps: model.fit(data, steps_per_epoch=steps, epochs=1, verbose=0)


def bare_loop(images, options, layers=contextlib.nullcontext):
    """The least code that trains the same networks by the same loss: no average, no records, no checks; Keras' own Adam."""
    generator, discriminator = networks(options)
    g_optimizer, d_optimizer = adam(), adam()
    g_optimizer.build(generator.trainable_variables)
    d_optimizer.build(discriminator.trainable_variables)
    softplus = tf.nn.softplus

    @tf.function
    def step(real):
        noise = tf.random.normal((options.batch, LATENT))
        with tf.GradientTape() as tape:
            fake = generator(noise, training=True)
            real_logits, fake_logits = discriminator(real, training=True), discriminator(fake, training=True)
            loss = tf.reduce_mean(softplus(-real_logits)) + tf.reduce_mean(softplus(fake_logits))
        variables = discriminator.trainable_variables
        d_optimizer.apply(tape.gradient(loss, variables), variables)
        noise = tf.random.normal((options.batch, LATENT))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(softplus(-discriminator(generator(noise, training=True), training=True)))
        variables = generator.trainable_variables
        g_optimizer.apply(tape.gradient(loss, variables), variables)

    batches = iter(dataset(images, options.batch))

    def run(steps):
        with layers():
            for _ in range(steps):
                step(next(batches))

    return run


def pytorch(images, options, bfloat16, fused=False):
    """The same networks, loss and optimizers in PyTorch, channels last."""
    import torch
    from torch import nn

    def initialise(module):
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            nn.init.normal_(module.weight, 0.0, 0.02)

    stages = options.size.bit_length() - 3
    widths = [options.width * 2**stage for stage in range(stages)]
    layers = [nn.Linear(LATENT, widths[-1] * 16, bias=False), nn.Unflatten(1, (widths[-1], 4, 4))]
    for before, after in zip(widths[::-1], [*widths[-2::-1], 3], strict=True):
        last = after == 3
        layers += [nn.BatchNorm2d(before), nn.ReLU()]
        layers += [nn.ConvTranspose2d(before, after, 5, 2, 2, output_padding=1, bias=last)]
    generator = nn.Sequential(*layers, nn.Tanh())
    layers = []
    for before, after in zip([3, *widths[:-1]], widths, strict=True):
        layers += [nn.Conv2d(before, after, 5, 2, 2, bias=before == 3)]
        layers += [] if before == 3 else [nn.BatchNorm2d(after)]
        layers += [nn.LeakyReLU(0.2)]
    discriminator = nn.Sequential(*layers, nn.Flatten(), nn.Linear(widths[-1] * 16, 1))
    for network in (generator, discriminator):
        network.apply(initialise)
        network.to(memory_format=torch.channels_last)
    g_optimizer = torch.optim.Adam(generator.parameters(), 2e-4, (0.5, 0.999), eps=1e-7, fused=fused)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), 2e-4, (0.5, 0.999), eps=1e-7, fused=fused)
    softplus = nn.functional.softplus
    data = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    position = 0

    def run(steps):
        nonlocal position
        for _ in range(steps):
            if position + options.batch > len(data):
                position = 0
            real = data[position : position + options.batch]
            position += options.batch
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                fake = generator(torch.randn(options.batch, LATENT)).detach()
                real_logits, fake_logits = discriminator(real), discriminator(fake)
            loss = softplus(-real_logits.float()).mean() + softplus(fake_logits.float()).mean()
            d_optimizer.zero_grad(set_to_none=True)
            loss.backward()
            d_optimizer.step()
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                logits = discriminator(generator(torch.randn(options.batch, LATENT)))
            loss = softplus(-logits.float()).mean()
            g_optimizer.zero_grad(set_to_none=True)
            loss.backward()
            g_optimizer.step()

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu")
    parser.add_argument("--xla", action="store_true", help="compile ganzoo's step by XLA")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    if options.device == "cpu":
        tf.config.set_visible_devices([], "GPU")
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (options.batch * 20, options.size, options.size, 3)).astype(np.float32)
    contenders = {
        "ganzoo fit": in_format("auto", ganzoo_fit(images, options)),
        "bare loop": in_format("auto", bare_loop(images, options)),
        "bare loop, Keras' layers": in_format("auto", bare_loop(images, options, plain_layers)),
        "ganzoo fit, float32": in_format("float32", ganzoo_fit(images, options)),
    }
    try:
        import torch

        if options.device == "gpu":
            raise ImportError("the PyTorch side is written for the CPU")
        torch.set_num_threads(options.threads)
        contenders["PyTorch float32"] = pytorch(images, options, bfloat16=False)
        contenders["PyTorch bfloat16"] = pytorch(images, options, bfloat16=True)
        contenders["PyTorch bfloat16, fused Adam"] = pytorch(images, options, bfloat16=True, fused=True)
        print(f"PyTorch {torch.__version__}, ", end="")
    except ImportError:
        print("PyTorch is not installed: compared without it; ", end="")
    rates = "; a product of matrices: {:.0f} GFLOP/s in float32, {:.0f} in bfloat16".format(*peak(options))
    print(f"TensorFlow {tf.__version__}, {options.threads} threads, DCGAN {options.size}, width {options.width}{rates}")
    walls, cpus = ({name: [] for name in contenders} for _ in range(2))
    for run in contenders.values():
        run(options.steps)  # tracing and warming up are not measured
    for _ in range(options.repeats):
        for name, run in contenders.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run(options.steps)
            walls[name].append(time.perf_counter() - wall)
            cpus[name].append(time.process_time() - cpu)
    images_done = options.steps * options.batch
    base = min(
        (name for name in contenders if "PyTorch" in name), key=lambda n: statistics.median(cpus[n]), default="bare loop"
    )
    rows = []
    for name in contenders:
        ratio = statistics.median(mine / bare for mine, bare in zip(cpus[name], cpus[base], strict=True))
        rows.append(
            {
                "name": name,
                "images_per_second": images_done / statistics.median(walls[name]),
                "cpu_ms_per_step": 1000 * statistics.median(cpus[name]) / options.steps,
                "least_cpu_ms_per_step": 1000 * min(cpus[name]) / options.steps,
                "cpu_time_ratio": ratio,
            }
        )
        row = rows[-1]
        print(
            f"{name:30} {row['images_per_second']:8,.0f} images/s  {row['cpu_ms_per_step']:8.1f} / "
            f"{row['least_cpu_ms_per_step']:8.1f} CPU ms a step, median and least  {ratio:5.3f} x {base}"
        )
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"options": vars(options), "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
