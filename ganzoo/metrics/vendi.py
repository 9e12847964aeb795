"""Vendi score: the effective number of different samples, from the spectrum of their similarities."""

import numpy as np

from ganzoo.metrics.checks import Undefined, checked
from ganzoo.metrics.registry import IMAGES, metric


@metric(
    "vendi",
    direction="real",
    least=1000,
    cost="O(N d^2 + d^3)",
    paper="Friedman and Dieng 2022, The Vendi Score, arXiv 2210.02410",
    meaning="How many completely dissimilar samples would be as diverse as these fakes.",
    misleads="Noise is diverse too, and the number depends on the extractor and the count: the reals' own value is the target.",
    of=(IMAGES,),
    default=150,
)
def vendi(fake: np.ndarray, seed: int = 0, order: int = 1, cap: int = 5000) -> float:
    """Vendi score with cosine similarity, from the d x d or the n x n matrix, whichever is smaller.

    Args:
        fake: [N, d].
        seed: of the subsample.
        order: q; 1 is Shannon's, larger ones give common modes more weight, infinity counts only the most common.
        cap: samples taken at most, to bound the time.

    Returns:
        The score, from 1 (all alike) to min(N, d).

    Raises:
        UserError: input that `checked` refuses, or only zero vectors.
    """
    return vendi_of_kernel(_similarities(fake, seed, cap), order)


@metric(
    "vendi_orders",
    direction="real",
    least=1000,
    cost="O(N d^2 + d^3)",
    paper="Pasarkar and Dieng 2023, Cousins of the Vendi Score, arXiv 2310.12952",
    meaning="The Vendi score of other orders: 0.1 and 0.5 count rare kinds of samples nearly in full, 2 and infinity only the "
    "common ones; a model that repeats a few kinds and seldom draws others falls at high orders first.",
    misleads="As `vendi`: noise is diverse too; and low orders count rounding and noise as kinds.",
    title="vendi.q={part}",
    parts=dict.fromkeys(("0.1", "0.5", "2", "inf")),
    main="2",
    of=(IMAGES,),
)
def vendi_orders(fake: np.ndarray, seed: int = 0, cap: int = 5000) -> dict[str, float]:
    """`vendi` of the orders 0.1, 0.5, 2 and infinity, from one spectrum; they fall with the order.

    Args:
        fake: [N, d].
        seed: of the subsample.
        cap: samples taken at most.

    Returns:
        A dict of scores by order.

    Raises:
        UserError: as `vendi`.
    """
    shares = _shares(_similarities(fake, seed, cap))
    return {name: _of_shares(shares, float(name)) for name in ("0.1", "0.5", "2", "inf")}


def _similarities(fake, seed, cap):
    """The cosine similarities' matrix, or the one of the same eigenvalues over dimensions, whichever is smaller."""
    fake = checked("fake", fake)
    if len(fake) > cap:
        fake = fake[np.random.default_rng(seed).choice(len(fake), cap, replace=False)]
    fake = fake.astype(np.float64)
    lengths = np.linalg.norm(fake, axis=1, keepdims=True)
    if not lengths.any():
        raise Undefined("the Vendi score is undefined: fake holds only zero vectors, which have no angle")
    fake = np.divide(fake, lengths, out=np.zeros_like(fake), where=lengths > 0)
    return fake.T @ fake if len(fake) > fake.shape[1] else fake @ fake.T


def vendi_of_kernel(kernel, order=1):
    """Vendi score of a similarity matrix: the exponential Renyi entropy of its eigenvalues, scaled to sum to 1.

    Args:
        kernel: symmetric and positive semi-definite, [N, N], any positive trace.
        order: q of the Renyi entropy, from 0 to infinity.
    """
    return _of_shares(_shares(kernel), order)


def _shares(kernel):
    shares = np.linalg.eigvalsh(kernel)
    shares = shares[shares > 1e-12 * shares[-1]]  # below are rounding errors
    return shares / shares.sum()


def _of_shares(shares, order):
    if order == 1:
        return float(np.exp(-np.sum(shares * np.log(shares))))
    if np.isinf(order):
        return float(1 / shares.max())
    return float(np.sum(shares**order) ** (1 / (1 - order)))
