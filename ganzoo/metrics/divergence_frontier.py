"""The divergence frontier between two sets: how far each differs from the other, as one number between 0 and 1."""

import numpy as np

from ganzoo.metrics.arguments import subsample
from ganzoo.metrics.checks import checked, moderate, same_dimension
from ganzoo.metrics.intervals import jackknife
from ganzoo.metrics.registry import IMAGES, POINTS, TEXT, metric

SCALE = 5.0  # c of exp(-c KL): keeps the frontier of usual models off its corners
_WEIGHTS = 201
VARIANCE = 0.9  # that the principal components keep
_PER_CLUSTER = 10
_MOST_CLUSTERS = 500


def divergence_frontier(first, second, clusters=None, scale=SCALE, seed=0):
    """The area under the divergence frontier of two sets of features, in the manner of MAUVE.

    Principal components that hold 90 % of both sets' variance are clustered by k-means; the shares of the clusters
    in both sets are compared by `frontier_area`.

    Args:
        first, second: features [N, d] and [M, d], of the same count where values are to be compared.
        clusters: how many; a tenth of the smaller count by default, at most 500.
        scale: as of `frontier_area`.
        seed: of the principal components and of k-means.

    Returns:
        A number in [0, 1], 1 for equal shares. Small counts push it away from 1 even for two samples of one distribution.

    Raises:
        UserError: NaN, fewer than two samples, or different dimensions.

    Reference: Pillutla et al. 2021 (MAUVE), arXiv 2102.01454; own implementation, whose numbers are not MAUVE's.
    """
    return frontier_area(*shares(*assign(first, second, clusters, seed)), scale)


@metric(
    "divergence_frontier",
    direction="higher",
    least=1000,
    cost="k-means of N / 10 clusters, 500 at most",
    paper="in the manner of Pillutla et al. 2021 (MAUVE), arXiv 2102.01454",
    meaning="How little generated and real samples differ, in both directions, over clusters of their features or embeddings: "
    "1 is a match.",
    misleads="Even two real sets stay below 1 at small counts, and it sees clusters of the features only; its numbers are "
    "not MAUVE's.",
    of=(IMAGES, POINTS, TEXT),
    default=80,
    default_of=(TEXT,),
    compared=True,
)
def frontier_of_samples(real: np.ndarray, fake: np.ndarray, seed: int) -> float:
    """The area under the divergence frontier; the jackknife keeps the clusters.

    Args:
        real: features or embeddings [N, d]; more than there are fakes are subsampled.
        fake: [M, d].
        seed: of the subsample, the principal components and k-means.
    """
    real = subsample(np.asarray(real), len(fake), np.random.default_rng([seed, 0xF0]))
    first, second, clusters = assign(real, fake, seed=seed)

    def area(rows):
        return frontier_area(*shares(first, second[rows], clusters))

    return jackknife(area, len(fake), area(slice(None)), seed)


def assign(first, second, clusters=None, seed=0):
    """The clusters of each sample: (int [N], int [M], how many there are)."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    first, second = checked("first", first), checked("second", second)
    same_dimension(first=first, second=second)
    both = np.concatenate(moderate(first, second)[0]).astype(np.float64)
    smaller = min(len(first), len(second))
    clusters = clusters or min(max(2, smaller // _PER_CLUSTER), _MOST_CLUSTERS)
    if np.ptp(both, axis=0).any():
        both = PCA(VARIANCE, svd_solver="covariance_eigh").fit_transform(both)
    distinct = len(np.unique(both, axis=0))
    labels = KMeans(min(clusters, distinct), n_init=1, max_iter=100, random_state=seed).fit_predict(both)
    return labels[: len(first)], labels[len(first) :], int(labels.max()) + 1


def shares(first, second, clusters):
    """The clusters' shares in both sets: two float64 [clusters] that sum to 1."""
    return tuple(np.bincount(labels, minlength=clusters) / len(labels) for labels in (first, second))


def frontier_area(first, second, scale=SCALE):
    """The area under the divergence frontier of two histograms.

    The frontier is {(exp(-c KL(Q | R)), exp(-c KL(P | R)))} over the mixtures R = w P + (1 - w) Q, 0 < w < 1.

    Args:
        first, second: P and Q, float [K] that sum to 1.
        scale: c.

    Returns:
        1 for P = Q; for disjoint histograms the integral of (1 - x^(1/c))^c, which is 1/252 at c = 5.
    """
    weights = np.linspace(0, 1, _WEIGHTS)[1:-1, None]
    mixtures = weights * first + (1 - weights) * second
    x, y = (np.exp(-scale * _divergence(histogram, mixtures)) for histogram in (second, first))
    x, y = np.concatenate([[1.0], x, [0.0]]), np.concatenate([[0.0], y, [1.0]])
    return float(np.clip(np.trapezoid(y[::-1], x[::-1]), 0, 1))


def _divergence(of, mixtures):
    """KL(of | mixture) for each mixture, float64 [W]."""
    used = of > 0
    return (of[used] * np.log(of[used] / mixtures[:, used])).sum(axis=1)
