"""Where a round of SeqGAN's and of ScratchGAN's goes: CPU time of its parts, each a graph of its own, on one thread.

    python benchmarks/text_rounds.py [--repeats 3] [--json FILE]

The recipes oracle_seqgan, in its adversarial phase, and grammar_scratchgan, at their own sizes, untrained: the time of a part
does not depend on the weights. Medians.
"""

import argparse
import json
import os
import statistics
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from ganzoo.networks import decoding
from ganzoo.readiness import compile_model
from ganzoo.recipe import build, load_recipe


def prepared(recipe):
    """A compiled family of a recipe, its batch size, and what the data gives for a round."""
    built = build(load_recipe(recipe))
    built.seed = 0
    compile_model(built)
    built.model.begin(built.model.phases[-1])
    batch = next(iter(built.data.batches(built.batch_size * built.model.batches_per_step, 0)))
    return built.model, built.batch_size, batch


def graph(function, *arguments):
    """A function of no arguments that runs `function` as a graph."""
    traced = tf.function(function, autograph=False)
    return lambda: traced(*arguments)


def of_one_player(model, step):
    """A player's step as a round of its own."""

    def alone(*arguments):
        step(*arguments)
        model._round.end()

    return alone


def seqgan():
    model, size, batch = prepared("oracle_seqgan")
    tokens = tf.constant(model.generate_texts(size).numpy())
    uniforms = tf.random.uniform((size, model.length - 1, model.rollouts, model.length))
    rollouts = tf.tile(tokens, [(model.length - 1) * model.rollouts, 1])
    real = model.fresh_batches(batch)[0]
    return {
        "whole round": graph(model.train_step, batch),
        "texts drawn": graph(lambda: model.generate_texts(size)),
        "rewards: rollouts played": graph(lambda *a: decoding.continuations(model.rollout.network, *a), tokens, uniforms),
        "rewards: rollouts judged": graph(model.realness, rollouts),
        "policy's step, rewards included": graph(of_one_player(model, model.policy_step), real),
        f"one of {model.discriminator_steps} discriminator steps": graph(of_one_player(model, model.discriminator_step), real),
    }


def scratchgan():
    model, size, batch = prepared("grammar_scratchgan")
    tokens = tf.constant(model.generate_texts(size).numpy())
    return {
        "whole round": graph(model.train_step, batch),
        "texts drawn": graph(lambda: model.generate_texts(size)),
        "rewards": graph(model.rewards, tokens),
        "policy's step, texts and rewards included": graph(of_one_player(model, lambda: model.policy_step(size))),
        "discriminator's step": graph(of_one_player(model, model.discriminator_step), batch),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    found = {}
    for recipe, parts in (("oracle_seqgan", seqgan), ("grammar_scratchgan", scratchgan)):
        print(f"| {recipe} | CPU ms |\n|---|---|")
        for part, run in parts().items():
            run()
            times = []
            for _ in range(options.repeats):
                began = time.process_time()
                run()
                times.append(time.process_time() - began)
            found.setdefault(recipe, {})[part] = times
            print(f"| {part} | {1000 * statistics.median(times):.1f} |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
