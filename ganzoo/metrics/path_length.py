"""Perceptual path length: how much samples change along paths between latents."""

import dataclasses
from typing import Any

import numpy as np

from ganzoo.metrics.checks import checked, same_dimension
from ganzoo.metrics.intervals import mean_interval
from ganzoo.metrics.registry import metric

_TAIL = 0.01  # of the lengths at either end is left out of the mean, as StyleGAN's code does


@dataclasses.dataclass(frozen=True)
class Paths:
    """Features at two near points of paths between latents.

    Attributes:
        first: float32 [N, d], of samples at t.
        second: float32 [N, d], of samples at t + epsilon.
        epsilon: how far apart, in shares of a path.
        spread: the mean squared distance of two real examples' features.
    """

    first: np.ndarray
    second: np.ndarray
    epsilon: float
    spread: float


@metric(
    "path_length",
    direction="lower",
    least=1000,
    cost="O(N)",
    paper="Karras et al. 2019, StyleGAN, arXiv 1812.04948, with the extractor's features in the place of LPIPS",
    meaning="How far a sample's features move along a path between two latents at the pace of a short step, squared, over the "
    " squared distance of two real examples: small where samples change evenly.",
    misleads="A model that has collapsed does not move at all and scores 0; it depends on the extractor and on the prior. The "
    "samples are float32: rounded to 8 bits, a short step is mostly rounding.",
    parts={"": None, "median": None},
    baseline=None,
)
def path_length(paths: Any) -> dict[str, float]:
    """The mean of |f(G(z(t))) - f(G(z(t + epsilon)))|^2 / epsilon^2, in units of real data's spread.

    Args:
        paths: a `Paths` record.

    Returns:
        A dict: "", the mean without the least and the greatest hundredth, with its 95 % interval; `median`.

    Raises:
        UserError: features that `checked` refuses, or of different dimensions.
    """
    first, second = checked("first", paths.first), checked("second", paths.second)
    same_dimension(first=first, second=second)
    lengths = squared_paces(first, second, paths.epsilon) / paths.spread
    left = int(_TAIL * len(lengths))
    kept = np.sort(lengths)[left : len(lengths) - left]
    return {"": mean_interval(kept), "median": float(np.median(lengths))}


def squared_paces(first, second, epsilon):
    """|first - second|^2 / epsilon^2 of each path, float64 [N].

    Args:
        first, second: features [N, d] of its samples at t and t + epsilon.
        epsilon: a share of the path.
    """
    return np.square(first.astype(np.float64) - second).sum(axis=1) / epsilon**2
