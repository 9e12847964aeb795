"""Diversity as a rank: over how many directions the variance of samples spreads."""

import numpy as np

from ganzoo.metrics.checks import Undefined, checked, moderate
from ganzoo.metrics.moments import Moments
from ganzoo.metrics.registry import Part, metric
from ganzoo.metrics.threads import one_blas_thread

_SHARE = 0.95


@metric(
    "spectral_rank",
    direction="real",
    least=1000,
    cost="O(N d^2 + d^3)",
    paper="Roy and Vetterli 2007, The Effective Rank; of features as in Garrido et al. 2023, RankMe, arXiv 2210.02885",
    meaning="How many directions of feature space the fakes vary in: `entropy` and `participation` as if all were equal, "
    "`components` of the largest that hold 95 % of the variance. Below real data's, whole directions of variety are missing.",
    misleads="A covariance sees neither clusters nor copies: a few points may have full rank, and noise has.",
    parts=dict.fromkeys(("entropy", "participation", "components"), Part(below="fewer directions")),
    main="entropy",
)
def spectral_rank(fake: np.ndarray) -> dict[str, float]:
    """Effective ranks of the covariance of features.

    With p the eigenvalues over their sum: `entropy` is exp(-sum p log p), `participation` 1 / sum p^2, and `components` the
    number of the largest p that sum to 0.95, between two of them in proportion.

    Args:
        fake: [N, d].

    Returns:
        A dict of the three, each from 1 to min(N - 1, d); `components` from 0.95.

    Raises:
        UserError: input that `checked` refuses, or samples that are all equal.
    """
    fake = checked("fake", fake)
    (fake,), _ = moderate(fake)
    covariance = Moments.of(fake).covariance()
    if np.trace(covariance) <= (1e-12 * float(np.abs(fake).max())) ** 2:  # below lies rounding
        raise Undefined("the rank of the samples' spread is undefined: all samples are equal")
    with one_blas_thread():
        values = np.linalg.eigvalsh(covariance)[::-1].clip(0)
    shares = values / values.sum()
    shares = shares[shares > 1e-12 * shares[0]]
    sums = np.concatenate([[0.0], np.cumsum(shares / shares.sum())])
    return {
        "entropy": float(np.exp(-np.sum(shares * np.log(shares)))),
        "participation": float(1 / np.square(shares).sum()),
        "components": float(np.interp(_SHARE, sums, np.arange(len(sums)))),
    }
