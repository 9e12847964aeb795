"""Precision and recall of distributions as a curve, from shared clusters of real and generated features."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_features, distinct, subsample
from ganzoo.metrics.checks import moderate
from ganzoo.metrics.registry import Part, metric
from ganzoo.metrics.threads import one_thread


@metric(
    "prd",
    direction="higher",
    least=2000,
    cost="k-means of 20 clusters, 10 times",
    paper="Sajjadi et al. 2018, arXiv 1806.00035",
    meaning="F8 weighs recall (is every kind of real sample generated?), F1/8 precision (is every generated sample "
    "of a real kind?).",
    misleads="Sees only the shares of a few clusters: two models that differ within clusters score alike.",
    parts=dict.fromkeys(("f8", "f1/8"), Part(span=(0, 1))),
)
def prd(real: np.ndarray, fake: np.ndarray, seed: int = 0, clusters: int = 20, runs: int = 10) -> dict[str, float]:
    """The F8 and F1/8 scores of the precision-recall curve `prd_curve`, as its authors summarise it.

    Args:
        real: features [N, d].
        fake: features [M, d].
        seed: of the subsamples and the clusterings.
        clusters: of each clustering.
        runs: clusterings whose curves are averaged.

    Returns:
        A dict: "f8" (recall) and "f1/8" (precision), each within [0, 1].

    Raises:
        UserError: fewer than `clusters` samples of a set, NaN or infinite features, different d.

    Reference: Sajjadi et al. 2018, arXiv 1806.00035.
    """
    precision, recall = prd_curve(real, fake, seed=seed, clusters=clusters, runs=runs)
    return {"f8": f_beta(precision, recall, 8), "f1/8": f_beta(precision, recall, 1 / 8)}


def prd_curve(real, fake, seed=0, clusters=20, runs=10, angles=1001, cap=10_000):
    """The precision-recall curve of the generated against the real distribution.

    Both sets of features are clustered together and give two histograms; see `prd_from_histograms`. The larger set is
    subsampled to the smaller one's count.

    Args:
        real: features [N, d].
        fake: features [M, d].
        seed: of the subsamples and the clusterings.
        clusters: of each clustering.
        runs: clusterings whose curves are averaged.
        angles: points of the curve.
        cap: samples per set; more are subsampled.

    Returns:
        `(precision, recall)`, each [angles], from full precision to full recall.

    Raises:
        UserError: fewer than `clusters` samples of a set, NaN or infinite features, different d.
    """
    from sklearn.cluster import MiniBatchKMeans

    real, fake = check_features(clusters, real=real, fake=fake)
    (real, fake), _ = moderate(real, fake)
    rng = np.random.default_rng([seed, 0x92D])
    count = min(len(real), len(fake), cap)
    pooled = np.concatenate([subsample(values, count, rng) for values in (real, fake)])
    clusters = distinct(pooled, clusters)
    curves = []
    for _ in range(runs):
        kmeans = MiniBatchKMeans(clusters, n_init=3, batch_size=2048, random_state=int(rng.integers(2**31)))
        with one_thread():
            labels = kmeans.fit_predict(pooled)
        shares = [np.bincount(part, minlength=clusters) / count for part in (labels[:count], labels[count:])]
        curves.append(prd_from_histograms(*shares, angles=angles))
    precision, recall = np.mean(curves, axis=0)
    return precision, recall


def prd_from_histograms(real, fake, angles=1001, epsilon=1e-10):
    """The precision-recall curve between two discrete distributions p (real) and q (generated).

    For slopes l = tan(angle): precision = sum_i min(l p_i, q_i), recall = precision / l.

    Args:
        real: shares [K] of the real samples.
        fake: shares [K] of the generated samples.
        angles: points of the curve.
        epsilon: distance of the first and last angle from the axes.

    Returns:
        `(precision, recall)`, each [angles], within [0, 1].

    Raises:
        UserError: shares of different length, negative, or that do not sum to 1.
    """
    real, fake = (np.asarray(shares, np.float64) for shares in (real, fake))
    sums = np.array([real.sum(), fake.sum()])
    if real.shape != fake.shape or min(real.min(), fake.min()) < 0 or np.abs(sums - 1).max() > 1e-6:
        raise UserError("precision and recall need two histograms of equal length, each >= 0 and summing to 1")
    slopes = np.tan(np.linspace(epsilon, np.pi / 2 - epsilon, angles))[:, None]
    precision = np.minimum(slopes * real, fake).sum(axis=1)
    return precision.clip(0, 1), (precision / slopes[:, 0]).clip(0, 1)


def f_beta(precision, recall, beta):
    """The largest F_beta score along a curve (or of single values); beta > 1 weighs recall."""
    precision, recall = np.atleast_1d(precision), np.atleast_1d(recall)
    scale = beta**2 * precision + recall
    scores = np.divide((1 + beta**2) * precision * recall, scale, out=np.zeros_like(scale, float), where=scale > 0)
    return float(scores.max())
