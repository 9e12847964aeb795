"""Plain counts of a text: how many n-grams are distinct, how many sentences are copies, how many a parser accepts."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.birthday.support import clopper_pearson
from ganzoo.metrics.text.tokens import ngrams


def distinct_n(sentences, orders=(1, 2, 3)):
    """The share of a text's n-grams that are distinct, by n: different n-grams over all n-grams.

    It falls with the amount of text, so only equal counts of sentences compare.

    Args:
        sentences: list of sentences.
        orders: each n.

    Returns:
        dict from n to a share in (0, 1]; NaN where no sentence has n words.

    Reference: Li et al. 2016, arXiv 1510.03055.
    """
    found = ngrams([sentences], max(orders))
    ids = {n: found[n - 1][0][1] for n in orders}
    return {n: len(np.unique(one)) / len(one) if len(one) else np.nan for n, one in ids.items()}


def copied(sentences, training):
    """The share of sentences that stand in the training text word for word, with its exact 95 % interval.

    Returns:
        dict: `share`, `low`, `high`.
    """
    known = set(map(tuple, training))
    return share([tuple(sentence) in known for sentence in sentences])


def share(accepted):
    """The share of sentences that were accepted, by a parser say, with its exact 95 % interval.

    Args:
        accepted: bool [N].

    Returns:
        dict: `share`, `low`, `high`.

    Raises:
        UserError: values that are no booleans, or none.
    """
    accepted = np.asarray(accepted)
    if accepted.dtype != bool or accepted.ndim != 1 or not len(accepted):
        raise UserError(f"one boolean a sentence is needed, not {accepted.dtype} {accepted.shape}")
    low, high = clopper_pearson(int(accepted.sum()), len(accepted))
    return {"share": float(accepted.mean()), "low": low, "high": high}
