"""Negative log-likelihoods per word: of generated text under an oracle, of held-out text under a model."""

import numpy as np

from ganzoo.errors import UserError


def nll(log_likelihoods, words):
    """Mean negative log-likelihood in nats per word, with its 95 % interval over sentences.

    Args:
        log_likelihoods: float [N], of each sentence as a whole, in nats.
        words: int [N], how many draws each sentence is made of: its words, and its end where the model draws one.

    Returns:
        dict: `value`, `low`, `high`; the interval is that of a ratio of means.

    Raises:
        UserError: NaN, a positive likelihood's logarithm of infinity, or no words.

    Reference: Yu et al. 2017 (SeqGAN), arXiv 1609.05473, where NLL_oracle is such a mean.
    """
    logs, words = np.asarray(log_likelihoods, np.float64), np.asarray(words, np.float64)
    if logs.shape != words.shape or logs.ndim != 1 or not len(logs) or words.sum() <= 0:
        raise UserError(f"a likelihood and a number of words are needed of each sentence, not {logs.shape} and {words.shape}")
    if np.isnan(logs).any() or (logs == np.inf).any():
        raise UserError("the likelihoods hold NaN or infinity")
    value = -logs.sum() / words.sum()
    if len(logs) < 2 or not np.isfinite(value):
        return {"value": float(value), "low": None, "high": None}
    errors = -logs - value * words
    reach = 1.96 * errors.std(ddof=1) / np.sqrt(len(logs)) / words.mean()
    return {"value": float(value), "low": float(value - reach), "high": float(value + reach)}
