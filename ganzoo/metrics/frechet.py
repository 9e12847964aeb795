"""The Frechet distance between two Gaussians fitted to features (FID with Inception's features), its floor and its spread."""

import numpy as np
import scipy

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_features
from ganzoo.metrics.intervals import BLOCKS, dealer, jackknife_error, jackknife_reach, without_blocks
from ganzoo.metrics.moments import Moments
from ganzoo.metrics.population_spectrum import expected_frechet, population_spectrum
from ganzoo.metrics.registry import metric
from ganzoo.metrics.threads import one_blas_thread

_SMALL = 512  # dimensions up to which precision costs next to nothing
_FREE = 256  # dimensions up to which an interval is nearly free
_CLOSED = 30  # samples a dimension from which on the expansion is as good as simulation


def fd_floor(eigenvalues, count, real_count=None):
    """The Frechet distance that a perfect generator is expected to show at these counts, in closed form.

    Second-order expansion of the distance under Gaussian sampling noise:
    (1/N + 1/M) sum_i l_i + (1/(N-1) + 1/(M-1)) / 2 * (sum_ij l_i l_j / (l_i + l_j) + sum_i l_i / 2).

    Args:
        eigenvalues: of the real features' covariance, [d]; those of a sample's covariance give too low a floor, which
            `population_spectrum` mends.
        count: generated samples.
        real_count: reference samples; None takes the reference statistics as exact.

    Returns:
        The floor, in squared feature units. Holds for counts well above d; below, it is too high (by 10 % at d/2).

    Raises:
        UserError: a count below 2.
    """
    counts = [count] if real_count is None else [count, real_count]
    if min(counts) < 2:
        raise UserError("a Frechet distance's floor needs at least two samples on each side")
    return float(np.sum(eigenvalues) * sum(1 / n for n in counts) + root_bias(eigenvalues, counts))


def frechet_floor(real, count, real_count=None):
    """`fd_floor` with the spectrum of `real` [N, d], corrected for N.

    Raises:
        UserError: NaN or infinite features, fewer than two samples.
    """
    (real,) = check_features(real=real)
    return fd_floor(_true_spectrum(Moments.of(real)), count, real_count)


def frechet_floor_of(real, count, real_count, seed=0):
    """The expected Frechet distance of a perfect model at these counts.

    The mean distance of Gaussian samples with the real features' covariance, whose spectrum is corrected for the size of the
    reference; in closed form where there are 30 samples a dimension, or more than 256 dimensions and more samples than that.
    Good to 2 or 3 % where the reference has as many samples as dimensions.

    Args:
        real: features [N, d].
        count: generated samples.
        real_count: reference samples.
        seed: of the Gaussian samples.
    """
    return floor_of(Moments.of(real), count, real_count, seed)


def floor_of(moments, count, real_count, seed=0):
    """`frechet_floor_of` by the `Moments` of the real features."""
    variances, counts = _true_spectrum(moments, seed), (count, real_count)
    return float(variances.sum() * sum(1 / n for n in counts)) + expected_trace(variances, counts, seed)


