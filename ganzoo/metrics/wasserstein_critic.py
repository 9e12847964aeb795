"""The Wasserstein distance that independent critics find, on held-out data and on what they were trained on."""

import dataclasses
from typing import Any

import numpy as np

from ganzoo.metrics.checks import Undefined
from ganzoo.metrics.registry import metric


@dataclasses.dataclass(frozen=True)
class Critics:
    """What critics say that were trained on training data against one half of the fakes, a row for each of several seeds.

    Attributes:
        real: float64 [S, N], of the training data.
        fake: float64 [S, M], of the fakes that the critics were trained on.
        test: float64 [S, T], of held-out data.
        unseen: float64 [S, M], of the other half of the fakes.
        lipschitz: float64 [S], the greatest slope found on lines between all of these.
    """

    real: np.ndarray
    fake: np.ndarray
    test: np.ndarray
    unseen: np.ndarray
    lipschitz: np.ndarray


@metric(
    "wasserstein_critic",
    direction="lower",
    least=1000,
    cost="O(N)",
    paper="Danihelka et al. 2017, arXiv 1705.05263; Arjovsky et al. 2017, arXiv 1701.07875",
    meaning="How far a critic that neither saw tells held-out reals from fresh fakes, in units of the features, over its "
    "greatest slope: a lower bound of W1. `gap`: by how much more it tells its own training data, above held-out data's own "
    "where the model fits the training data better than its law.",
    misleads="A small network finds a part of W1, in many dimensions a small one; the largest slope found is not the largest "
    "that there is, and a lower bound proves a difference, never a match.",
    parts={"": None, "train": "aside", "gap": "real", "lipschitz": "aside", "sd": "aside"},
    baseline="halves",
    around_zero=True,
)
def wasserstein_critic(critics: Any) -> dict[str, float]:
    """The Wasserstein estimate of independent critics, means over their seeds.

    Args:
        critics: a `Critics` record.

    Returns:
        A dict: "" the mean of (E f(test) - E f(unseen fakes)) / slope; `train`, the same of what the critics were trained on;
        `gap`, train less test; `lipschitz`, the mean greatest slope; `sd`, the spread of "" over the seeds.

    Raises:
        UserError: critics that are constant.
    """
    if not (critics.lipschitz > 0).all():
        raise Undefined("the critics' distance is undefined: they have no slope, since all samples are equal")
    held = (critics.test.mean(axis=1) - critics.unseen.mean(axis=1)) / critics.lipschitz
    trained = (critics.real.mean(axis=1) - critics.fake.mean(axis=1)) / critics.lipschitz
    return {
        "": float(held.mean()),
        "train": float(trained.mean()),
        "gap": float((trained - held).mean()),
        "lipschitz": float(critics.lipschitz.mean()),
        "sd": float(held.std(ddof=1)) if len(held) > 1 else 0.0,
    }
