"""Two tests of data copying: fakes that are closer to the training data than held-out data is."""

from typing import Any

import numpy as np
import scipy

from ganzoo.metrics.arguments import distinct
from ganzoo.metrics.checks import Undefined, checked, moderate, same_dimension
from ganzoo.metrics.registry import Part, metric

LEAST_IN_CELL = 20


@metric(
    "c_t",
    direction="real",
    least=600,
    cost="k-means of the reference",
    paper="Meehan et al. 2020, A Non-Parametric Test to Detect Data-Copying, arXiv 2004.05675",
    meaning="Whether fakes lie closer to the training data than held-out reals do: far below 0 indicates copying, far above 0 "
    "underfitting, 0 neither.",
    misleads="Misses copies with changes that the features see (or mirror images), and tends to 0 when copying and "
    "underfitting mix.",
    default=130,
    baseline="halves",
    sees_copies=True,
    around_zero=True,
)
def c_t(
    real: np.ndarray, fake: np.ndarray, test: np.ndarray, neighbours: Any, test_neighbours: Any, seed: int = 0, cells: int = 3
) -> float:
    """Mann and Whitney's Z of distances to the training data, fake against held-out, averaged over cells of the space.

    Cells come from k-means on `real`. A cell counts with at least 20 fakes and one test sample, and weighs as its share
    of the test samples. Distances are to the nearest training sample anywhere.

    Args:
        real: training features [N, d].
        fake: [M, d].
        test: held-out real features [T, d].
        neighbours: the record of `real` and `fake`.
        test_neighbours: the record of `real` and `test`.
        seed: of k-means.
        cells: how many.

    Returns:
        The statistic; for fakes like held-out data near 0, with a deviation of 1 at most (less with more cells).

    Raises:
        UserError: input that `checked` refuses, different dimensions, or no cell with enough samples.
    """
    from sklearn.cluster import KMeans

    real, fake, test = checked("real", real), checked("fake", fake), checked("test", test)
    same_dimension(real=real, fake=fake, test=test)
    fake_far, test_far = neighbours.fake_real.distances[:, 0], test_neighbours.fake_real.distances[:, 0]
    if (len(fake_far), len(test_far)) != (len(fake), len(test)):
        raise ValueError(f"records of {len(fake_far)} and {len(test_far)} samples do not belong to {len(fake)} and {len(test)}")
    (real, fake, test), _ = moderate(real, fake, test)
    clusters = KMeans(distinct(real, cells), n_init=3, random_state=seed).fit(real)
    fake_cells, test_cells = (clusters.predict(samples.astype(real.dtype)) for samples in (fake, test))
    scores, weights = [], []
    for cell in range(clusters.n_clusters):
        fakes, tests = fake_far[fake_cells == cell], test_far[test_cells == cell]
        if len(fakes) >= LEAST_IN_CELL and len(tests):
            scores.append(mann_whitney_z(fakes, tests))
            weights.append(len(tests))
    if not scores:
        raise Undefined(f"C_T is undefined: no cell holds {LEAST_IN_CELL} fakes and a test sample; use more samples")
    return float(np.average(scores, weights=weights))


def mann_whitney_z(first, second):
    """Z of the Mann-Whitney U: below 0 where `first` tends to be smaller than `second`; no correction for ties."""
    pairs = len(first) * len(second)
    u = scipy.stats.rankdata(np.concatenate([first, second]))[: len(first)].sum() - len(first) * (len(first) + 1) / 2
    return float((u - pairs / 2) / np.sqrt(pairs * (len(first) + len(second) + 1) / 12))


@metric(
    "auth_pct",
    direction="real",
    least=1000,
    cost="O(N)",
    paper="Alaa et al. 2021, How Faithful is your Synthetic Data?, arXiv 2102.08921",
    meaning="The percentage of fakes that are farther from their nearest training sample than that one's own neighbour is.",
    misleads="A perfect model scores 39 % in 2 dimensions and 83 % in 64: only values far below that of held-out reals "
    "hint at copying.",
    parts={"": Part(span=(0, 100), counted=True)},
    default=140,
    sees_copies=True,
)
def auth_pct(neighbours: Any) -> float:
    """AuthPct: the percentage, 0 to 100, of authentic fakes: those whose nearest real has a still nearer real."""
    distance, index = neighbours.fake_real.distances[:, 0], neighbours.fake_real.indices[:, 0]
    return float(100 * np.mean(neighbours.real_real.distances[index, 0] < distance))
