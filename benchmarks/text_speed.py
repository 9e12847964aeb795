"""Sampling text: ganzoo's compiled loop over whole batches against a plain Keras loop, one call of the model a token.

    python benchmarks/text_speed.py [--batch 64] [--length 20] [--vocabulary 5000] [--hidden 32] [--pairs 7] [--json FILE]

Both have the same LSTM, weights and batch, and draw every token from the softmax. The plain loop is what Keras' own examples
of text generation do: a stateful step model, `predict_on_batch` and NumPy draws for every token. The two run in turn, and
medians over the pairs are given, so that a noisy machine is noisy for both.
"""

import argparse
import json
import os
import statistics
import time
import types
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from ganzoo.data.vocabulary import Vocabulary
from ganzoo.families.sequence import MLE
from ganzoo.networks.text import lstm_generator


def corpus(options):
    vocabulary = Vocabulary([f"word{number}" for number in range(options.vocabulary - 1)], ends=False)
    return types.SimpleNamespace(vocabulary=vocabulary, shape=(options.length,))


def compiled_sampling(model, batch):
    """A function that draws a batch of texts as an export does."""
    sample = tf.function(lambda seed: model.sample(**model.draw_inputs(batch, seed)))
    seeds = iter(range(10**9))
    return lambda: sample(tf.constant(next(seeds))).numpy()


def plain_loop(network, batch, length):
    """The same LSTM as a Keras model of one step, which a Python loop calls for every token."""
    state = [keras.Input((network.hidden,)) for _ in range(2)]
    token = keras.Input((), dtype="int32")
    cell = network.recurrent[0].cell
    output, (h, c) = cell(network.embed(token), state)
    step = keras.Model([token, *state], [keras.layers.Softmax()(network.readout(output)), h, c])
    rng = np.random.default_rng(0)

    def sample():
        tokens, h, c = np.zeros(batch, np.int32), *(np.zeros((batch, network.hidden), np.float32) for _ in range(2))
        drawn = []
        for _ in range(length):
            chances, h, c = step.predict_on_batch([tokens, h, c])
            chances[:, 0] = 0.0  # no text ends early
            cumulated = np.cumsum(chances, axis=1)
            places = rng.random(batch)[:, None] * cumulated[:, -1:]
            tokens = np.minimum((cumulated <= places).sum(1), chances.shape[1] - 1).astype(np.int32)
            drawn.append(tokens)
        return np.stack(drawn, 1)

    return sample


def timed(sample, repeats):
    """Wall and CPU seconds of a call, the mean of some in a row."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(repeats):
        texts = sample()
    return (time.perf_counter() - wall) / repeats, (time.process_time() - cpu) / repeats, texts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--length", type=int, default=20)
    parser.add_argument("--vocabulary", type=int, default=5000)
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    keras.utils.set_random_seed(0)
    text = corpus(options)
    network = lstm_generator(text, embedding=options.hidden, hidden=options.hidden)
    model = MLE(text, network)
    model.compile({"generator": keras.optimizers.SGD()})
    ways = {
        "ganzoo, compiled": compiled_sampling(model, options.batch),
        "plain Keras loop": plain_loop(network, options.batch, options.length),
    }
    for name, sample in ways.items():  # compiles, and warms up
        texts = sample()
        if texts.shape != (options.batch, options.length) or texts.min() < 1:
            raise SystemExit(f"{name} gives no texts")
    figures = {name: [] for name in ways}
    for _ in range(options.pairs):
        for name, sample in ways.items():
            figures[name].append(timed(sample, 3)[:2])
    tokens = options.batch * options.length
    rows = {
        name: {
            "tokens_per_second": tokens / statistics.median(wall for wall, _ in found),
            "cpu_us_per_token": 1e6 * statistics.median(cpu for _, cpu in found) / tokens,
        }
        for name, found in figures.items()
    }
    plain, ours = (np.array(figures[name]) for name in ("plain Keras loop", "ganzoo, compiled"))
    ratio = np.median(plain / ours, axis=0)
    print(f"batches of {options.batch} texts of {options.length} tokens, {options.vocabulary} words, LSTM of {options.hidden}")
    print("| | tokens/s | CPU us a token |\n|---|---|---|")
    for name, row in rows.items():
        print(f"| {name} | {row['tokens_per_second']:,.0f} | {row['cpu_us_per_token']:.1f} |")
    print(f"median of {options.pairs} pairs: the plain loop takes {ratio[0]:.1f} x the time, {ratio[1]:.1f} x the CPU time")
    if options.json:
        found = {**vars(options), "json": str(options.json), "rows": rows, "wall_ratio": ratio[0], "cpu_ratio": ratio[1]}
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
