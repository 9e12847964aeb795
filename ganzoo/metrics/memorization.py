"""The Frechet distance with a penalty for fakes that lie too close to the training data."""

import numpy as np

from ganzoo.metrics.arguments import check_features
from ganzoo.metrics.checks import Undefined, moderate
from ganzoo.metrics.frechet import frechet_distance
from ganzoo.metrics.registry import Part, metric

EPSILON = 0.1  # of the competition, for Inception's features
_ROWS = 1024


@metric(
    "memorization_informed_fd",
    direction="lower",
    least=2000,
    cost="O(N^2 d + d^3)",
    paper="Bai et al. 2021, On Training Sample Memorization, arXiv 2106.03062",
    meaning="The Frechet distance, divided by how close the fakes come to training data where that is closer than half of what "
    "held-out data comes to it; without such closeness it is the plain distance.",
    misleads="A model that copies only sometimes pays nothing; the cosine sees directions alone, and with an extractor whose "
    "samples all point one way every one is close.",
    title="MiFD",
    parts={"": None, "distance": Part("real", below="closer to training data"), "threshold": "aside", "penalty": "aside"},
    baseline="halves",
    covariances=True,
    sees_copies=True,
)
def memorization_informed_fd(real: np.ndarray, fake: np.ndarray, test: np.ndarray) -> dict[str, float]:
    """`mifid` whose threshold is half of the held-out data's own distance, so that it suits any features.

    Args:
        real: training features [N, d].
        fake: [M, d].
        test: held-out real features [T, d].

    Returns:
        A dict: "" the distance with its penalty; `distance`, the fakes' mean cosine distance to the nearest training sample;
        `threshold`; `penalty`, what the Frechet distance was divided by, 1 for none.

    Raises:
        UserError: input that `checked` refuses, different dimensions, or a set of zero vectors.
    """
    real, fake, test = check_features(real=real, fake=fake, test=test)
    threshold = cosine_distance(test, real) / 2
    distance = cosine_distance(fake, real)
    penalty = distance if distance < threshold else 1.0
    return {
        "": _penalised(frechet_distance(real, fake), penalty),
        "distance": distance,
        "threshold": threshold,
        "penalty": penalty,
    }


def mifid(real: np.ndarray, fake: np.ndarray, epsilon: float = EPSILON) -> float:
    """The Frechet distance over the mean cosine distance of fakes to the nearest real, where that is below `epsilon`.

    Args:
        real: training features [N, d].
        fake: [M, d].
        epsilon: from which distance on there is no penalty; 0.1 is for Inception's features.

    Raises:
        UserError: as `memorization_informed_fd`.
    """
    distance = cosine_distance(fake, real)
    return _penalised(frechet_distance(real, fake), distance if distance < epsilon else 1.0)


def cosine_distance(samples, base):
    """The mean over samples [N, d] of 1 - |cos| to the nearest of base [M, d]; zero vectors, which have no angle, are left out.

    Raises:
        Undefined: a set holds only zero vectors.
    """
    samples, base = (_units(values) for values in moderate(samples, base)[0])
    nearest = [np.abs(samples[start : start + _ROWS] @ base.T).max(axis=1) for start in range(0, len(samples), _ROWS)]
    return float((1 - np.concatenate(nearest)).clip(0).mean())


def _units(values):
    values = np.asarray(values, np.float64)
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    alive = lengths[:, 0] > 0
    if not alive.any():
        raise Undefined("a cosine distance is undefined: a set holds only zero vectors, which have no angle")
    return values[alive] / lengths[alive]


def _penalised(distance, penalty):
    return float(distance / (penalty + 1e-14)) if distance > 1e-8 else 0.0  # as published: nothing is divided by 0
