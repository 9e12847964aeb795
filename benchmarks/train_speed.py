"""Training speed: `fit` as a run uses it, bare tf.function loops, and the same training in PyTorch where it is installed.

    python benchmarks/train_speed.py [--only dcgan_32] [--steps N] [--repeats 5] [--json FILE]
    python benchmarks/train_speed.py --only dcgan_32 --profile      # what the operators of a step take
    python benchmarks/train_speed.py --device gpu [--xla]           # on a machine that has one

All ways of one training run in one process in turn, several times over, so that a noisy machine is noisy for all. CPU time on a
CPU, wall time on a GPU: medians, least, and medians of each turn's ratios to PyTorch's best way. One thread a side: with more,
PyTorch's wait for each other by spinning, which counts as CPU time where another job runs. A step is a round.
"""

import argparse
import contextlib
import gc
import importlib.util
import json
import math
import os
import statistics
import sys
import threading
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import operator_times
import tensorflow as tf
from speed_cases import CASES

from ganzoo import precision as precisions
from ganzoo.callbacks.reports import Reports
from ganzoo.data.scaling import to_unit
from ganzoo.families.base import examples_of
from ganzoo.families.gan import GAN
from ganzoo.optimizers import fused
from ganzoo.training import MOST_STEPS_PER_EXECUTION

FIT = "ganzoo fit"
BARE = "bare loop"
PLAIN = "bare loop, Keras' layers and optimizer"


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


class Fit(keras.callbacks.Callback):
    """One long `fit`, as a run has it, that waits between two measurements.

    It has the average, the records and the checks of a run, and its reports; no pictures, checkpoints and evaluations.
    """

    def __init__(self, case, options):
        super().__init__()
        self.left, self.go, self.done, self.error = 0, threading.Semaphore(0), threading.Semaphore(0), None
        self.in_one_go = math.gcd(options.steps or case.steps, MOST_STEPS_PER_EXECUTION)
        model = GAN(
            *case.networks(),
            adversarial_loss=case.loss,
            penalties=case.penalties,
            discriminator_steps=case.discriminator_steps,
        )
        optimizers = {player: case.optimizer() for player in model.players}
        model.compile(optimizers, steps_per_execution=self.in_one_go, jit_compile=options.xla)
        self.network = model
        data = case.source().batches(case.batch * model.batches_per_step, seed=0)
        callbacks = [Reports(100, case.batch), self]

        def train():
            try:
                precisions.apply("auto", images=case.is_image)
                self.go.acquire()
                model.fit(data, steps_per_epoch=10**9, epochs=1, verbose=0, shuffle=False, callbacks=callbacks)
            except Exception as error:
                self.error = error
            self.done.release()

        threading.Thread(target=train, daemon=True).start()

    def __call__(self, steps):
        self.left = steps
        self.go.release()
        self.done.acquire()
        if self.error:
            raise self.error

    def on_train_batch_end(self, batch, logs=None):
        self.left -= self.in_one_go
        if self.left <= 0:
            self.done.release()
            self.go.acquire()

    def end(self):
        self.model.stop_training = True
        self(0)


