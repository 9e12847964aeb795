"""Tests of ganzoo.evaluation.features.text."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.evaluation.features.text import MeanOfVectors, NgramSVD, text_digest
from ganzoo.metrics.frechet import frechet_distance
from ganzoo.notes import notes_to


def draw(count, words, seed):
    rng = np.random.default_rng(seed)
    return [tuple(rng.choice(words, 6).tolist()) for _ in range(count)]


@pytest.fixture(scope="module")
def reference():
    return draw(400, list("abcdefgh"), 0)


@pytest.fixture(scope="module")
def embedding(reference):
    return NgramSVD(reference, dimension=16)


def test_the_same_text_gives_the_same_embedding(reference, embedding):
    again = NgramSVD(reference, dimension=16)
    np.testing.assert_array_equal(embedding(reference[:5]), again(reference[:5]))
    assert again.record() == embedding.record()
    assert NgramSVD(reference[1:], dimension=16).record()["sha256"] != embedding.record()["sha256"]


def test_vectors_know_words_and_pairs(embedding):
    one, same, swapped, other = embedding([tuple("abcd"), tuple("abcd"), tuple("dcba"), tuple("efgh")])
    np.testing.assert_array_equal(one, same)
    assert np.linalg.norm(one - other) > np.linalg.norm(one - swapped) > 0


def test_the_frechet_distance_grows_with_what_is_missing(reference, embedding):
    held, half, foreign = draw(400, list("abcdefgh"), 1), draw(400, list("abcd"), 2), draw(400, list("wxyz"), 3)
    near, far, farther = (frechet_distance(embedding(reference), embedding(text)) for text in (held, half, foreign))
    assert near < 0.1 * far < 0.1 * farther


def test_small_texts_have_fewer_dimensions():
    assert NgramSVD([("a", "b"), ("b", "a"), ("a",)]).dimension <= 3
    for text in ([(), ()], [("a",), ("a",)]):
        with pytest.raises(UserError, match="n-gram embedding needs"):
            NgramSVD(text)


@pytest.mark.filterwarnings("error")
def test_one_sentence_again_and_again_has_no_variance_to_explain():
    embedding = NgramSVD([("a", "b", "c")] * 20)
    assert embedding.explained == pytest.approx(1) and embedding.dimension > 1


def test_words_that_hold_spaces_or_are_numbers_work():
    found = NgramSVD([(1, 2, 3), (3, 2, 1), (1, 1, 2)], dimension=2)([(1, 2), (9, 9)])
    assert found.shape == (2, 2)
    assert (found[1] == 0).all()


def test_means_of_given_vectors(tmp_path):
    path = tmp_path / "tiny.txt"
    path.write_text("cat 1 0\ndog 0 1\nsat 3 3\n")
    vectors = MeanOfVectors(path)
    said = []
    with notes_to(said.append):
        found = vectors([("cat", "sat"), ("dog",), ("bird",), ("cat", "bird")])
        vectors([("cat",)])
    assert said == ["vectors-tiny: 2 of 6 words (33.3%) have no vector: left out"]
    np.testing.assert_allclose(found, [[2, 1.5], [0, 1], [0, 0], [1, 0]])
    assert vectors.name == "vectors-tiny"
    assert vectors.dimension == 2
    of_cats = MeanOfVectors(path, words=["cat"])
    assert set(of_cats.vectors) == {"cat"} and of_cats.preprocessing != vectors.preprocessing, "part of the cache's keys"


def test_word2vec_files_start_with_counts(tmp_path):
    path = tmp_path / "tiny.vec"
    path.write_text("2 2\ncat 1 0\ndog 0 1\n")
    assert set(MeanOfVectors(path).vectors) == {"cat", "dog"}


@pytest.mark.parametrize("content", ["cat 1 0\ndog 1\n", "cat one\ndog 2\n", "", "just\n"])
def test_files_without_vectors_are_refused(tmp_path, content):
    path = tmp_path / "bad.txt"
    path.write_text(content)
    with pytest.raises(UserError, match=r"bad\.txt"):
        MeanOfVectors(path)
    with pytest.raises(UserError, match="cannot read"):
        MeanOfVectors(tmp_path / "none.txt")


def test_digests_tell_texts_apart():
    assert text_digest([("a", "b")]) == text_digest([["a", "b"]])
    assert text_digest([("a b",)]) != text_digest([("a", "b")])
    assert text_digest([("a",), ("b",)]) != text_digest([("a", "b")])
