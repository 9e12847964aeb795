"""Number of statistically different bins: a histogram over clusters of the real data, real against fake."""

import numpy as np
import scipy

from ganzoo.metrics.arguments import distinct, last_by_content
from ganzoo.metrics.checks import Undefined, checked, moderate, same_dimension
from ganzoo.metrics.registry import Part, metric

LEVEL = 0.05


@metric(
    "ndb",
    direction="lower",
    least=2000,
    cost="k-means of the reference",
    paper="Richardson and Weiss 2018, On GANs and GMMs, arXiv 1805.12462",
    meaning="The share of clusters of the real data that fakes visit too often or too seldom; a dropped kind shows here.",
    misleads="With many samples any small difference becomes significant, with few none does: compare at equal counts.",
    parts={
        "share": Part(worst="the worst", span=(0, 1)),
        "share_bh": Part(worst="the worst", span=(0, 1)),
        "js": Part(span=(0, np.log(2))),
        "bins": "aside",
    },
    default=120,
)
def ndb(real: np.ndarray, fake: np.ndarray, seed: int = 0, bins: int | None = None) -> dict[str, float]:
    """NDB/K, its share after Benjamini and Hochberg's correction, and the divergence of the two histograms.

    Args:
        real: [N, d]; k-means on it makes the bins.
        fake: [M, d], assigned to the nearest bin.
        seed: of k-means.
        bins: K; by default one for 50 samples of the smaller set, from 2 to 100.

    Returns:
        `share` of bins whose two proportions differ at the 5 % level (z-test with the pooled error), some 0.05 for one
        distribution; `share_bh`, the share that survives a false discovery rate of 5 %; `js`, the Jensen-Shannon
        divergence in nats, from 0 to log 2; `bins`, K.

    Raises:
        UserError: input that `checked` refuses, different dimensions, or reals that are all equal.
    """
    real, fake = checked("real", real), checked("fake", fake)
    same_dimension(real=real, fake=fake)
    (real, fake), _ = moderate(real, fake)
    bins = distinct(real, min(max(min(len(real), len(fake)) // 50, 2), 100) if bins is None else bins)
    if bins < 2:
        raise Undefined("NDB is undefined: all samples of the reference are equal, one bin holds everything")
    clusters = _clusters(real, bins, seed)
    counts = np.stack(
        [np.bincount(labels, minlength=bins) for labels in (clusters.labels_, clusters.predict(fake.astype(real.dtype)))]
    )
    p_values = proportions_differ(*counts)
    return {
        "share": float(np.mean(p_values < LEVEL)),
        "share_bh": float(np.mean(scipy.stats.false_discovery_control(p_values) < LEVEL)),
        "js": jensen_shannon(*counts),
        "bins": float(bins),
    }


@last_by_content
def _clusters(real, bins, seed):
    """The fitted k-means of the reference."""
    from sklearn.cluster import KMeans

    return KMeans(bins, n_init=1, max_iter=100, random_state=seed).fit(real)


def proportions_differ(first, second):
    """Two-sided p-values [K] of the pooled two-proportion z-test, bin by bin of two histograms [K]; 1 if empty."""
    totals = first.sum(), second.sum()
    pooled = (first + second) / sum(totals)
    error = np.sqrt(pooled * (1 - pooled) * (1 / totals[0] + 1 / totals[1]))
    difference = np.abs(first / totals[0] - second / totals[1])
    return 2 * scipy.stats.norm.sf(np.divide(difference, error, out=np.zeros(len(first)), where=error > 0))


def jensen_shannon(first, second):
    """Jensen-Shannon divergence of two histograms [K], in nats: 0 for equal shares, log 2 for disjoint ones."""
    first, second = first / first.sum(), second / second.sum()
    middle = (first + second) / 2
    return float((scipy.stats.entropy(first, middle) + scipy.stats.entropy(second, middle)) / 2)
