"""95 % intervals of scores over samples of the same size: of means, and by a block jackknife."""

import numpy as np
import scipy

BLOCKS = 10
ROUNDING = 1e-12  # of a value; a spread below it is none


def mean_interval(values):
    """(mean, low, high) of independent values, with Student's 95 % interval of a mean.

    (mean, None, None) of a single value, and of equal ones, which say nothing of their spread.
    """
    values = np.asarray(values, np.float64)
    mean = float(values.mean())
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    if error <= ROUNDING * abs(mean):
        return mean, None, None
    reach = jackknife_reach(error, len(values))
    return mean, float(mean - reach), float(mean + reach)


def dealer(seed=0):
    """The NumPy generator that assigns samples to blocks."""
    return np.random.default_rng([seed, 0x1A])


def without_blocks(order, blocks=BLOCKS):
    """Indices with each block left out in turn: an iterator of sorted int arrays.

    Args:
        order: int [n], the samples' indices in random order.
        blocks: number of blocks.
    """
    return (np.setdiff1d(order, block) for block in np.array_split(order, blocks))


def jackknife_error(values):
    """The standard error of a statistic, from its values [blocks] with each block left out in turn."""
    values, blocks = np.asarray(values, np.float64), len(values)
    return float(np.sqrt((blocks - 1) / blocks * np.square(values - values.mean()).sum()))


def jackknife_reach(error, blocks=BLOCKS, level=0.95):
    """Half the width of Student's interval that a standard error gives, of a jackknife or of a mean of `blocks` values."""
    return float(scipy.stats.t.ppf((1 + level) / 2, blocks - 1) * error)


def jackknife(statistic, count, value, seed=0, least=100):
    """(value, low, high) of a statistic by leaving out blocks of samples in turn.

    Args:
        statistic: a function of the indices of the samples that stay, int [n], sorted.
        count: how many samples there are.
        value: of all of them.
        seed: of the assignment to blocks.
        least: samples below which there is no interval; nor is there one where no block changes the statistic.
    """
    if count < least:
        return value, None, None
    order = dealer(seed).permutation(count)
    reach = jackknife_reach(jackknife_error([statistic(rows) for rows in without_blocks(order)]))
    return (value, value - reach, value + reach) if reach > ROUNDING * abs(value) else (value, None, None)
