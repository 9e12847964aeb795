"""Fidelity and diversity by nearest-neighbour balls: which fakes lie among the reals, which reals among the fakes."""

from typing import Any

import numpy as np
import scipy

from ganzoo.errors import UserError
from ganzoo.metrics.checks import Undefined
from ganzoo.metrics.registry import Part, metric


@metric(
    "precision_recall",
    direction="higher",
    least=1000,
    cost="O(N k)",
    paper="Kynkaanniemi et al. 2019, Improved Precision and Recall Metric, arXiv 1904.06991",
    meaning="Precision: the share of fakes that look like some real; recall: the share of reals that some fake looks like.",
    misleads="One far outlier has a large ball that lends precision or recall to anything near it; held-out reals "
    "score far below 1.",
    parts={"precision": Part(span=(0, 1), counted=True), "recall": Part(span=(0, 1)), "f1": Part(span=(0, 1))},
    default=80,
    compared=True,
)
def precision_recall(neighbours: Any, k: int = 3) -> dict[str, float]:
    """Improved precision and recall, and their harmonic mean.

    Args:
        neighbours: a record with balls of this k.
        k: a ball reaches to its sample's k-th nearest neighbour, boundary included.

    Returns:
        `precision`, the share of fakes inside any real ball; `recall`, the share of reals inside any fake's ball; `f1`.
        All in [0, 1].

    Raises:
        UserError: the record has no balls of this k.
    """
    balls = _balls(neighbours, k)
    precision, recall = float(np.mean(balls.real_closed > 0)), float(np.mean(balls.fake_closed > 0))
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


@metric(
    "density_coverage",
    direction="higher",
    least=1000,
    cost="O(N k)",
    paper="Naeem et al. 2020, Reliable Fidelity and Diversity Metrics for Generative Models, arXiv 2002.09797",
    meaning="Density: how many reals' neighbourhoods a fake falls into, 1 for a perfect model; coverage: the share of "
    "reals with a fake in their neighbourhood.",
    misleads="Density exceeds 1 when fakes crowd into the densest region; coverage rises with the number of fakes.",
    parts={"density": None, "coverage": Part(span=(0, 1))},
    default=90,
    compared=True,
)
def density_coverage(neighbours: Any, k: int = 5) -> dict[str, float]:
    """Density and coverage.

    Args:
        neighbours: a record with balls of this k.
        k: a ball reaches to its real's k-th nearest neighbour, boundary left out.

    Returns:
        `density`, real balls that hold a fake, averaged and divided by k: 1 is expected of the same distribution, no
        upper bound; `coverage`, the share of reals whose ball holds a fake, in [0, 1] (see `expected_coverage`).

    Raises:
        UserError: the record has no balls of this k, or every real has k copies, so that all balls are empty.
    """
    balls = _balls(neighbours, k)
    _require_room("density and coverage are", neighbours, k)
    covered = neighbours.real_fake.distances[:, 0] < neighbours.real_real.distances[:, k - 1]
    return {"density": float(balls.real_open.mean() / k), "coverage": float(covered.mean())}


def expected_coverage(reals, fakes, k=5):
    """Coverage to expect when both sets are samples of one distribution: 1 - prod (N - i) / (N + M - i), i = 1..k."""
    steps = np.arange(1, k + 1)
    return float(1 - np.prod((reals - steps) / (reals + fakes - steps)))


@metric(
    "realism",
    direction="higher",
    least=1000,
    cost="O(N^2 d)",
    paper="Kynkaanniemi et al. 2019, section 5, arXiv 1904.06991",
    meaning="How close fakes come to the reals, in units of the reals' own spacing there: 1 or more is on the manifold.",
    misleads="A copy of a real scores infinity; the wider half of the reals' balls does not count, so rare kinds score low.",
    parts={"median": None, "above_one": Part(span=(0, 1), counted=True)},
    bounds={"median": ("low", "high")},
    undefined={"median": "half of the samples or more are copies of reals, whose score is infinite"},
)
def realism(neighbours: Any, k: int = 3) -> dict[str, float]:
    """Realism scores of the fakes, summarised robust to copies (whose score is infinite).

    Args:
        neighbours: a record with balls of this k.
        k: a ball reaches to its real's k-th nearest neighbour; the half wider than the median is left out.

    Returns:
        `median` of the scores, 0 or more, unless it is infinite, with `low` and `high`, the scores between which the true
        median lies with 95 % confidence, where they are finite; and `above_one`, the share of scores of at least 1. The scores
        themselves: `neighbours.balls[k].realism`.

    Raises:
        UserError: the record has no balls of this k, or every real has k copies, so that all balls are points.
    """
    balls = _balls(neighbours, k)
    _require_room("realism is", neighbours, k)
    scores = np.sort(balls.realism)
    middle = scores[[(len(scores) - 1) // 2, len(scores) // 2]]
    median = {"median": float(middle.mean())} if np.isfinite(middle).all() else {}
    low, high = scipy.stats.binom.ppf((0.025, 0.975), len(scores), 0.5).astype(int)
    if low and scores[low - 1] < scores[high] < np.inf:
        median |= {"low": float(scores[low - 1]), "high": float(scores[high])}
    return median | {"above_one": float(np.mean(scores >= 1))}


@metric(
    "rarity",
    direction="real",
    least=1000,
    cost="O(N k)",
    paper="Han et al. 2022, Rarity Score, arXiv 2206.08549",
    meaning="How sparse the real data is around the fakes: higher means rarer kinds; fakes off the manifold count separately.",
    misleads="A radius in the extractor's units: compare only within one extractor and count; outside fakes have no rarity.",
    parts={"mean": None, "outside": Part(span=(0, 1), counted=True)},
    undefined={"mean": "no sample lies in a ball of a real"},
)
def rarity(neighbours: Any, k: int = 3) -> dict[str, float]:
    """Rarity of the fakes on the real manifold: the radius of the smallest real ball around each.

    Args:
        neighbours: a record with balls of this k.
        k: a ball reaches to its real's k-th nearest neighbour, boundary included.

    Returns:
        `mean` over the fakes inside a ball, in feature units, if there are any, and `outside`, the share of the others.

    Raises:
        UserError: the record has no balls of this k.
    """
    smallest = _balls(neighbours, k).smallest
    inside = np.isfinite(smallest)
    mean = {"mean": float(smallest[inside].mean())} if inside.any() else {}
    return mean | {"outside": float(np.mean(~inside))}


def _require_room(what, neighbours, k):
    """Refuses a reference all of whose balls have the radius 0: no sample can lie inside, however good."""
    if not neighbours.real_real.distances[:, k - 1].any():
        raise Undefined(f"{what} undefined: each of the reference's samples has {k} copies in it")


def _balls(neighbours, k):
    if k not in neighbours.balls:
        raise UserError(
            f"the distance record counts balls of k in {sorted(neighbours.balls)}, not {k}: make it with balls=({k},)"
        )
    return neighbours.balls[k]
