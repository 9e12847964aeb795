"""Parzen windows on generated samples: the average log-likelihood of held-out data, and the data that they cover."""

import math

import numpy as np
import scipy

from ganzoo.metrics.arguments import check_features, subsample
from ganzoo.metrics.checks import Undefined, moderate
from ganzoo.metrics.registry import Part, metric

_BLOCK = 512  # held-out samples whose distances are in memory at a time
_VALIDATION = 1000  # samples that choose the bandwidth
_CENTRES = 10_000
_COVERED = 0.05  # of the model's own mass lies below the level whose upper set is asked for


@metric(
    "parzen",
    direction="higher",
    least=1000,
    cost="O(N^2 d), ten bandwidths",
    paper="Goodfellow et al. 2014, arXiv 1406.2661; its critique by Theis et al. 2015, arXiv 1511.01844",
    meaning="The mean log-density, in nats, of held-out real samples under Gaussian windows on the fakes.",
    misleads="In many dimensions it ranks blurred means above good samples and depends on the number of fakes: read it beside "
    "the reals' own value, and only in few dimensions.",
    parts={"": None, "bandwidth": "aside"},
    baseline="halves",
    origin=-math.inf,
)
def parzen(real: np.ndarray, fake: np.ndarray, test: np.ndarray, seed: int = 0) -> dict[str, float]:
    """The average log-likelihood of held-out samples under a kernel density estimate on generated ones.

    The bandwidth is the one that gives `real` samples, which serve as the validation set, the highest likelihood.

    Args:
        real: training features [N, d]; up to 1,000 of them choose the bandwidth.
        fake: [M, d]; up to 10,000 carry windows.
        test: held-out real features [T, d].
        seed: of the two subsamples.

    Returns:
        The mean log-density in nats of the features' own unit with its 95 % interval over the test samples, and the
        `bandwidth`, the windows' standard deviation.

    Raises:
        UserError: input that `checked` refuses, different dimensions, or only equal fakes.
    """
    real, fake, test = check_features(real=real, fake=fake, test=test)
    draws = np.random.default_rng(seed)
    (centres, validation, test), scale = moderate(subsample(fake, _CENTRES, draws), subsample(real, _VALIDATION, draws), test)
    bandwidth = best_bandwidth(centres, validation)
    shift = fake.shape[1] * math.log(scale)  # from the scale of `moderate` back to the features' own
    densities = log_density(test, centres, bandwidth) - shift
    mean, reach = float(densities.mean()), 1.96 * float(densities.std(ddof=1)) / math.sqrt(len(densities))
    interval = (
        (mean - reach, mean + reach) if reach > 1e-9 * abs(mean) else (None, None)
    )  # equal test samples tell nothing of their spread
    return {"": (mean, *interval), "bandwidth": bandwidth * scale}


@metric(
    "covered_mass",
    direction="higher",
    least=1000,
    cost="O(N^2 d), some bandwidths",
    paper="Tolstikhin et al. 2017, AdaGAN, arXiv 1701.02386",
    meaning="The share of held-out real samples where the fakes are at least as dense as at 95 % of the fakes themselves.",
    misleads="A density by windows is a blur in many dimensions; a model that is too wide covers everything.",
    parts={"": Part(span=(0, 1))},
    baseline="halves",
)
def covered_mass(real: np.ndarray, fake: np.ndarray, test: np.ndarray, seed: int = 0) -> float:
    """The coverage metric: the data's mass in the smallest region that holds 95 % of the model's.

    The model's density is a kernel density estimate on the fakes, its bandwidth as of `parzen`, but chosen on the fakes
    themselves, each left out in turn; so is the level that 95 % of them exceed.

    Args:
        real: training features [N, d]; only their dimension matters here.
        fake: [M, d]; up to 10,000 carry windows.
        test: held-out real features [T, d].
        seed: of the subsample.

    Returns:
        A share; of held-out data under a perfect model 0.95.

    Raises:
        UserError: as `parzen`.
    """
    _, fake, test = check_features(real=real, fake=fake, test=test)
    (centres, test), _ = moderate(subsample(fake, _CENTRES, np.random.default_rng(seed)), test)
    bandwidth = best_bandwidth(centres, centres[:_VALIDATION], is_own=True)
    level = np.quantile(log_density(centres, centres, bandwidth, is_own=True), _COVERED)
    return float((log_density(test, centres, bandwidth) >= level).mean())


def log_density(samples, centres, bandwidth, is_own=False):
    """The log-density of samples under equal Gaussian windows: float64 [N].

    Args:
        samples: [N, d].
        centres: the windows' [M, d].
        bandwidth: their standard deviation.
        is_own: whether the samples are the first N centres, each of which then leaves its own window out.
    """
    dimensions = centres.shape[1]
    normaliser = math.log(len(centres) - is_own) + dimensions * (math.log(bandwidth) + 0.5 * math.log(2 * math.pi))
    blocks = [_reduced(squares, bandwidth) for squares in _squared_distances(samples, centres, is_own)]
    return np.concatenate(blocks) - normaliser


def best_bandwidth(centres, validation, is_own=False):
    """The bandwidth under which validation samples are likeliest, within a factor of 1,000 around their nearest centres.

    Raises:
        Undefined: every validation sample lies on a centre, so that the likelihood grows without a bound.
    """
    squares = np.concatenate(list(_squared_distances(validation, centres, is_own)))
    nearest = squares.min(axis=1)
    if not nearest.any():
        raise Undefined("a bandwidth is undefined: every sample that should choose it lies on a window's centre")
    middle = 0.5 * math.log(nearest.mean() / centres.shape[1])

    def loss(log_bandwidth):
        bandwidth = math.exp(log_bandwidth)
        return centres.shape[1] * log_bandwidth - float(_reduced(squares, bandwidth).mean())

    grid = middle + np.linspace(-math.log(30), math.log(30), 15)
    best = min(grid, key=loss)
    found = scipy.optimize.minimize_scalar(
        loss, bounds=(best - (grid[1] - grid[0]), best + (grid[1] - grid[0])), method="bounded"
    )
    return math.exp(found.x)


def _reduced(squares, bandwidth):
    """The log of the sum of the windows' exponentials, of squared distances [N, M]."""
    logs = squares / (-2 * bandwidth**2)
    largest = logs.max(axis=1, keepdims=True)  # SciPy's logsumexp minds signs and weights too, in five times the time
    logs -= largest
    return np.log(np.exp(logs, out=logs).sum(axis=1)) + largest[:, 0]


def _squared_distances(samples, centres, is_own):
    """Yields squared distances [n, M] of blocks of samples; a centre is infinitely far from itself where it is its own."""
    middle = centres.mean(axis=0, dtype=np.float64)
    centres = centres - middle
    lengths = (centres**2).sum(axis=1)
    for first in range(0, len(samples), _BLOCK):
        block = samples[first : first + _BLOCK] - middle
        squares = (block**2).sum(axis=1)[:, None] + lengths - 2 * block @ centres.T
        np.maximum(squares, 0, out=squares)
        if is_own:
            squares[np.arange(len(block)), np.arange(first, first + len(block))] = np.inf
        yield squares
