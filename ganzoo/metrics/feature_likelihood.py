"""Feature likelihood divergence: Gaussians on the fakes, their widths fitted to training data, judged by held-out data."""

import math

import numpy as np
import scipy

from ganzoo.metrics.arguments import check_features, subsample
from ganzoo.metrics.checks import Undefined, moderate
from ganzoo.metrics.registry import metric

STEPS, RATE = 50, 0.5  # of Adam, as the authors' code has them
UNIT = 100  # nats a dimension, times this
ORIGIN = 0.9**2  # of the squared distance to the mean: a wide component there keeps far samples from deciding everything
LOWEST, HIGHEST = -40.0, 20.0  # of a log variance: equal samples have no width
CENTRES = 2000
_ROWS = 512


@metric(
    "feature_likelihood",
    direction="lower",
    least=1000,
    cost="O(N^2 d) a step, some 100",
    paper="Jiralerspong et al. 2023, Feature Likelihood Divergence, arXiv 2302.04440",
    meaning="How much less likely held-out data is under Gaussians on the fakes than under Gaussians on training data, in "
    "hundredths of a nat a dimension; the widths are fitted to the training data, so that copies of it, which become "
    "needles, explain nothing new. `gap`: by how much less training data costs than held-out data, below 0 for copies.",
    misleads="The authors' own study finds that no such number proves memorization; a number of fakes that differs changes it, "
    "and in few dimensions it is small: 100 is one nat a dimension.",
    title="FLD",
    parts={"": None, "gap": "real"},
    baseline="halves",
    sees_copies=True,
    around_zero=True,
)
def feature_likelihood(
    real: np.ndarray, fake: np.ndarray, test: np.ndarray, seed: int = 0, cap: int = 10_000, centres: int = CENTRES
) -> dict[str, float]:
    """Feature likelihood divergence (FLD) and its generalization gap.

    Features are standardised by the held-out data. Every fake is the centre of an isotropic Gaussian; Adam fits the
    Gaussians' variances to the training data's likelihood. The baseline has as many centres, of one half of the training data,
    fitted to the other half.

    Args:
        real: training features [N, d].
        fake: [M, d].
        test: held-out real features [T, d].
        seed: of the subsamples and of the halves.
        cap: samples of the training and of the held-out data at most, to bound the time.
        centres: fakes that become centres at most; the authors take 10,000.

    Returns:
        A dict: "" the divergence, 100 (NLL(test) - baseline) / d, about 0 for a perfect model and above 1,000 for copies;
        `gap`, 100 (NLL(train) - NLL(test)) / d, below 0 where the fakes copy.

    Raises:
        UserError: input that `checked` refuses, different dimensions, fewer than four training samples, or held-out samples
            that are all equal.
    """
    real, fake, test = check_features(real=real, fake=fake, test=test)
    draws = np.random.default_rng([seed, 0xF1D])
    (real, test, fake), _ = moderate(subsample(real, cap, draws), subsample(test, cap, draws), subsample(fake, centres, draws))
    spread = test.std(axis=0, dtype=np.float64)
    if len(real) < 4 or not spread.any():
        raise Undefined("FLD is undefined: held-out samples that are all equal have no unit, and a baseline needs four reals")
    mean = test.mean(axis=0, dtype=np.float64)
    alive = spread > 1e-6 * spread.max()  # a dimension that no held-out sample moves in has no unit either
    real, fake, test = ((values[:, alive] - mean[alive]) / spread[alive] for values in (real, fake, test))
    half = draws.permutation(len(real))
    first, second = real[half[: len(real) // 2]][: len(fake)], real[half[len(real) // 2 :]]
    widths = fit_log_variances(fake, real)
    held, trained = (mixture_nll(samples, fake, widths) for samples in (test, real))
    baseline = mixture_nll(test, first, fit_log_variances(first, second))
    return {"": UNIT * (held - baseline), "gap": UNIT * (trained - held)}


def fit_log_variances(centres, samples, steps=STEPS, rate=RATE):
    """The log variances [M] of isotropic Gaussians on centres [M, d] under which samples [N, d] are likely, by Adam.

    They begin where each centre's nearest sample is likeliest. A further component around the samples' mean takes part in
    the fit and is left out afterwards.

    Args:
        centres: [M, d].
        samples: [N, d].
        steps: of Adam.
        rate: its step size.
    """
    dimensions = centres.shape[1]
    squares = _squares(samples, centres)
    origin = ORIGIN * ((samples - samples.mean(axis=0)) ** 2).sum(axis=1)
    if squares.max() < 1e30 and origin.max() < 1e30:
        squares, origin = squares.astype(np.float32), origin.astype(np.float32)
    values = np.append(np.log((squares.min(axis=0).astype(np.float64) + 1e-3) / dimensions), 0.0)  # the last is the origin's
    first, second = np.zeros_like(values), np.zeros_like(values)
    for step in range(1, steps + 1):
        gradient = _gradient(squares, origin, values, dimensions)
        first += 0.1 * (gradient - first)
        second += 0.001 * (gradient**2 - second)
        values -= rate * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        values[:-1] = values[:-1].clip(LOWEST, HIGHEST)
    return values[:-1]


def mixture_nll(samples, centres, log_variances):
    """The mean negative log-likelihood a dimension of samples [N, d] under equal Gaussians on centres [M, d]."""
    dimensions = centres.shape[1]
    total = 0.0
    for start in range(0, len(samples), _ROWS):
        squares = _squares(samples[start : start + _ROWS], centres)
        exponents = -0.5 * squares * np.exp(-log_variances) - dimensions / 2 * (log_variances + math.log(2 * math.pi))
        total -= float((scipy.special.logsumexp(exponents, axis=1) - math.log(len(centres))).sum())
    return total / len(samples) / dimensions


def _gradient(squares, origin, values, dimensions):
    """Of the mean negative log-likelihood a dimension by the log variances, the origin's last; float64 [M + 1]."""
    dtype = squares.dtype
    scale, offset = np.exp(-values).astype(dtype), (-0.5 * dimensions * values).astype(dtype)
    offset[:-1] -= dtype.type(math.log(squares.shape[1]))
    weights, moments = np.zeros((2, len(values)))
    for start in range(0, len(squares), _ROWS):
        block = np.concatenate([squares[start : start + _ROWS], origin[start : start + _ROWS, None]], axis=1)
        shares = block * (dtype.type(-0.5) * scale)
        shares += offset
        shares -= shares.max(axis=1, keepdims=True)
        np.exp(shares, out=shares)
        inverse = 1 / shares.sum(axis=1)
        weights += inverse @ shares
        shares *= block
        moments += inverse @ shares
    return (0.5 * dimensions * weights - 0.5 * moments * np.exp(-values)) / len(squares) / dimensions


def _squares(samples, centres):
    """Squared distances float64 [N, M]."""
    squares = (samples**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1) - 2 * samples @ centres.T
    return np.maximum(squares, 0, out=squares)
