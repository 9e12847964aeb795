"""What a finite sample does to a Frechet distance: its floor, its bias, its limit and its spread."""

import numpy as np
from scipy import stats

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_features, subsample
from ganzoo.metrics.frechet import distance, fit
from ganzoo.metrics.moments import Moments
from ganzoo.metrics.registry import metric
from ganzoo.metrics.threads import one_blas_thread


def fd_floor(eigenvalues, count, real_count=None):
    """The Frechet distance that a perfect generator is expected to show at these counts.

    Second-order expansion of the distance under Gaussian sampling noise:
    (1/N + 1/M) sum_i l_i + (1/(N-1) + 1/(M-1)) / 2 * (sum_ij l_i l_j / (l_i + l_j) + sum_i l_i / 2).

    Args:
        eigenvalues: of the real features' covariance, [d], from as many real samples as there are (5 d or more: those
            of a small sample give too low a floor).
        count: generated samples.
        real_count: reference samples; None takes the reference statistics as exact.

    Returns:
        The floor, in squared feature units. Holds for counts of at least d; below, it is too high (by 10 % at d/2).

    Raises:
        UserError: a count below 2.
    """
    counts = [count] if real_count is None else [count, real_count]
    if min(counts) < 2:
        raise UserError("a Frechet distance's floor needs at least two samples on each side")
    return float(np.sum(eigenvalues) * sum(1 / n for n in counts) + _root_bias(eigenvalues, counts))


def frechet_floor(real, count, real_count=None):
    """`fd_floor` with the eigenvalues of `real` [N, d]'s own covariance.

    Raises:
        UserError: NaN or infinite features, fewer than two samples.
    """
    (real,) = check_features(real=real)
    return fd_floor(_spectrum(Moments.of(real)), count, real_count)


@metric(
    "frechet_distance_debiased",
    direction="lower",
    least=1000,
    paper="Closed form for Gaussian noise; the bias: Chong and Forsyth 2019, arXiv 1911.07023",
    meaning="The Frechet distance without the part that comes from the finite samples, and beside it the floor of a "
    "perfect model.",
    misleads="Derived for Gaussian features and at least as many samples as dimensions; may be negative near 0.",
)
def frechet_distance_debiased(real, fake):
    """The Frechet distance less its expected sampling bias at the given counts, in closed form.

    The bias of the means' distance is Tr S1 / N + Tr S2 / M; that of the trace term follows from the spectrum s of
    (S1 S2)^(1/2), at hand anyway: (1/(N-1) + 1/(M-1)) / 2 * (sum_ij s_i s_j / (s_i + s_j) + sum_i s_i / 2).

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
    counts = [first.count, second.count]
    bias = first.total_variance() / first.count + second.total_variance() / second.count
    bias += _root_bias(roots, counts)
    return {
        "debiased": float(distance(first, second, roots) - bias),
        "floor": fd_floor(_spectrum(first), second.count, first.count),
    }


@metric(
    "frechet_distance_infinity",
    direction="lower",
    least=5000,
    paper="Chong and Forsyth 2019, arXiv 1911.07023",
    meaning="The Frechet distance extrapolated to infinitely many generated samples, so that models of different "
    "counts compare.",
    misleads="The reference set's own finite count still biases it up; the fit's error is not that of a new sample.",
)
def frechet_distance_infinity(real, fake, seed=0, points=15, least=None):
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


def frechet_interval(real, fake, blocks=10, level=0.95, seed=0):
    """An interval for the Frechet distance at these counts: block jackknife over the generated samples.

    It covers what another generated sample of the same count would show; it says nothing of the bias, nor of another
    reference set.

    Args:
        real: features [N, d].
        fake: features [M, d], dealt at random into `blocks`.
        blocks: parts that are left out in turn; one eigenvalue problem each.
        level: confidence.
        seed: of the dealing.

    Returns:
        A dict: "value" (the plain distance), "low", "high", "se" (standard error).

    Raises:
        UserError: fewer than two samples a block, NaN or infinite features, different d.
    """
    real, fake = check_features(real=real, fake=fake)
    if len(fake) < 2 * blocks:
        raise UserError(f"an interval from {blocks} blocks needs {2 * blocks} generated samples, not {len(fake)}")
    order = np.random.default_rng([seed, 0x1A]).permutation(len(fake))
    reference = Moments.of(real)
    left_out = [distance(*fit(real, fake[np.setdiff1d(order, rows)], reference)) for rows in np.array_split(order, blocks)]
    error = float(np.sqrt((blocks - 1) / blocks * np.sum((left_out - np.mean(left_out)) ** 2)))
    value = distance(*fit(real, fake, reference))
    reach = stats.t.ppf((1 + level) / 2, blocks - 1) * error
    return {"value": value, "low": float(max(value - reach, 0.0)), "high": float(value + reach), "se": error}


def _root_bias(roots, counts):
    """Expected loss of 2 Tr (S1 S2)^(1/2) by sampling noise, from the spectrum of that root."""
    roots = np.asarray(roots, np.float64)
    roots = roots[roots > 0]
    pairs = (roots[:, None] * roots / (roots[:, None] + roots)).sum() + roots.sum() / 2
    return 0.5 * pairs * sum(1 / (n - 1) for n in counts)


def _spectrum(moments):
    with one_blas_thread():
        return np.linalg.eigvalsh(moments.covariance()).clip(0)
