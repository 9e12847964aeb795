"""How long paths between latents are to an extractor's eye, and how even."""

import numpy as np

from ganzoo.explore.latents import features_of
from ganzoo.metrics.path_length import squared_paces

# Extractors see 8-bit images: a much smaller step would measure how grey levels are rounded.
EPSILON = 1 / 16
STEPS = 16


def frames(at, count, steps):
    """Samples [N, steps, H, W, C] along paths, the first and the last of them the ends.

    Args:
        at: a function from the place on each path, in [0, 1], float [N, 1], to samples [N, H, W, C].
        count: N, the number of paths.
        steps: images of a path, at least 2.
    """
    return np.stack([at(np.full((count, 1), place)) for place in np.linspace(0, 1, steps)], 1)


def evenness(images, extractor):
    """How long paths are and how evenly they go, in an extractor's features.

    Args:
        images: float32 [N, steps, H, W, C] in [-1, 1].
        extractor: an `Extractor`.

    Returns:
        A dict of means over paths: `length`, the sum of the steps' distances; `ends`, the distance from the first to the last
        image, which the length cannot fall below; `largest_step`, the longest of a path's steps; and `unevenness`, that
        over the path's mean step, 1 where all are equal and at most the number of steps.
    """
    count, steps = images.shape[:2]
    features = features_of(extractor, images.reshape(-1, *images.shape[2:])).reshape(count, steps, -1)
    distances = np.linalg.norm(np.diff(features, axis=1), axis=-1)
    length, largest = distances.sum(1), distances.max(1)
    moves = length > 0
    return {
        "length": float(length.mean()),
        "ends": float(np.linalg.norm(features[:, -1] - features[:, 0], axis=-1).mean()),
        "largest_step": float(largest.mean()),
        "unevenness": float((largest[moves] * (steps - 1) / length[moves]).mean()) if moves.any() else 1.0,
    }


def path_length(at, count, extractor, seed=0, epsilon=EPSILON):
    """Perceptual path length: the mean squared distance of two samples `epsilon` apart on a path, over epsilon squared.

    The papers' epsilon is 1e-4 and their distance LPIPS, on images that are no whole numbers; here they are an extractor's,
    and the step is as small as its 8-bit images let it be. Values of two extractors or steps cannot be compared.

    Args:
        at: as of `frames`.
        count: N, the number of paths.
        extractor: an `Extractor`.
        seed: of the place on each path, uniform on [0, 1 - epsilon].
        epsilon: the step, as a share of the path.

    Returns:
        The mean over paths, and its standard error.

    Reference: Karras, Laine and Aila 2018, arXiv:1812.04948.
    """
    places = np.random.default_rng([seed, 0x991]).uniform(0, 1 - epsilon, (count, 1))
    here, there = (features_of(extractor, at(place)) for place in (places, places + epsilon))
    squares = squared_paces(here, there, epsilon)
    return float(squares.mean()), float(squares.std() / np.sqrt(count))


def measured(at, count, extractor, seed=0):
    """What `evenness` and `path_length` say of paths, a dict; the extractor's name with them.

    Args:
        at, count: as of `frames`.
        extractor: an `Extractor`.
        seed: as of `path_length`.
    """
    value, error = path_length(at, count, extractor, seed)
    record = {"extractor": extractor.name, "path_length": value, "path_length_error": error, "epsilon": EPSILON}
    return record | evenness(frames(at, count, STEPS), extractor) | {"steps": STEPS - 1}


def in_words(record):
    """A record of `measured` as a line for a person."""
    return (
        "PPL[{extractor}] {path_length:.4g} ± {path_length_error:.2g}; length {length:.3g} for ends {ends:.3g} apart, "
        "the largest of {steps} steps {largest_step:.3g}, {unevenness:.1f} times the mean"
    ).format(**record)