def bare_loop(case, layers=contextlib.nullcontext, optimizer=lambda optimizer: optimizer):
    """The least code that trains the same networks by the same losses: no average, no records, no checks."""
    generator, discriminator = case.networks()
    g_optimizer, d_optimizer = optimizer(case.optimizer()), optimizer(case.optimizer())
    g_optimizer.build(generator.trainable_variables)
    d_optimizer.build(discriminator.trainable_variables)

    def generate():
        return generator(tf.random.normal((case.batch, case.latent_dim)), training=True)

    def discriminate(examples):
        return discriminator(examples, training=True)

    def discriminator_step(real):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in discriminator.trainable_variables])
            fake = generate()
            loss = case.loss.discriminator(discriminate(real), discriminate(fake))
            for penalty in case.penalties:
                shape = penalty.epsilon_shape(real.shape[1:])
                epsilon = None if shape is None else tf.random.uniform((case.batch, *shape))
                loss += penalty(discriminate, real, fake, epsilon)
        variables = discriminator.trainable_variables
        d_optimizer.apply(tape.gradient(loss, [variable.value for variable in variables]), variables)

    def generator_step(real):
        variables = generator.trainable_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in variables])
            fake_logits = discriminate(generate())
            loss = case.loss.generator(fake_logits, discriminate(real) if case.loss.needs_real else None)
        g_optimizer.apply(tape.gradient(loss, [variable.value for variable in variables]), variables)

    def round_of_one(real):
        discriminator_step(real)
        generator_step(real)

    discriminator_step, generator_step = tf.function(discriminator_step), tf.function(generator_step)
    round_of_one = tf.function(round_of_one)
    batches = iter(case.source().batches(case.batch * case.discriminator_steps, seed=0))

    def run(steps):
        precisions.apply("auto", images=case.is_image)
        with layers():
            for _ in range(steps):
                real = examples_of(next(batches))
                if case.discriminator_steps == 1:
                    round_of_one(real)
                    continue
                parts = tf.split(real, case.discriminator_steps)
                for part in parts:
                    discriminator_step(part)
                generator_step(parts[-1])

    return run


def pytorch(case, fit):
    """The peers by name, each a function of a number of steps, and a step's arithmetic in GFLOP."""
    import torch_peers

    ways = {"PyTorch float32": (False, False)}
    if not case.is_image:
        ways |= {"PyTorch float32, fused Adam": (False, True)}
    ways |= {"PyTorch bfloat16": (True, False), "PyTorch bfloat16, fused Adam": (True, True)}
    (examples,) = case.source().arrays().values()
    if case.is_image:
        examples = to_unit(tf.constant(examples)).numpy()
    runs = {}
    for name, (bfloat16, fused_adam) in ways.items():
        runs[name], *counts = torch_peers.training(case, examples, bfloat16, fused_adam)
        ours = [sum(math.prod(v.shape) for v in network.trainable_variables) for network in fit.network.networks.values()]
        assert ours == counts, f"{case.about}: {ours} parameters here, {counts} in PyTorch"
    with torch_peers.Flop() as flop:
        runs["PyTorch float32"](1)
    return runs, flop.total / 1e9


def seconds(options, run):
    clock = time.perf_counter if options.device == "gpu" else time.process_time
    began = clock()
    run()
    return clock() - began


def tensorflow_peaks(options, side=2048):
    """The most GFLOP/s of TensorFlow's product of matrices here, a dict."""
    rates = {}
    for dtype in (tf.float32, tf.bfloat16):
        a = tf.cast(tf.random.normal((side, side)), dtype)
        product = tf.function(lambda a: tf.matmul(a, a))
        times = [seconds(options, lambda: product(a).numpy()) for _ in range(6)]
        rates[f"TensorFlow {dtype.name}"] = 2 * side**3 / min(times) / 1e9
    return rates


def torch_peaks(options, side=2048):
    """PyTorch's."""
    import torch

    rates = {}
    for dtype in (torch.float32, torch.bfloat16):
        a = torch.randn(side, side).to(dtype)
        times = [seconds(options, lambda: a @ a) for _ in range(6)]
        rates[f"PyTorch {str(dtype)[6:]}"] = 2 * side**3 / min(times) / 1e9
    return rates


