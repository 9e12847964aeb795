"""Sentences that are duplicates of each other, or nearly: all pairs of a text within a few edits."""

from collections.abc import Sequence

import numpy as np
import scipy

from ganzoo.errors import UserError
from ganzoo.metrics.birthday import support
from ganzoo.metrics.registry import TEXT, metric

EDITS = 2
_BLOCK = 512
_DENSE = 256  # the most frequent features, for which a dense product is faster
_CHUNK = 200_000  # pairs whose edits are counted at a time


class CloseSentences:
    """Every pair of a text's sentences within some edits, computed exactly, in the form that a birthday test uses.

    Args:
        sentences: list of sentences.
        most: the greatest distance: words to insert, delete or replace.

    Attributes:
        identity: int [N], equal for exact copies.
        i, j, distance: the pairs of different sentences, as numbers of `identity` with i < j.
        unit: what the samples are called.

    Raises:
        UserError: fewer than two sentences.
    """

    unit = "sentences"

    def __init__(self, sentences, most=EDITS):
        if len(sentences) < 2:
            raise UserError(f"duplicates need at least two sentences, there are {len(sentences)}")
        numbers = {}
        self.identity = np.array([numbers.setdefault(tuple(s), len(numbers)) for s in sentences])
        self.distinct = list(numbers)
        self.copies = np.bincount(self.identity)
        self.most = most
        self.i, self.j, self.distance = edit_pairs(self.distinct, most)

    def __len__(self):
        return len(self.identity)

    def degrees(self, distance=0):
        """For each sentence how many others lie within `distance`, exact copies among them: int [N]."""
        near = self.distance <= distance
        i, j = self.i[near], self.j[near]
        others = np.bincount(i, self.copies[j], len(self.copies)) + np.bincount(j, self.copies[i], len(self.copies))
        return support.sample_degrees(self.identity) + others.astype(np.int64)[self.identity]

    def degrees_by_level(self, levels):
        """`degrees` at each of some distances, a list."""
        return [self.degrees(level) for level in levels]

    def text(self, row):
        """A sentence as one string."""
        return " ".join(map(str, self.distinct[self.identity[row]]))

    def closest(self, count, rows=None):
        """Up to `count` of the closest pairs (i, j, distance), of all sentences or of `rows`; exact copies come first.

        Of several copies of a sentence one alone stands for them beside others. i and j are indices of sentences.
        """
        rows = np.arange(len(self)) if rows is None else np.asarray(rows)
        identity = self.identity[rows]
        order = np.argsort(identity, kind="stable")
        same = np.flatnonzero(np.diff(identity[order]) == 0)[:count]
        firsts = np.full(len(self.copies), -1)
        firsts[identity[::-1]] = rows[::-1]
        inside = np.flatnonzero((firsts[self.i] >= 0) & (firsts[self.j] >= 0))
        inside = inside[np.lexsort((self.j[inside], self.i[inside], self.distance[inside]))[: count - len(same)]]
        i = np.concatenate([rows[order[same]], firsts[self.i[inside]]])
        j = np.concatenate([rows[order[same + 1]], firsts[self.j[inside]]])
        return i, j, np.concatenate([np.zeros(len(same)), self.distance[inside]])

    def exact(self):
        """How many sentences there are, how many different ones, pairs of copies, and the most copies of one."""
        return {
            "sentences": len(self),
            "distinct": len(self.copies),
            "duplicates": sum(map(support.pair_count, self.copies.tolist())),
            "largest": int(self.copies.max()),
        }

    def listed(self, i, j, distance, twins):
        """Pairs as a JSON-ready list, with their sentences."""
        columns = (i.tolist(), j.tolist(), distance.tolist(), twins.tolist())
        return [
            {"i": a, "j": b, "distance": d, "duplicate": yes, "sentences": [self.text(a), self.text(b)]}
            for a, b, d, yes in zip(*columns, strict=True)
        ]


@metric(
    "duplicates",
    direction="higher",
    least=1000,
    cost="O(pairs of alike length)",
    paper="Arora and Zhang 2017, arXiv 1706.08224, adapted to text; pooled over all pairs",
    meaning="How many equally likely sentences would repeat themselves as often: 1 / sum p^2, the effective support; near ones "
    f"are within {EDITS} edits.",
    misleads="Where real text repeats itself too, its own value is the target. Random text does not repeat itself.",
    parts={
        "n_eff": None,
        "at_least": None,
        "pairs": "aside",
        "near_n_eff": None,
        "near_at_least": None,
        "near_pairs": "aside",
    },
    undefined={"n_eff": "no sentence repeats another", "near_n_eff": f"no two sentences are within {EDITS} edits"},
    of=(TEXT,),
    default=120,
)
def duplicates(fake_text: Sequence) -> dict[str, float]:
    """Effective support by exact and by near duplicates, `n_eff` and `near_n_eff`, where there are any; and their pairs."""
    close, parts = CloseSentences(fake_text, EDITS), {}
    for prefix, distance in (("", 0), ("near_", EDITS)):
        estimate = support.pooled(close.degrees(distance))
        value, low, high = (estimate["n_eff"][key] for key in ("value", "low", "high"))
        if value is not None:
            parts[f"{prefix}n_eff"] = (value, low, high)
        parts[f"{prefix}at_least"] = low
        parts[f"{prefix}pairs"] = float(estimate["duplicates"])
    return parts


