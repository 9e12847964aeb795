"""Negative log-likelihoods per word: of generated text under an oracle, of held-out text under a model."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.checks import Undefined
from ganzoo.metrics.intervals import mean_interval
from ganzoo.metrics.registry import TEXT, metric


def nll(log_likelihoods, word_counts):
    """Mean negative log-likelihood in nats per word, with its 95 % interval over sentences.

    Args:
        log_likelihoods: float [N], of each sentence as a whole, in nats.
        word_counts: int [N], draws per sentence: its words, and its end where the model draws one.

    Returns:
        dict: `value`, `low`, `high`; the interval is that of a ratio of means.

    Raises:
        UserError: NaN or infinite log-likelihoods, or no words.

    Reference: Yu et al. 2017 (SeqGAN), arXiv 1609.05473, where NLL_oracle is such a mean.
    """
    logs, counts = np.asarray(log_likelihoods, np.float64), np.asarray(word_counts, np.float64)
    if logs.shape != counts.shape or logs.ndim != 1 or not len(logs) or counts.sum() <= 0:
        raise UserError(f"a likelihood and a number of words are needed for each sentence, not {logs.shape} and {counts.shape}")
    if np.isnan(logs).any() or (logs == np.inf).any():
        raise UserError("the likelihoods hold NaN or infinity")
    value = -logs.sum() / counts.sum()
    if len(logs) < 2 or not np.isfinite(value):
        return {"value": float(value), "low": None, "high": None}
    _, low, high = mean_interval((-logs - value * counts) / counts.mean())
    low, high = (None if end is None else float(value + end) for end in (low, high))
    return {"value": float(value), "low": low, "high": high}


def _with_interval(estimate):
    return estimate["value"], estimate["low"], estimate["high"]


def _impossible(values, count):
    """A warning on the sentences that NLL_oracle leaves out."""
    if not values["impossible"]:
        return []
    share = values["impossible"] / count
    return [f"{share:.1%} of the sentences are impossible under the true distribution and left out of NLL_oracle"]


@metric(
    "nll_oracle",
    direction="real",
    least=1000,
    cost="O(words)",
    paper="Yu et al. 2017 (SeqGAN), arXiv 1609.05473",
    meaning="What a generated word costs under the true distribution, in nats: above real text's value, it writes what is "
    "unlikely.",
    misleads="A model that writes the one most likely sentence beats the truth itself: below real text's value is collapse.",
    title="NLL_oracle",
    parts={"": None, "impossible": "aside"},
    of=(TEXT,),
    default=30,
    compared=True,
    undefined={"": "every sentence is impossible under the true distribution"},
    warn=_impossible,
)
def nll_oracle(true_likelihoods: tuple[np.ndarray, np.ndarray]) -> dict[str, float]:
    """Nats per word under the true distribution; impossible sentences are left out and counted in `impossible`.

    Where every sentence is impossible there is the count alone.
    """
    logs, counts = true_likelihoods
    possible = np.isfinite(logs)
    cost = {"": _with_interval(nll(logs[possible], counts[possible]))} if possible.any() else {}
    return cost | {"impossible": float((~possible).sum())}


@metric(
    "nll_test",
    direction="lower",
    least=1000,
    cost="O(words), by the model",
    paper="Zhu et al. 2018 (Texygen), arXiv 1802.01886",
    meaning="What a word of held-out text costs under the model, in nats; a model that cannot write some of it has no score.",
    misleads="It punishes what is missing and hardly sees what is wrong: a model that mixes in some garbage loses next to "
    "nothing.",
    title="NLL_test",
    of=(TEXT,),
    default=40,
    compared=True,
    baseline=None,
)
def nll_test(model_likelihoods: tuple[np.ndarray, np.ndarray]) -> float:
    """Nats per word of held-out text under the model.

    Raises:
        UserError: the model gives some held-out sentence the probability 0.
    """
    estimate = nll(*model_likelihoods)
    if not np.isfinite(estimate["value"]):
        impossible = int(np.isneginf(model_likelihoods[0]).sum())
        raise Undefined(
            f"NLL_test is undefined: the model cannot write {impossible} of {len(model_likelihoods[0])} held-out sentences"
        )
    return _with_interval(estimate)
