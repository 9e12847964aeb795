"""The independent Wasserstein critic beside the true distance: two Gaussians in the plane that part.

    python benchmarks/critic_distance.py

Both are standard normal, the generated points moved along the first axis, so that W1 is the move. Three critics each.
"""

import argparse

import numpy as np

import ganzoo


def points(count, shift, seed=0):
    """(generated, real): float32 [count, 2] each, of one generator of that seed."""
    draws = np.random.default_rng(seed)
    real, fake = draws.normal(size=(count, 2)), draws.normal(size=(count, 2))
    fake[:, 0] += shift
    return fake.astype(np.float32), real.astype(np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shifts", default="0.5,2,8")
    parser.add_argument("--count", type=int, default=8000)
    options = parser.parse_args()
    print("| W1 | the critics | share |\n|---|---|---|")
    for shift in map(float, options.shifts.split(",")):
        scores = ganzoo.evaluate(*points(options.count, shift), ["wasserstein_critic"], log=lambda line: None)
        value = next(score["value"] for score in scores if not score["part"])
        print(f"| {shift:g} | {value:.3f} | {value / shift:.0%} |", flush=True)


if __name__ == "__main__":
    main()
