"""Densities that can be integrated, and the divergences of two of them by quadrature: what a discriminator should find."""

import dataclasses
import itertools
import math

import numpy as np
from scipy import special

LOG_4 = math.log(4.0)


@dataclasses.dataclass(frozen=True)
class GaussianMixture:
    """A mixture of Gaussians without correlations, in any number of dimensions.

    Args:
        means: K points, each a tuple of d numbers.
        deviations: K standard deviations.
        weights: K shares that sum to 1; by default equal.
    """

    means: tuple
    deviations: tuple
    weights: tuple | None = None

    @property
    def shares(self):
        return np.asarray(self.weights or [1 / len(self.means)] * len(self.means))

    @property
    def dimensions(self):
        return len(self.means[0])

    def log_density(self, x):
        """The log density of points [N, d], in nats."""
        x, means, scale = np.asarray(x, np.float64), np.asarray(self.means), np.asarray(self.deviations)
        squares = np.square((x[:, None] - means[None]) / scale[None, :, None]).sum(-1)
        constants = np.log(self.shares) - self.dimensions * np.log(scale * math.sqrt(2 * math.pi))
        return special.logsumexp(constants - squares / 2, axis=1)

    def sample(self, count, rng):
        """Points float32 [count, d]."""
        of = rng.choice(len(self.means), count, p=self.shares)
        noise = rng.standard_normal((count, self.dimensions)) * np.asarray(self.deviations)[of, None]
        return (np.asarray(self.means)[of] + noise).astype(np.float32)


def normal(mean, deviation=1.0):
    """The Gaussian of one dimension."""
    return GaussianMixture(((float(mean),),), (float(deviation),))


@dataclasses.dataclass(frozen=True)
class Quadrature:
    """Points [N, d] with weights [N] by which a smooth function that fades at the ends is integrated (the trapezoid rule)."""

    points: np.ndarray
    weights: np.ndarray

    @classmethod
    def box(cls, low, high, count, dimensions=1):
        """A grid of `count` points along each axis, from `low` to `high`."""
        axis = np.linspace(low, high, count)
        points = np.array(list(itertools.product(axis, repeat=dimensions)))
        return cls(points, np.full(len(points), (axis[1] - axis[0]) ** dimensions))

    def integral(self, values):
        """The integral of a function by its values at the points."""
        return float((self.weights * values).sum())


def optimal_discriminator(p, q, x):
    """D* = p / (p + q), the probability that points [N, d] are data. Reference: Goodfellow et al. 2014, proposition 1."""
    return special.expit(p.log_density(x) - q.log_density(x))


def kl(p, q, grid):
    """KL(p, q) in nats."""
    log_p, log_q = p.log_density(grid.points), q.log_density(grid.points)
    return grid.integral(np.exp(log_p) * (log_p - log_q))


def jensen_shannon(p, q, grid):
    """The Jensen-Shannon divergence in nats, within [0, ln 2]."""
    log_p, log_q = p.log_density(grid.points), q.log_density(grid.points)
    log_m = np.logaddexp(log_p, log_q) - math.log(2)
    return grid.integral(np.exp(log_p) * (log_p - log_m) + np.exp(log_q) * (log_q - log_m)) / 2


def pearson_chi2(p, q, grid):
    """The integral of (p - q)^2 / q."""
    log_p, log_q = p.log_density(grid.points), q.log_density(grid.points)
    return grid.integral(np.exp(2 * log_p - log_q) - 2 * np.exp(log_p) + np.exp(log_q))


def squared_hellinger(p, q, grid):
    """The integral of (sqrt p - sqrt q)^2, within [0, 2]."""
    return grid.integral(np.square(np.exp(p.log_density(grid.points) / 2) - np.exp(q.log_density(grid.points) / 2)))


def wasserstein(p, q, grid):
    """The Wasserstein-1 distance of two densities of one dimension: the area between their distribution functions."""
    difference = np.cumsum(grid.weights * (np.exp(p.log_density(grid.points)) - np.exp(q.log_density(grid.points))))
    return grid.integral(np.abs(difference))


def game_value(p, q, grid, logits=None):
    """V = E_p log D + E_q log(1 - D) of the discriminator with those logits at the grid's points; of D* by default."""
    log_p, log_q = p.log_density(grid.points), q.log_density(grid.points)
    logits = log_p - log_q if logits is None else logits
    return grid.integral(np.exp(log_p) * special.log_expit(logits) + np.exp(log_q) * special.log_expit(-logits))


def entropy_bits(p):
    """The entropy of shares [K] in bits."""
    return cross_entropy_bits(p, p)


def cross_entropy_bits(p, q):
    """How many bits it takes on average to tell what shares p [K] bring, by a code that is made for q [K]."""
    p, q = np.asarray(p, float), np.asarray(q, float)
    if p.shape != q.shape or not np.isclose(p.sum(), 1) or not np.isclose(q.sum(), 1):
        raise ValueError(f"shares sum to 1, and are as many on both sides; not {p} and {q}")
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.where(p > 0, -p * np.log2(q), 0.0).sum())
