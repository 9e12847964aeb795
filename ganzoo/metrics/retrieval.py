"""Image retrieval: the distance of held-out real samples to their nearest generated sample."""

import numpy as np
import scipy

from ganzoo.errors import UserError
from ganzoo.metrics.checks import Undefined, checked, same_dimension
from ganzoo.metrics.neighbours.search import nearest
from ganzoo.metrics.registry import metric


@metric(
    "retrieval",
    direction="real",
    least=1000,
    cost="O(N^2 d)",
    paper="Wang et al. 2016, Ensembles of Generative Adversarial Networks, arXiv 1612.00991",
    meaning="How much farther a held-out real sample is from its nearest fake than from its nearest training sample: 0 "
    "is as good as the training data.",
    misleads="A model that returns its training data scores exactly 0, and samples drawn towards the mean score below 0.",
    parts={"excess": None, "to_fake": "aside", "to_real": "aside"},
    baseline="halves",
    around_zero=True,
)
def retrieval(real: np.ndarray, fake: np.ndarray, test: np.ndarray, seed: int = 0, j: int = 1) -> dict[str, float]:
    """Mean excess of the distance test-to-fake over the distance test-to-real, at equal counts.

    Args:
        real: training features [N, d].
        fake: [M, d].
        test: held-out real features [T, d].
        seed: of the subsample that cuts the larger of `real` and `fake` to the smaller one's count.
        j: which nearest neighbour to measure to.

    Returns:
        `excess`, (mean distance to fakes - mean distance to reals) / mean distance to reals, with the two means
        `to_fake` and `to_real`.

    Raises:
        UserError: input that `checked` refuses, different dimensions, fewer than j samples, or all test samples also in `real`.
    """
    real, fake, test = checked("real", real), checked("fake", fake), checked("test", test, least=1)
    same_dimension(real=real, fake=fake, test=test)
    count = min(len(real), len(fake))
    draws = np.random.default_rng(seed)
    real, fake = (
        samples if len(samples) == count else samples[np.sort(draws.choice(len(samples), count, replace=False))]
        for samples in (real, fake)
    )
    to_real, to_fake = (float(retrieval_distances(test, samples, j).mean()) for samples in (real, fake))
    if to_real == 0:
        raise Undefined("retrieval is undefined: every held-out sample is also in the reference, at distance 0")
    return {"excess": to_fake / to_real - 1, "to_fake": to_fake, "to_real": to_real}


def retrieval_distances(test, fake, j=1):
    """Distance of every test sample to its j-th nearest fake: float64 [T]."""
    return nearest(test, fake, k=j).distances[:, j - 1]


def compare_retrieval(first, second):
    """Wilcoxon's signed-rank test between two models' retrieval distances to the same test samples.

    Args:
        first: distances [T] of one model.
        second: distances [T] of the other, to the same samples in the same order.

    Returns:
        `statistic` (the smaller rank sum), two-sided `p`, and `median_difference`, first - second: below 0 the first
        model comes closer.

    Raises:
        UserError: distances of different counts, NaN or infinite.
    """
    first, second = checked("first", first, ndim=1), checked("second", second, ndim=1)
    if len(first) != len(second):
        raise UserError(f"paired distances need equal counts: first has {len(first)}, second {len(second)}")
    difference = first - second
    if not difference.any():
        return {"statistic": 0.0, "p": 1.0, "median_difference": 0.0}
    statistic, p_value = scipy.stats.wilcoxon(first, second)
    return {"statistic": float(statistic), "p": float(p_value), "median_difference": float(np.median(difference))}
