"""The spectrum of a covariance from that of a sample, whose large eigenvalues are too large and whose small ones too small."""

import numpy as np

from ganzoo.metrics.threads import one_blas_thread

_STEPS, _DRAWS = 4, 4
_MOST = 128  # eigenvalues that are worked on; of more every k-th, with k times fewer samples (the Marchenko-Pastur law's scale)
_FINE = 200  # samples a dimension from which on the sample's own spectrum is good to half a percent


def population_spectrum(eigenvalues, count, seed=0):
    """The eigenvalues of the covariance whose samples have, on average, those of a sample.

    Starts from linear shrinkage and multiplies each eigenvalue by what Gaussian samples of the present spectrum lack or have
    too much at its rank. A sample of no more than d examples has eigenvalues of 0 where the covariance has none; of more, zeros
    are taken for directions without variance.

    Args:
        eigenvalues: of the sample's unbiased covariance, [d].
        count: of the sample.
        seed: of the Gaussian samples.

    Returns:
        float64 [d], ascending, with the sum of `eigenvalues`.
    """
    observed = np.sort(np.asarray(eigenvalues, np.float64)).clip(0)
    return _corrected(observed, (count,), seed, keeps_sum=True)


def population_roots(roots, counts, seed=0):
    """As `population_spectrum`, from that of (S1 S2)^(1/2), [d], of two samples of `counts` examples, as if of equal laws."""
    return _corrected(np.sort(np.asarray(roots, np.float64)).clip(0), counts, seed, keeps_sum=False)


def expected_frechet(spectrum, counts, seed=0, draws=8):
    """The mean Frechet distance of two Gaussian samples of one covariance, less that of their means.

    Args:
        spectrum: of the covariance, [d].
        counts: of both samples, 2 or more.
        seed: of the samples.
        draws: pairs of samples.
    """
    rng, distances = np.random.default_rng([seed, 0xF10]), []
    for _ in range(draws):
        first, second = (np.sqrt(spectrum)[:, None] * _wishart_factor(len(spectrum), count - 1, rng) for count in counts)
        with one_blas_thread():
            roots = np.linalg.svd(second.T @ first, compute_uv=False)
        distances.append(np.square(first).sum() + np.square(second).sum() - 2 * roots.sum())
    return float(np.mean(distances))


def _corrected(observed, counts, seed, keeps_sum):
    degrees = min(counts) - 1
    positive = observed > 1e-9 * observed[-1] if len(observed) else observed > 0
    rank = int(positive.sum())
    if rank < degrees:  # zeros are real
        whole, observed = observed, observed[len(observed) - rank :]
    else:
        whole = observed
    if not rank or degrees < 2 or degrees > _FINE * len(observed):
        return whole
    few = observed[_every(len(observed))]
    scale = len(few) / len(observed)
    factor = _estimate(few, [max(round(scale * (count - 1)), 2) for count in counts], seed, keeps_sum)
    ranks = np.linspace(0, 1, len(few))
    spectrum = np.interp(np.linspace(0, 1, len(observed)), ranks, factor)
    if keeps_sum:
        spectrum *= observed.sum() / spectrum.sum()
    return np.concatenate([whole[: len(whole) - len(observed)], spectrum])


def _every(count):
    return np.rint(np.linspace(0, count - 1, min(count, _MOST))).astype(int)


def _estimate(observed, degrees, seed, keeps_sum):
    """The fixed point for a spectrum [d] seen through samples of so many degrees of freedom."""
    rng = np.random.default_rng([seed, 0x5EC])
    spectrum = _shrunk(observed, min(degrees))
    total, known = observed.sum(), observed > 1e-9 * observed[-1]
    for _ in range(_STEPS):
        with one_blas_thread():
            seen = np.mean([_sampled(spectrum, degrees, rng) for _ in range(_DRAWS)], axis=0)
        ratio = np.ones(len(observed))
        ratio[known] = (observed[known] / seen[known].clip(1e-12 * total)).clip(0.5, 2)
        ratio[~known] = ratio[known][0]
        spectrum = np.sort(spectrum * ratio)
        if keeps_sum:
            spectrum *= total / spectrum.sum()
    return spectrum


def _shrunk(observed, degrees):
    """Linear shrinkage to the mean, by an unbiased estimate of the squares' sum."""
    mean, spread = observed.mean(), observed.var()
    squares = (np.square(observed).sum() - observed.sum() ** 2 / degrees) / (1 + 1 / degrees)
    true = max(squares / len(observed) - mean**2, 0.0)
    return mean + np.sqrt(min(true / spread, 1.0) if spread > 0 else 0.0) * (observed - mean)


def _sampled(spectrum, degrees, rng):
    """Ascending eigenvalues [d] of a sample's covariance, or of the root of the product of two."""
    first, *others = (np.sqrt(spectrum)[:, None] * _wishart_factor(len(spectrum), count, rng) for count in degrees)
    values = np.linalg.svd(others[0].T @ first if others else first, compute_uv=False)[: len(spectrum)]
    values = np.pad(values, (0, len(spectrum) - len(values)))[::-1]
    return values if others else np.square(values)


def _wishart_factor(dim, degrees, rng):
    """G with G G^T a sample covariance of unit Gaussians: Bartlett's triangle, or the data where there are fewer."""
    if degrees < dim:
        return rng.standard_normal((dim, degrees)) / np.sqrt(degrees)
    factor = np.tril(rng.standard_normal((dim, dim)), -1)
    np.fill_diagonal(factor, np.sqrt(rng.chisquare(degrees - np.arange(dim))))
    return factor / np.sqrt(degrees)
