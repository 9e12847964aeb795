"""Frechet distances without what a finite sample adds: less its expected bias, and in the limit of many samples."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_features, subsample
from ganzoo.metrics.frechet import distance, expected_trace, fit, floor_of
from ganzoo.metrics.moments import Moments
from ganzoo.metrics.population_spectrum import population_roots
from ganzoo.metrics.registry import metric


@metric(
    "frechet_distance_debiased",
    direction="lower",
    least=1000,
    cost="O(N d^2 + d^3)",
    paper="Closed form for Gaussian noise; the bias: Chong and Forsyth 2019, arXiv 1911.07023",
    meaning="The Frechet distance without the part that comes from the finite samples, and beside it the floor of a "
    "perfect model.",
    misleads="Derived for Gaussian features, whose spectrum few samples hardly tell: with no more samples than dimensions it "
    "errs by a tenth of the plain distance. May be negative near 0.",
    title="FD-debiased",
    published="FID-debiased",
    parts={"debiased": None, "floor": "aside"},
    main="debiased",
    covariances=True,
    around_zero=True,
)
def frechet_distance_debiased(real: np.ndarray, fake: np.ndarray) -> dict[str, float]:
    """The Frechet distance less its expected sampling bias at the given counts.

    The bias of the means' distance is Tr S1 / N + Tr S2 / M; that of the traces is what Gaussian samples of one covariance show
    whose spectrum is that of (S1 S2)^(1/2), corrected for the counts (`population_roots`).

    Args:
        real: features [N, d].
        fake: features [M, d].

    Returns:
        A dict: "debiased", which may be negative, and "floor", what a perfect model would show in the plain distance
        (from the covariance of `real`). Squared feature units.

    Raises:
        UserError: fewer than two samples, NaN or infinite features, different d.
    """
    first, second, roots = fit(*check_features(real=real, fake=fake))
    counts = (first.count, second.count)
    bias = first.total_variance() / first.count + second.total_variance() / second.count
    alive = int(np.count_nonzero((np.diag(first.scatter) > 0) & (np.diag(second.scatter) > 0)))
    if alive:
        roots_of_all = np.pad(np.sort(roots)[-alive:], (max(alive - len(roots), 0), 0))
        bias += expected_trace(population_roots(roots_of_all, counts), counts)
    return {"debiased": float(distance(first, second, roots) - bias), "floor": floor_of(first, second.count, first.count)}


@metric(
    "frechet_distance_infinity",
    direction="lower",
    least=5000,
    cost="15 times O(N d^2 + d^3)",
    paper="Chong and Forsyth 2019, arXiv 1911.07023",
    meaning="The Frechet distance extrapolated to infinitely many generated samples, so that models of different "
    "counts compare.",
    misleads="The reference set's own finite count still biases it up; the fit's error is not that of a new sample.",
    title="FD-infinity",
    published="FID-infinity",
    covariances=True,
    around_zero=True,
)
def frechet_distance_infinity(
    real: np.ndarray, fake: np.ndarray, seed: int = 0, points: int = 15, least: int | None = None
) -> float:
    """The Frechet distance at 1/M -> 0: the intercept of a line through distances of random subsets of `fake` over 1/M.

    Args:
        real: features [N, d]; all of them at every point.
        fake: features [M, d].
        seed: of the subsets.
        points: subset sizes, evenly spaced from `least` to M.
        least: smallest subset; by default a tenth of M, not below 2 d nor above M / 2.

    Returns:
        The intercept, in squared feature units; may be slightly negative.

    Raises:
        UserError: fewer than eight generated or two real samples, NaN or infinite features, different d, `least` not
            between 2 and M - 1.

    Reference: Chong and Forsyth 2019, arXiv 1911.07023.
    """
    real, fake = check_features(real=real, fake=fake)
    if len(fake) < 8:
        raise UserError(f"an extrapolation over counts needs at least 8 generated samples, not {len(fake)}")
    least = min(max(len(fake) // 10, 2 * fake.shape[1]), len(fake) // 2) if least is None else least
    if not 2 <= least < len(fake):
        raise UserError(f"the smallest subset must have between 2 and {len(fake) - 1} samples, not {least}")
    rng = np.random.default_rng([seed, 0xFD])
    sizes = np.unique(np.linspace(least, len(fake), points).astype(int))
    reference = Moments.of(real)
    distances = [distance(*fit(real, subsample(fake, size, rng), reference)) for size in sizes]
    return float(np.polyfit(1 / sizes, distances, 1)[1])
