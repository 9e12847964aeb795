"""What a sample costs that is searched for on a discriminator, beside one forward pass of a generator.

    python benchmarks/search_cost.py runs/digits_dcgan/default runs/digits_langevin/default [--count 256] [--rounds 9]

Each model, a run or an export, draws the same number of samples in every round, the models one after the other, so that
whatever else the machine does hits all alike. The first draw, which compiles, does not count. Printed: the median over the
rounds of the CPU time per sample, the range of the middle half, and how many times the first model's that is.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

import ganzoo


def measured(samplers, count, rounds):
    """CPU milliseconds per sample, float [models, rounds]; by this whole process, which does nothing else."""
    for sampler in samplers:
        sampler.sample(count, seed=0)
    found = np.empty((len(samplers), rounds))
    for number in range(rounds):
        for index, sampler in enumerate(samplers):
            began = time.process_time()
            sampler.sample(count, seed=number + 1)
            found[index, number] = 1000 * (time.process_time() - began) / count
    return found


def table(names, found):
    yield "| model | CPU ms per sample | middle half of the rounds | times the first |"
    yield "|---|---|---|---|"
    medians = np.median(found, axis=1)
    for name, median, row in zip(names, medians, found, strict=True):
        low, high = np.quantile(row, [0.25, 0.75])
        yield f"| {name} | {median:.3g} | {low:.3g} to {high:.3g} | {median / medians[0]:,.3g} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--count", type=int, default=256, help="samples of a round, best a multiple of 64")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    samplers = [ganzoo.load(model) for model in options.models]
    found = measured(samplers, options.count, options.rounds)
    print(f"{options.count} samples a round, {options.rounds} rounds")
    print("\n".join(table([sampler.name for sampler in samplers], found)))


if __name__ == "__main__":
    main()
