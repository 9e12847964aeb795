"""The Frechet distance between two Gaussians fitted to features: FID where the features are Inception's."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_features
from ganzoo.metrics.moments import Moments
from ganzoo.metrics.registry import metric
from ganzoo.metrics.threads import one_blas_thread

_SMALL = 512  # dimensions up to which precision costs next to nothing


@metric(
    "frechet_distance",
    direction="lower",
    least=10_000,
    paper="Heusel et al. 2017, arXiv 1706.08500",
    meaning="How far mean and covariance of the generated features are from the real ones.",
    misleads="Biased up by about 1/N, so only equal counts compare; it sees two moments and cannot tell a copy from "
    "a new sample.",
)
def frechet_distance(real, fake):
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
        if len(first) <= _SMALL:  # dearer, but nothing is squared: small roots keep their digits
            return np.linalg.svd(_factor(second).T @ factor, compute_uv=False)
        return _roots(factor.T @ second @ factor)


def root_spectrum_of_data(few, other):
    """As `root_spectrum`, where one side has no more samples than dimensions: exact, and no root of a d x d matrix.

    With A and B the centred data over sqrt(n - 1), the eigenvalues of (S1 S2)^(1/2) are the singular values of A B^T; where
    the other side is large they are the roots of the eigenvalues of A S2 A^T.

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
    """What a Frechet distance consists of: both `Moments`, and the spectrum of (S1 S2)^(1/2) by what suits the counts.

    Args:
        real: features [N, d], checked.
        fake: features [M, d], checked.
        reference: the `Moments` of `real`, where they are known already.
    """
    moments = reference or Moments.of(real), Moments.of(fake)
    (few, _), (other, others) = sorted(zip((real, fake), moments, strict=True), key=lambda side: len(side[0]))
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
    """A matrix L with L L^T = covariance: Cholesky's, or for a singular one its eigenvectors', scaled."""
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        used = values > len(values) * np.finfo(float).eps * values[-1]
        return vectors[:, used] * np.sqrt(values[used])


def _roots(matrix):
    with one_blas_thread():
        return np.sqrt(np.linalg.eigvalsh(matrix).clip(0))
