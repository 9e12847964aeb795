"""BLEU of sentences against many references, and of a corpus against itself: n-grams of references are counted once."""

from collections.abc import Sequence

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.intervals import mean_interval
from ganzoo.metrics.registry import TEXT, metric
from ganzoo.metrics.text.tokens import counted, ngrams

ORDERS = (2, 3, 4, 5)
EPSILON = 0.1  # replaces a count of no matching n-gram: smoothing method 1 of Chen and Cherry 2014


def bleu(hypotheses, references, orders=ORDERS, without=None, epsilon=EPSILON):
    """The BLEU of each sentence with one common set of references.

    exp(mean of log p_n over n = 1 .. order), with p_n the share of the sentence's n-grams that some reference holds, each
    counted at most as often as in the reference that has it most often; times the brevity penalty exp(1 - r / c) where the
    sentence's length c falls short of r, the length of the reference whose length is closest (the shorter of two).

    Args:
        hypotheses: list of sentences, sequences of tokens.
        references: list of sentences.
        orders: the greatest n of each score.
        without: int [len(hypotheses)], for each the index of a reference that is not used for it; so that a corpus can be
            scored against its own other sentences.
        epsilon: a count of 0 matches at n > 1 becomes this; without any match at n = 1 the score is 0.

    Returns:
        dict from order to float64 [len(hypotheses)] in [0, 1]. An empty sentence scores 0.

    Raises:
        UserError: no references, or no hypotheses.

    Reference: Papineni et al., ACL 2002; smoothing: Chen and Cherry, WMT 2014; mean over sentences: Zhu et al. 2018
    (Texygen), arXiv 1802.01886.
    """
    used = len(references) - (without is not None)
    if used < 1 or not len(hypotheses):
        raise UserError(f"BLEU of {len(hypotheses)} sentences with {max(used, 0)} references: both must be non-empty")
    count = len(hypotheses)
    lengths = np.array([len(sentence) for sentence in hypotheses], np.float64)
    without = None if without is None else np.asarray(without, np.int64)
    logs = []
    for n, (mine, theirs) in enumerate(ngrams([hypotheses, references], max(orders)), 1):
        total = max((int(ids.max()) + 1 for _, ids in (mine, theirs) if len(ids)), default=1)
        best, owner, second = _top_two(*theirs, total)
        row, ids, counts = counted(*mine)
        most = best[ids] if without is None else np.where(owner[ids] == without[row], second[ids], best[ids])
        matches = np.bincount(row, np.minimum(counts, most), minlength=count)
        if n == 1:
            none = matches == 0
        logs.append(np.log(np.where(matches > 0, matches, epsilon) / np.maximum(lengths - n + 1, 1)))
    penalty = np.exp(np.minimum(1 - _closest_lengths(lengths, references, without) / np.maximum(lengths, 1), 0))
    means = np.cumsum(logs, axis=0) / np.arange(1, len(logs) + 1)[:, None]
    return {order: np.where(none, 0.0, penalty * np.exp(means[order - 1])) for order in orders}


def self_bleu(sentences, references=None, orders=ORDERS, seed=0, epsilon=EPSILON):
    """The BLEU of sentences of a corpus, each with the same number of others of that corpus as references.

    Args:
        sentences: list of sentences.
        references: how many; `references` + 1 sentences are drawn, and each is scored against the others. By default all.
        orders, epsilon: as of `bleu`.
        seed: of the draw.

    Returns:
        As `bleu`, one score for each sentence drawn. A high score means that the sentences repeat each other.

    Raises:
        UserError: too few sentences.

    Reference: Zhu et al. 2018 (Texygen), arXiv 1802.01886.
    """
    used = len(sentences) if references is None else references + 1
    if not 2 <= used <= len(sentences):
        raise UserError(f"self-BLEU with {used - 1} references needs {used} sentences, there are {len(sentences)}")
    if used < len(sentences):
        rows = np.sort(np.random.default_rng([seed, 0xB1E]).choice(len(sentences), used, replace=False))
        sentences = [sentences[row] for row in rows]
    return bleu(sentences, sentences, orders, np.arange(used), epsilon)


@metric(
    "bleu",
    direction="higher",
    least=1000,
    cost="O(words)",
    paper="Papineni et al. 2002; for generators: Yu et al. 2017 (SeqGAN), arXiv 1609.05473",
    meaning="How much of the generated sentences' n-grams held-out sentences hold: local well-formedness, n words at a time.",
    misleads="It rises with the number of references, and one good sentence repeated for ever scores as well as a perfect "
    "model: read it beside self-BLEU.",
    title="BLEU-{part}",
    parts={str(order): None for order in ORDERS},
    of=(TEXT,),
    default=10,
    compared=True,
    baseline="reference",
)
def mean_bleu(fake_text: Sequence, test_text: Sequence, references: int) -> dict[str, float]:
    """Mean sentence BLEU against `references` held-out sentences."""
    scores = bleu(fake_text, test_text[:references])
    return {str(order): mean_interval(values) for order, values in scores.items()}


@metric(
    "self_bleu",
    direction="real",
    least=1000,
    cost="O(words)",
    paper="Zhu et al. 2018 (Texygen), arXiv 1802.01886",
    meaning="How much generated sentences repeat each other: above real text's own value, variety is missing.",
    misleads="Word salad scores low: a score below real text's is no merit. It rises with the number of references.",
    title="self-BLEU-{part}",
    parts={str(order): None for order in ORDERS},
    of=(TEXT,),
    default=20,
    compared=True,
)
def mean_self_bleu(fake_text: Sequence, references: int, seed: int) -> dict[str, float]:
    """Mean BLEU of `references` + 1 sentences, or all where there are fewer, each against the others.

    The scores depend on each other, so that they have no interval of independent values: that covers in 88 of 100 cases.
    """
    scores = self_bleu(fake_text, min(references, len(fake_text) - 1), seed=seed)
    return {str(order): float(values.mean()) for order, values in scores.items()}


def _top_two(row, ids, total):
    """By n-gram: the greatest count in one reference, that reference, and the greatest count in another one."""
    row, ids, counts = counted(row, ids)
    by_count = np.lexsort((-counts, ids))
    row, ids, counts = row[by_count], ids[by_count], counts[by_count]
    best, owner, second = np.zeros(total, np.int64), np.full(total, -1), np.zeros(total, np.int64)
    first = np.flatnonzero(np.diff(ids, prepend=-1))
    best[ids[first]], owner[ids[first]] = counts[first], row[first]
    after = first + 1
    after = after[after < len(ids)]
    after = after[ids[after] == ids[after - 1]]
    second[ids[after]] = counts[after]
    return best, owner, second


def _closest_lengths(lengths, references, without):
    """For each length, the closest one of a reference; the shorter of two."""
    of = np.array([len(sentence) for sentence in references])
    known, place, counts = np.unique(of, return_inverse=True, return_counts=True)
    away = np.abs(lengths[:, None] - known)
    if without is not None:
        left = place[without]
        alone = counts[left] == 1
        away[np.flatnonzero(alone), left[alone]] = np.inf
    return known[away.argmin(axis=1)]
