"""Mode drop and mode collapse, where the modes are known: mixtures of Gaussians, and classes under a classifier."""

from typing import Any

import numpy as np
import scipy

from ganzoo.errors import UserError
from ganzoo.metrics.checks import checked, same_dimension
from ganzoo.metrics.neighbours.search import nearest
from ganzoo.metrics.registry import POINTS, Part, metric


@metric(
    "mode_coverage",
    direction="real",
    least=1000,
    cost="O(N modes)",
    paper="Srivastava et al. 2017, VEEGAN, arXiv 1705.07761; Lin et al. 2018, PacGAN, arXiv 1712.04086",
    meaning="How many of the known modes get a sample, which share of the samples is near one, and how unevenly they spread.",
    misleads="One good sample captures a mode: a mode that is nearly dropped shows only in the divergences.",
    parts={
        "captured": None,
        "high_quality": Part(span=(0, 1), counted=True),
        "kl": Part(floor="kl_floor"),
        "reverse_kl": None,
        "kl_floor": "aside",
    },
    of=(POINTS,),
    default=70,
    compared=True,
)
def mode_coverage(fake_points: np.ndarray, modes: Any, radius: float = 3.0) -> dict[str, float]:
    """Modes captured, share of high-quality samples, and the divergence from the true weights.

    Args:
        fake_points: [M, d].
        modes: an object with `means` [K, d] and `scale`, the standard deviation (of all modes, or [K]), and, where they
            do not weigh the same, `weights` [K].
        radius: standard deviations within which a sample is of high quality.

    Returns:
        `captured`, modes with a high-quality sample; `high_quality`, the share of such samples; with every sample given
        to its nearest mode, `kl`, KL(fake || true), `reverse_kl`, KL(true || fake) (half a sample added to every mode),
        and `kl_floor`, the `kl` that a perfect model has on average at this count. Divergences in nats.

    Raises:
        UserError: input that `checked` refuses, or points of another dimension than the modes.
    """
    points, means = checked("fake_points", fake_points, least=1), checked("modes", modes.means, least=1)
    same_dimension(fake_points=points, modes=means)
    near = nearest(points, means)
    mode = near.indices[:, 0]
    good = near.distances[:, 0] <= radius * np.broadcast_to(modes.scale, len(means))[mode]
    counts = np.bincount(mode, minlength=len(means))
    weights = getattr(modes, "weights", None)
    weights = np.ones(len(means)) if weights is None else np.asarray(weights, float)
    return {
        "captured": float(len(np.unique(mode[good]))),
        "high_quality": float(good.mean()),
        "kl": float(scipy.stats.entropy(counts, weights)),
        "reverse_kl": float(scipy.stats.entropy(weights, counts + 0.5)),
        "kl_floor": kl_floor(len(points), len(means)),
    }


@metric(
    "label_coverage",
    direction="real",
    least=1000,
    cost="O(N)",
    paper="Metz et al. 2017, Unrolled GANs, arXiv 1611.02163; Che et al. 2017, Mode Regularized GANs, arXiv 1612.02136",
    meaning="How many classes a classifier predicts for the fakes, and how unevenly compared with the real data.",
    misleads="The classifier forces every fake into a class, garbage too; it says nothing about diversity within a class.",
    parts={
        "captured": None,
        "classes": "aside",
        "kl": Part(floor="kl_floor"),
        "reverse_kl": None,
        "kl_floor": "aside",
        "kl_uniform": Part(floor="kl_uniform_floor"),
        "kl_uniform_floor": "aside",
    },
    default=50,
)
def label_coverage(real_probs: np.ndarray, fake_probs: np.ndarray, confidence: float = 0.0) -> dict[str, float]:
    """Classes captured, and the divergence of the fakes' classes from the reals'.

    Args:
        real_probs: class probabilities of the reals, [N, K].
        fake_probs: class probabilities of the fakes, [M, K].
        confidence: a fake captures its most probable class only with at least this probability.

    Returns:
        `captured`, classes with a fake; `classes`, those with a real; over the most probable classes, `kl`,
        KL(fake || real), and `reverse_kl`, KL(real || fake), in nats with half a sample added to every class of the
        second set; `kl_floor`, the `kl` of a perfect model, roughly and on average, at these counts; `kl_uniform`,
        KL(fake || equal shares of all K classes), which stacked data sets are measured by, and `kl_uniform_floor`.

    Raises:
        UserError: input that `checked` refuses, different numbers of classes, or values that are not probabilities.
    """
    real, fake = checked("real_probs", real_probs, least=1), checked("fake_probs", fake_probs, least=1)
    same_dimension(real_probs=real, fake_probs=fake)
    for name, probs in (("real_probs", real), ("fake_probs", fake)):
        if probs.min() < 0 or np.abs(probs.sum(axis=1) - 1).max() > 1e-3:
            raise UserError(f"{name} must hold probabilities that sum to 1 in every row: apply a softmax to logits")
    real_counts, fake_counts = (np.bincount(p.argmax(axis=1), minlength=p.shape[1]) for p in (real, fake))
    sure = fake.max(axis=1) >= confidence
    return {
        "captured": float(len(np.unique(fake[sure].argmax(axis=1)))),
        "classes": float(np.count_nonzero(real_counts)),
        "kl": float(scipy.stats.entropy(fake_counts, real_counts + 0.5)),
        "reverse_kl": float(scipy.stats.entropy(real_counts, fake_counts + 0.5)),
        "kl_floor": kl_floor(len(fake), np.count_nonzero(real_counts), len(real)),
        "kl_uniform": float(scipy.stats.entropy(fake_counts, np.ones(len(fake_counts)))),
        "kl_uniform_floor": kl_floor(len(fake), len(fake_counts)),
    }


def expected_captured(count, weights):
    """Modes that `count` samples of a perfect model capture on average: sum of 1 - (1 - w)^count.

    Args:
        count: samples.
        weights: the modes' weights [K], or their number K when all weigh the same.
    """
    weights = np.full(weights, 1 / weights) if np.ndim(weights) == 0 else np.asarray(weights) / np.sum(weights)
    return float(-np.expm1(count * np.log1p(-np.minimum(weights, 1 - 1e-16))).sum())


def kl_floor(count, modes, reference=None):
    """Mean KL(sample || truth) of a perfect model at large counts: (K - 1) / 2 (1 / count [+ 1 / reference]).

    Args:
        count: generated samples.
        modes: K.
        reference: samples that the truth is estimated from; None where it is known.
    """
    return float((modes - 1) / 2 * (1 / count + (1 / reference if reference else 0)))