def expected_trace(variances, counts, seed=0):
    """The mean Frechet distance of samples of these counts, of one covariance of this spectrum, less that of their means."""
    dim, least = len(variances), min(counts)
    if least > _CLOSED * dim or least > dim > _FREE:
        return root_bias(variances, counts)
    return expected_frechet(variances, counts, seed, draws=max(2048 // dim, 3))


def _true_spectrum(moments, seed=0):
    """The corrected spectrum of the dimensions that have variance."""
    covariance = moments.covariance()
    alive = np.diag(covariance) > 0
    if not alive.any():
        return np.zeros(1)
    with one_blas_thread():
        return population_spectrum(np.linalg.eigvalsh(covariance[np.ix_(alive, alive)]).clip(0), moments.count, seed)


def frechet_interval(real, fake, blocks=BLOCKS, level=0.95, seed=0):
    """An interval for the Frechet distance at these counts: block jackknife over the generated samples.

    It covers the expected distance of generated samples of this count from this reference, bias included: not the distance
    of one other sample, which varies as much again, nor that of infinitely many samples, nor of another reference.

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
    order = dealer(seed).permutation(len(fake))
    reference = Moments.of(real)
    error = jackknife_error([distance(*fit(real, fake[rows], reference)) for rows in without_blocks(order, blocks)])
    value, reach = distance(*fit(real, fake, reference)), jackknife_reach(error, blocks, level)
    return {"value": value, "low": max(value - reach, 0.0), "high": value + reach, "se": error}


def _interval(context, values, wanted):
    """A jackknife with fixed moments of the reference: almost free in few dimensions."""
    if not wanted and context["real"].shape[1] > _FREE:
        return {}
    interval = frechet_interval(context["real"], context["fake"], seed=context["seed"])
    return {"": (interval["low"], interval["high"])}


@metric(
    "frechet_distance",
    direction="lower",
    least=10_000,
    cost="O(N d^2 + d^3)",
    paper="Heusel et al. 2017, arXiv 1706.08500",
    meaning="How far mean and covariance of the generated features are from the real ones.",
    misleads="Biased up by about 1/N, so only equal counts compare; it sees two moments and cannot tell a copy from "
    "a new sample.",
    title="FD",
    published="FID",
    default=10,
    compared=True,
    covariances=True,
    floor=frechet_floor_of,
    interval=_interval,
)
def frechet_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Frechet distance |m1 - m2|^2 + Tr(S1 + S2 - 2 (S1 S2)^(1/2)) of the features' sample moments.

    Args:
        real: features [N, d].
        fake: features [M, d].

    Returns:
        A distance >= 0 in squared feature units (tiny negative rounding is cut to 0). With no more samples than
        dimensions it is computed from the data matrices themselves, since their covariances are singular.

    Raises:
        UserError: fewer than two samples, NaN or infinite features, different d.

    Reference: Heusel et al. 2017, arXiv 1706.08500; Dowson and Landau 1982.
    """
    return distance(*fit(*check_features(real=real, fake=fake)))


def frechet_from_moments(first, second):
    """The Frechet distance between two `Moments`, for features that were streamed.

    Raises:
        UserError: different dimensions, or fewer than two samples in one.
    """
    if len(first.mean) != len(second.mean):
        raise UserError(f"moments of {len(first.mean)} and of {len(second.mean)} dimensions have no Frechet distance")
    roots = root_spectrum(first.covariance(), second.covariance())
    return distance(first, second, roots)


def root_spectrum(first, second):
    """The eigenvalues of (S1 S2)^(1/2), float64; their sum is the trace in the Frechet distance.

    A Cholesky factor S1 = L L^T turns them into roots of the eigenvalues of the symmetric L^T S2 L: no square root of a
    matrix, no complex number. Dimensions without variance leave first; a matrix that is still singular is factored by
    its eigenvectors instead.

    Args:
        first: covariance S1, [d, d].
        second: covariance S2, [d, d].
    """
    alive = (np.diag(first) > 0) & (np.diag(second) > 0)
    if not alive.all():
        first, second = first[np.ix_(alive, alive)], second[np.ix_(alive, alive)]
    if not len(first):
        return np.zeros(0)
    with one_blas_thread():
        factor = _factor(first)
        if len(first) <= _SMALL:  # slower, but without squaring: small roots stay precise
            return np.linalg.svd(_factor(second).T @ factor, compute_uv=False)
        return _roots(_congruent(factor, second))


def root_spectrum_of_data(few, other):
    """As `root_spectrum`, where one set has no more samples than dimensions: exact, and no root of a d x d matrix.

    With A and B the centred data over sqrt(n - 1), the eigenvalues of (S1 S2)^(1/2) are the singular values of A B^T; where
    the other set is large they are the roots of the eigenvalues of A S2 A^T.

    Args:
        few: features [n, d], n <= d.
        other: features [m, d], or their covariance as a `Moments`.
    """
    few = _centred(few)
    if isinstance(other, Moments):
        return _roots(few @ other.covariance() @ few.T)
    product = few @ _centred(other).T
    with one_blas_thread():
        return np.linalg.svd(product, compute_uv=False)


def fit(real, fake, reference=None):
    """The terms of a Frechet distance: both `Moments`, and the spectrum of (S1 S2)^(1/2) by the method that suits the counts.

    Args:
        real: features [N, d], checked.
        fake: features [M, d], checked.
        reference: the `Moments` of `real`, where they are known already.
    """
    moments = reference or Moments.of(real), Moments.of(fake)
    (few, _), (other, others) = sorted(zip((real, fake), moments, strict=True), key=lambda pair: len(pair[0]))
    if len(few) > few.shape[1]:
        return *moments, root_spectrum(moments[0].covariance(), moments[1].covariance())
    return *moments, root_spectrum_of_data(few, others if len(other) > other.shape[1] else other)


def distance(first, second, roots):
    """The Frechet distance from what `fit` gives."""
    step = first.mean - second.mean
    spread = first.total_variance() + second.total_variance()
    return max(float(step @ step + spread - 2 * roots.sum()), 0.0)


def _centred(values):
    values = values.astype(np.float64)
    return (values - values.mean(axis=0)) / np.sqrt(len(values) - 1)


def _factor(covariance):
    """A matrix L with L L^T = covariance: Cholesky's, or for a singular one its eigenvectors', scaled, [d, rank]."""
    rounding = len(covariance) * np.finfo(float).eps
    try:
        factor = np.linalg.cholesky(covariance)
        if (np.square(np.diag(factor)) > rounding * np.diag(covariance)).all():
            return factor
    except np.linalg.LinAlgError:
        pass
    values, vectors = np.linalg.eigh(covariance)
    used = values > rounding * values[-1]
    return vectors[:, used] * np.sqrt(values[used])


def _congruent(factor, matrix):
    """L^T S L of which only the lower triangle counts, by LAPACK where L is a triangle: a quarter of two products' work."""
    if factor.shape[0] != factor.shape[1] or np.triu(factor, 1).any():
        return factor.T @ matrix @ factor
    result, _ = scipy.linalg.lapack.dsygst(matrix, factor, itype=2, lower=1)
    return result


def _roots(matrix):
    with one_blas_thread():
        return np.sqrt(np.linalg.eigvalsh(matrix).clip(0))


def root_bias(roots, counts):
    """Expected loss of 2 Tr (S1 S2)^(1/2) by sampling noise, from the spectrum of that root."""
    roots = np.asarray(roots, np.float64)
    roots = roots[roots > 0]
    pairs = (roots[:, None] * roots / (roots[:, None] + roots)).sum() + roots.sum() / 2
    return 0.5 * pairs * sum(1 / (n - 1) for n in counts)