def edit_pairs(sentences, most):
    """All pairs within `most` edits: (i, j, edits) with i < j, ordered.

    Pairs whose words differ too much are excluded by one matrix product; the edits of the others are counted exactly.

    Args:
        sentences: list of tuples of tokens.
        most: the greatest number of insertions, deletions and replacements.
    """
    tokens, lengths = _padded(sentences)
    most = min(most, int(lengths.max()))  # more words than the longest sentence has are never to be changed
    row, column = _occurrences(tokens, lengths)
    blocks = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int8))]
    for start, shared in _shared(row, column, len(sentences)):
        shared += most
        close = (shared >= lengths) & (shared >= lengths[start : start + len(shared), None])
        i, j = _upper(close, start)
        for a in range(0, len(i), _CHUNK):
            some = slice(a, a + _CHUNK)
            edits = _edits(tokens, lengths, i[some], j[some], most)
            near = edits <= most
            blocks.append((i[some][near], j[some][near], edits[near]))
    return tuple(np.concatenate(parts) for parts in zip(*blocks, strict=True))


def _upper(wanted, start):
    """(i, j) with i < j of a block of rows that begins at `start`."""
    a, b = np.nonzero(wanted)
    upper = a + start < b
    return a[upper] + start, b[upper]


def _padded(sentences):
    """Int tokens [N, T] padded with -1, and the lengths."""
    numbers = {}
    lengths = np.array([len(s) for s in sentences], np.int64)
    tokens = np.full((len(sentences), max(1, lengths.max())), -1, np.int32)
    for row, sentence in enumerate(sentences):
        tokens[row, : len(sentence)] = [numbers.setdefault(token, len(numbers)) for token in sentence]
    return tokens, lengths


def _occurrences(tokens, lengths):
    """Sentence and number of each (word, index of its occurrence in the sentence): shared pairs are shared words."""
    row = np.repeat(np.arange(len(tokens)), lengths)
    flat = tokens[tokens >= 0].astype(np.int64)
    order = np.lexsort((flat, row))
    row, flat = row[order], flat[order]
    new = np.flatnonzero(np.diff(row, prepend=-1) | np.diff(flat, prepend=-1)) if len(row) else np.empty(0, np.int64)
    nth = np.arange(len(row)) - np.repeat(new, np.diff(new, append=len(row)))
    width = tokens.shape[1] + 1
    return row, np.unique(flat * width + nth, return_inverse=True)[1]


def _shared(row, column, count):
    """How many features each two of `count` sentences share, by blocks of rows: (first row, float32 [rows, count])."""
    often = np.bincount(column, minlength=1)
    common = np.argsort(-often, kind="stable")[:_DENSE]
    place = np.full(len(often), -1)
    place[common] = np.arange(len(common))
    is_common = place[column] >= 0
    dense = np.zeros((count, len(common)), np.float32)
    dense[row[is_common], place[column[is_common]]] = 1
    ones = np.ones(int((~is_common).sum()), np.float32)
    rare = scipy.sparse.csr_matrix((ones, (row[~is_common], column[~is_common])), (count, len(often)))
    across = rare.T.tocsr()
    for start in range(0, count, _BLOCK):
        shared = dense[start : start + _BLOCK] @ dense.T
        if rare.nnz:
            shared += (rare[start : start + _BLOCK] @ across).toarray()
        yield start, shared


def _edits(tokens, lengths, i, j, most):
    """Edits of each pair, exact up to `most`, `most` + 1 for more: the banded recurrence over all pairs at once."""
    beyond = most + 1
    small = np.int8 if beyond < 127 else np.int32
    first, second = lengths[i], lengths[j]
    left = tokens[i]
    right = np.pad(tokens[j], ((0, 0), (most + 1, most + 1)), constant_values=-2)
    reach = np.arange(-most, most + 1)
    band = np.repeat(np.where(reach >= 0, reach, beyond)[None].astype(small), len(i), axis=0)
    result = np.full(len(i), beyond, small)
    slot = np.clip(second - first + most, 0, 2 * most)
    possible = np.abs(second - first) <= most
    rows = np.arange(len(i))
    for step in range(int(first.max(initial=0)) + 1):
        if step:
            new = np.empty_like(band)
            for offset in range(2 * most + 1):
                at = step + offset - most  # words of the second sentence that are used up
                if at < 0:
                    new[:, offset] = beyond
                    continue
                best = band[:, offset] + (left[:, step - 1] != right[:, at + most]) if at else np.full(len(i), beyond, small)
                if offset < 2 * most:
                    best = np.minimum(best, band[:, offset + 1] + 1)
                if offset:
                    best = np.minimum(best, new[:, offset - 1] + 1)
                new[:, offset] = np.minimum(best, beyond)
            band = new
        done = possible & (first == step)
        result[done] = np.minimum(band[rows[done], slot[done]], beyond)
    return result
