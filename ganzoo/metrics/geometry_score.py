"""Geometry score: whether real and generated data have the same topological holes."""

import numpy as np
import scipy

from ganzoo.metrics.checks import checked, moderate, same_dimension
from ganzoo.metrics.registry import metric
from ganzoo.optional import optional

MOST_HOLES = 100


@metric(
    "geometry_score",
    direction="lower",
    least=2000,
    cost="hundreds of complexes of landmarks",
    paper="Khrulkov and Oseledets 2018, Geometry Score, arXiv 1802.02664",
    meaning="Whether the fakes' point cloud has the holes that the reals' has: 0 for the same topology, 2 at most.",
    misleads="It sees topology alone, neither dropped modes nor blur, and few landmark sets make it noisy: compare "
    "with the score of held-out reals.",
)
def geometry_score(
    real: np.ndarray,
    fake: np.ndarray,
    seed: int = 0,
    sets: int = 100,
    landmarks: int = 64,
    gamma: float | None = None,
    cap: int = 2000,
) -> float:
    """Squared distance of the mean relative living times of 1-dimensional holes.

    Args:
        real: [N, d].
        fake: [M, d].
        seed: of subsamples and landmarks; real and generated data use different streams.
        sets: landmark sets per set to average over (the paper: 1,000).
        landmarks: landmarks in a set.
        gamma: largest filtration value over the largest distance of a sample from a landmark; by default samples / 640,000,
            the paper's rule.
        cap: samples taken of each set at most, to bound the time.

    Returns:
        The score, at least 0.

    Raises:
        UserError: input that `checked` refuses, different dimensions, or GUDHI, of the extra `topology`, is not installed.
    """
    real, fake = checked("real", real), checked("fake", fake)
    same_dimension(real=real, fake=fake)
    (real, fake), _ = moderate(real, fake)
    count = min(len(real), len(fake), cap)
    gamma = count / 5000 / 128 if gamma is None else gamma
    times = []
    for samples, stream in zip((real, fake), np.random.SeedSequence(seed).spawn(2), strict=True):
        draws = np.random.default_rng(stream)
        subset = samples[draws.permutation(len(samples))[:count]]
        times.append(mean_living_times(subset, draws, sets, landmarks, gamma))
    return float(np.square(times[0] - times[1]).sum())


def mean_living_times(samples, draws, sets, landmarks, gamma):
    """Mean relative living times: [100] shares of the filtration during which 0, 1, ... (99 or more) holes live.

    Args:
        samples: the witnesses, [N, d].
        draws: a NumPy generator for the landmarks.
        sets: landmark sets to average over.
        landmarks: landmarks in a set.
        gamma: largest filtration value over the largest distance of a witness from a landmark.
    """
    landmarks = min(landmarks, len(samples))
    return np.mean([_living_times(samples, draws.choice(len(samples), landmarks, False), gamma) for _ in range(sets)], axis=0)


def _living_times(samples, landmarks, gamma):
    """Relative living times of one witness complex."""
    gudhi = optional("gudhi", "topology", "geometry_score")
    distances = scipy.spatial.distance.cdist(samples, samples[landmarks])
    end = distances.max() * gamma  # of all witnesses, as the authors' code has it; the landmarks' own diameter is less
    if end == 0:  # all landmarks coincide: a point has no holes
        return np.eye(MOST_HOLES)[0]
    order = distances.argsort(axis=1)
    ranked = np.take_along_axis(distances, order, 1)
    table = [list(zip(*row, strict=True)) for row in zip(order.tolist(), ranked.tolist(), strict=True)]
    # The paper's code hands distances to a parameter meant for squares; comparable numbers need the same.
    tree = gudhi.WitnessComplex(nearest_landmark_table=table).create_simplex_tree(max_alpha_square=end, limit_dimension=2)
    tree.compute_persistence(homology_coeff_field=2)
    return living_shares(tree.persistence_intervals_in_dimension(1), end)


def living_shares(intervals, end):
    """Shares [100] of [0, end] in which 0, 1, ... (99 or more) of the intervals [[birth, death], ...] are alive."""
    intervals = np.clip(np.asarray(intervals, float).reshape(-1, 2), 0, end)
    times = np.concatenate([intervals[:, 0], intervals[:, 1], [end]])
    changes = np.concatenate([np.ones(len(intervals)), -np.ones(len(intervals)), [0]])
    order = np.argsort(times, kind="stable")
    alive = np.concatenate([[0], np.cumsum(changes[order])[:-1]]).astype(int)
    lengths = np.diff(np.concatenate([[0], times[order]]))
    return np.bincount(alive.clip(0, MOST_HOLES - 1), lengths, MOST_HOLES) / end
