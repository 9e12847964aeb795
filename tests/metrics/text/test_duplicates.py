"""Tests of ganzoo.metrics.text.duplicates and birthday."""

import json

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.birthday import support
from ganzoo.metrics.text.birthday import birthday_of_text
from ganzoo.metrics.text.duplicates import CloseSentences, edit_pairs


def edits(first, second):
    """Levenshtein's distance, as written in every textbook."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def some_text(count, words="abcde", longest=7, seed=0):
    rng = np.random.default_rng(seed)
    return [tuple(rng.choice(list(words), rng.integers(0, longest + 1)).tolist()) for _ in range(count)]


@pytest.mark.parametrize("most", [0, 1, 2, 4])
@pytest.mark.parametrize("words", ["ab", "abcdefghijkl"])
def test_all_pairs_within_some_edits_are_found(most, words):
    text = list(dict.fromkeys(some_text(60, words)))
    i, j, distance = edit_pairs(text, most)
    found = dict(zip(zip(i.tolist(), j.tolist(), strict=True), distance.tolist(), strict=True))
    told = {(a, b): edits(text[a], text[b]) for b in range(len(text)) for a in range(b)}
    assert found == {pair: d for pair, d in told.items() if d <= most}


@pytest.mark.parametrize("longest", [7, 140])
def test_any_threshold_is_one(longest):
    text = some_text(6, longest=longest, seed=3)
    text[0] = tuple("ab" * (longest // 2))
    i, j, distance = edit_pairs(text, 10**9)
    assert len(i) == 15 and distance.tolist() == [edits(text[a], text[b]) for a, b in zip(i, j, strict=True)]


def test_rare_and_common_words_count_alike():
    # More words than the dense product takes: the sparse one has to agree.
    text = [tuple(f"w{(n * 7 + k) % 400}" for k in range(6)) for n in range(300)]
    text += [(*s[:-1], "other") for s in text[:20]]
    i, j, distance = edit_pairs(text, 1)
    assert {(n, 300 + n) for n in range(20)} <= set(zip(i.tolist(), j.tolist(), strict=True))
    assert all(edits(text[a], text[b]) == d for a, b, d in zip(i, j, distance, strict=True))


def test_degrees_are_counted_by_hand():
    text = [("a", "b", "c")] * 3 + [("a", "b", "d"), ("a", "e", "d"), ("x", "y", "z")]
    near = CloseSentences(text, 2)
    assert near.degrees(0).tolist() == [2, 2, 2, 0, 0, 0]
    assert near.degrees(1).tolist() == [3, 3, 3, 4, 1, 0]
    assert near.degrees(2).tolist() == [4, 4, 4, 4, 4, 0]
    assert [column.tolist() for column in near.closest(1, [0, 1])] == [[0], [1], [0]]
    assert [column.tolist() for column in near.closest(9, [5, 3, 0])] == [[0], [3], [1]]
    assert [len(column) for column in near.closest(9, [0, 5])] == [0, 0, 0]
    i, j, distance = near.closest(4)
    assert distance.tolist() == [0, 0, 1, 1]
    assert all(edits(text[a], text[b]) == d for a, b, d in zip(i, j, distance, strict=True))


def test_a_text_that_collapsed_is_one_pass():
    near = CloseSentences([("a", "b")] * 5000)
    assert (near.degrees(0) == 4999).all()
    assert len(near.i) == 0


@pytest.mark.parametrize("sentences", [300, 2000])
def test_the_effective_number_of_sentences_is_recovered(sentences):
    known = [tuple(f"{digit}{place}" for place, digit in enumerate(f"{n:04}")) for n in range(sentences)]
    rng = np.random.default_rng(sentences)
    hits = 0
    for _ in range(40):
        drawn = [known[n] for n in rng.integers(sentences, size=400)]
        n_eff = support.pooled(CloseSentences(drawn, 0).degrees(0))["n_eff"]
        hits += n_eff["low"] <= sentences <= n_eff["high"]
    assert hits >= 34  # of 40 intervals of 95 %


def test_near_duplicates_are_recovered_too():
    """500 sentences of which every draw changes one word: as 500, if one and two edits count."""
    rng = np.random.default_rng(0)
    known = rng.integers(1000, size=(500, 8))
    drawn = known[rng.integers(500, size=1000)]
    drawn[np.arange(1000), rng.integers(8, size=1000)] = np.arange(1000) + 5000
    near = CloseSentences(list(map(tuple, drawn.tolist())), 2)
    n_eff = support.pooled(near.degrees(2))["n_eff"]
    assert n_eff["low"] <= 500 <= n_eff["high"]
    assert near.degrees(0).sum() == 0


def test_the_birthday_test_of_text():
    rng = np.random.default_rng(3)
    real = [tuple(row) for row in rng.integers(300, size=(600, 8)).tolist()]
    fake = [real[n] for n in rng.integers(200, size=1500)]
    record = birthday_of_text(fake, real, batch_sizes=(10, 20, 40), batches=20)
    assert record["threshold"] == 2  # no two of the real ones lie so close
    assert record["n_eff"]["low"] <= 200 <= record["n_eff"]["high"]
    assert record["real"]["pooled"]["duplicates"] == 0
    assert record["fake"]["exact"]["distinct"] <= 200
    assert record["fake"]["first_half"] in (20, 40)  # half of the batches at 1.18 sqrt(200) = 17
    assert record["ratio"]["low"] > 50
    assert [row["threshold"] for row in record["sweep"]] == [0, 1, 2]
    json.dumps(record)


def test_half_of_the_batches_is_enough_for_the_first_half():
    halves = {}
    for copies in range(60):
        text = [("a", "b")] * copies + [("c", str(n)) for n in range(60 - copies)]
        side = birthday_of_text(text, threshold=0, batch_sizes=(3,), batches=20)["fake"]
        halves[side["batches"][0]["positive"]] = side["first_half"]
    assert halves.pop(10) == 3  # of 20 batches
    assert all(half == (3 if positive > 10 else None) for positive, half in halves.items()) and len(halves) > 9


def test_real_text_that_repeats_itself_leaves_exact_copies():
    text = [("a", "b")] * 10 + [("c", "d")] * 10
    record = birthday_of_text(text, text, batch_sizes=(2,), batches=5)
    assert record["threshold"] == 0
    assert "repeats itself" in record["warnings"][0]


def test_a_threshold_may_be_given():
    text = [("a", str(n)) for n in range(30)]
    assert birthday_of_text(text, threshold=1, batch_sizes=(2,), batches=5)["n_eff"]["value"] == 1
    assert birthday_of_text(text, threshold=0, batch_sizes=(2,), batches=5)["n_eff"]["value"] is None
    assert "calibrate" in birthday_of_text(text, batch_sizes=(2,), batches=5)["warnings"][0]
    with pytest.raises(UserError, match="number of edits"):
        birthday_of_text(text, threshold=0.5)


def test_nonsense_is_refused():
    with pytest.raises(UserError, match="at least two"):
        CloseSentences([("a",)])
