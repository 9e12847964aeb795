"""Statistics of a text: distinct n-grams, copies of the training text, sentences that a parser accepts, lengths."""

from collections.abc import Sequence

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.birthday.support import clopper_pearson
from ganzoo.metrics.checks import Undefined
from ganzoo.metrics.intervals import mean_interval
from ganzoo.metrics.registry import TEXT, metric
from ganzoo.metrics.text.tokens import ngrams

DISTINCT = (1, 2, 3)


def distinct_n(sentences, orders=DISTINCT):
    """The share of a text's n-grams that are distinct, by n: different n-grams over all n-grams.

    It falls with the amount of text, so only equal counts of sentences compare.

    Args:
        sentences: list of sentences.
        orders: each n.

    Returns:
        dict from n to a share in (0, 1], without those n of which no sentence has so many words.

    Reference: Li et al. 2016, arXiv 1510.03055.
    """
    by_order = ngrams([sentences], max(orders))
    ids = {n: by_order[n - 1][0][1] for n in orders}
    return {n: len(np.unique(grams)) / len(grams) for n, grams in ids.items() if len(grams)}


def copied(sentences, training):
    """The share of sentences that occur in the training text word for word, with its exact 95 % interval.

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
        UserError: values that are not booleans, or no values.
    """
    accepted = np.asarray(accepted)
    if accepted.dtype != bool or accepted.ndim != 1 or not len(accepted):
        raise UserError(f"one boolean a sentence is needed, not {accepted.dtype} {accepted.shape}")
    low, high = clopper_pearson(int(accepted.sum()), len(accepted))
    return {"share": float(accepted.mean()), "low": low, "high": high}


@metric(
    "distinct_n",
    direction="real",
    least=1000,
    cost="O(words)",
    paper="Li et al. 2016, arXiv 1510.03055",
    meaning="The share of different n-grams among all n-grams: below real text's value, it uses fewer words and phrases.",
    misleads="It falls with the amount of text, and random words score highest: only real text's value at the same count is a "
    "target.",
    title="distinct-{part}",
    parts={str(order): None for order in DISTINCT},
    undefined={str(order): f"no sentence has {order} words" for order in DISTINCT},
    of=(TEXT,),
    default=100,
)
def distinct_ngrams(fake_text: Sequence) -> dict[str, float]:
    """Distinct n-grams by n.

    Raises:
        UserError: no sentence has a word.
    """
    shares = distinct_n(fake_text)
    if not shares:
        raise Undefined("distinct_n is undefined: no sentence has a word")
    return {str(order): share for order, share in shares.items()}


@metric(
    "copied",
    direction="real",
    least=200,
    cost="O(words)",
    paper="a plain count",
    meaning="The share of generated sentences that occur in the training text word for word.",
    misleads="A text of few possible sentences repeats itself anyway: only a share above that of held-out text hints at "
    "memorization. One changed word hides a copy.",
    of=(TEXT,),
    default=110,
)
def copied_share(fake_text: Sequence, training_text: Sequence) -> float:
    """The share of exact copies of training sentences, with its exact interval."""
    estimate = copied(fake_text, training_text)
    return estimate["share"], estimate["low"], estimate["high"]


@metric(
    "grammatical",
    direction="higher",
    least=200,
    cost="O(words)",
    paper="an exact parser of the data's own grammar",
    meaning="The share of generated sentences that the grammar derives.",
    misleads="One grammatical sentence repeated for ever scores 1: it says nothing about diversity.",
    of=(TEXT,),
    default=90,
    compared=True,
)
def grammatical(accepted: np.ndarray) -> float:
    """The share of accepted sentences with its exact interval."""
    estimate = share(accepted)
    return estimate["share"], estimate["low"], estimate["high"]


@metric(
    "length",
    direction="real",
    least=200,
    cost="O(words)",
    paper="a plain count",
    meaning="The mean number of words of a sentence.",
    misleads="A correct mean says nothing about the spread or the words.",
    of=(TEXT,),
    default=130,
)
def mean_length(fake_text: Sequence) -> float:
    """Mean words of a sentence."""
    return mean_interval([len(sentence) for sentence in fake_text])
