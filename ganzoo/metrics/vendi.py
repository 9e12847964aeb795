"""Vendi score: the effective number of different samples, from the spectrum of their similarities."""

import numpy as np

from ganzoo.metrics.checks import Undefined, checked
from ganzoo.metrics.registry import IMAGES, metric


@metric(
    "vendi",
    direction="real",
    least=1000,
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
    fake = checked("fake", fake)
    if len(fake) > cap:
        fake = fake[np.random.default_rng(seed).choice(len(fake), cap, replace=False)]
    fake = fake.astype(np.float64)
    lengths = np.linalg.norm(fake, axis=1, keepdims=True)
    if not lengths.any():
        raise Undefined("the Vendi score is undefined: fake holds only zero vectors, which have no angle")
    fake = np.divide(fake, lengths, out=np.zeros_like(fake), where=lengths > 0)
    return vendi_of_kernel(fake.T @ fake if len(fake) > fake.shape[1] else fake @ fake.T, order)


def vendi_of_kernel(kernel, order=1):
    """Vendi score of a similarity matrix: the exponential Renyi entropy of its eigenvalues, scaled to sum to 1.

    Args:
        kernel: symmetric and positive semi-definite, [N, N], any positive trace.
        order: q of the Renyi entropy, from 0 to infinity.
    """
    shares = np.linalg.eigvalsh(kernel)
    shares = shares[shares > 1e-12 * shares[-1]]  # below are rounding errors
    shares = shares / shares.sum()
    if order == 1:
        return float(np.exp(-np.sum(shares * np.log(shares))))
    if np.isinf(order):
        return float(1 / shares.max())
    return float(np.sum(shares**order) ** (1 / (1 - order)))