def measure(case, options, with_torch):
    """A dict of what one training takes in every way."""
    steps, fit = options.steps or case.steps, Fit(case, options)
    ways = {FIT: fit, BARE: bare_loop(case, optimizer=fused), PLAIN: bare_loop(case, plain_layers)}
    gflop = None
    if with_torch:
        peers, gflop = pytorch(case, fit)
        ways |= peers
    for run in ways.values():
        run(steps)  # tracing and warming up are not measured
    times = {name: [] for name in ways}
    for _ in range(options.repeats):
        for name, run in ways.items():
            times[name].append(1000 * seconds(options, lambda run=run: run(steps)) / steps)
    fit.end()
    best = min((name for name in ways if "PyTorch" in name), key=lambda name: statistics.median(times[name]), default=BARE)
    rows = {
        name: {
            "median": statistics.median(of),
            "least": min(of),
            "over_best": statistics.median(mine / other for mine, other in zip(of, times[best], strict=True)),
            "over_bare": statistics.median(mine / other for mine, other in zip(of, times[BARE], strict=True)),
            "all": of,
        }
        for name, of in times.items()
    }
    return {"about": case.about, "gflop": gflop, "best": best, "rows": rows}


def show(found, options, peak):
    """Prints one training's rows."""
    clock = "wall" if options.device == "gpu" else "CPU"
    rates = ""
    if found["gflop"]:
        rate = found["gflop"] / found["rows"][FIT]["least"] * 1000
        rates = (
            f"; {found['gflop']:.1f} GFLOP a step, by fit at {rate:.0f} GFLOP/s, {rate / peak:.0%} of the product of matrices"
        )
    print(f"\n{found['about']}{rates}\n{'':40}{clock + ' ms a step':>16} {'least':>9} {'/ best':>8} {'/ bare':>8}")
    for name, row in found["rows"].items():
        mark = "*" if name == found["best"] else " "
        print(f"{name:40}{row['median']:15.2f}{mark} {row['least']:9.2f} {row['over_best']:8.3f} {row['over_bare']:8.3f}")
    sys.stdout.flush()


def profile(case, options, most=12):
    """Prints which operators, and which single ones, one step by ganzoo takes its time for."""
    steps, fit = options.steps or case.steps, Fit(case, options)
    fit(steps)
    by_kind, by_node = operator_times.of(lambda: fit(steps))
    fit.end()
    whole = sum(ms for _, ms in by_kind.values())
    print(f"\n{case.about}: {whole / steps:.1f} ms a step in operators")
    for title, times in (("kinds", by_kind), ("single ones", by_node)):
        print(f"  {title}: number a step, ms a step, share")
        for name, (count, ms) in sorted(times.items(), key=lambda item: -item[1][1])[:most]:
            print(f"    {name:90.90} {count / steps:7.1f} {ms / steps:9.2f} {ms / whole:6.1%}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=CASES, action="append", help="this training; may be repeated")
    parser.add_argument("--steps", type=int, help="rounds in one measurement, instead of each training's own number")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu")
    parser.add_argument("--xla", action="store_true", help="compile ganzoo's step by XLA")
    parser.add_argument("--profile", action="store_true", help="instead, the operators of ganzoo's step by time")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    if options.device == "cpu":
        tf.config.set_visible_devices([], "GPU")
    cases = {name: CASES[name] for name in options.only or CASES}
    if options.profile:
        for case in cases.values():
            profile(case, options)
        return
    with_torch = options.device == "cpu" and importlib.util.find_spec("torch") is not None
    peaks = tensorflow_peaks(options)
    print(f"TensorFlow {tf.__version__}, threads: {options.threads}", end="; ")
    if with_torch:
        import torch

        torch.set_num_threads(options.threads)
        peaks |= torch_peaks(options)
        print(f"PyTorch {torch.__version__}", end="; ")
    else:
        print("PyTorch is not installed, or not for this device: compared without it", end="; ")
    print("GFLOP/s of a product of matrices: " + ", ".join(f"{name} {rate:.0f}" for name, rate in peaks.items()))
    found = {}
    for name, case in cases.items():
        found[name] = measure(case, options, with_torch)
        # Points train in float32.
        show(found[name], options, max(rate for kind, rate in peaks.items() if case.is_image or "float32" in kind))
        keras.backend.clear_session()
        gc.collect()
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"options": vars(options), "peaks": peaks, "trainings": found}, file, indent=1)


if __name__ == "__main__":
    main()
