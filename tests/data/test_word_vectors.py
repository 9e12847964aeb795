import types

import numpy as np
import pytest

from ganzoo.data import word_vectors
from ganzoo.data.sentences import Sentences
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError
from ganzoo.notes import notes_to

TEXT = types.SimpleNamespace(vocabulary=Vocabulary(["a", "b", "c"]), shape=(3,))


def test_a_file_in_gloves_format_gives_a_row_a_token(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_text("c 1 -2.5\nunheard 7 7\na 0.5 0\n")
    rows = word_vectors.GloVe(str(path))(TEXT)
    np.testing.assert_array_equal(rows, np.array([[0, 0], [0.5, 0], [0, 0], [1, -2.5]], np.float32))
    assert rows.dtype == np.float32
    path.write_text("2 2\nc 1 -2.5\n")  # as word2vec starts
    assert word_vectors.GloVe(str(path))(TEXT)[3, 1] == -2.5


def test_words_without_a_vector_are_counted(tmp_path):
    path, said = tmp_path / "glove.txt", []
    path.write_bytes(b"\xef\xbb\xbfa 1 2\r\nc 3 4\r\n")
    with notes_to(said.append):
        rows = word_vectors.GloVe(str(path))(TEXT)
    assert rows.tolist() == [[0, 0], [1, 2], [0, 0], [3, 4]]
    assert said == [f"{path}: 1 of 3 words have no vector there: they begin at zero"]


@pytest.mark.parametrize("counts", ["", "4 2\n"])
def test_a_word_of_a_file_may_hold_spaces(tmp_path, counts):
    path = tmp_path / "glove.txt"
    path.write_text(f"{counts}a 0.5 0\n. . . 7 7\nat name@domain.com 8 8\nc 1 -2.5\n")
    rows = word_vectors.GloVe(str(path))(TEXT)
    np.testing.assert_array_equal(rows[1:], np.array([[0.5, 0], [0, 0], [1, -2.5]], np.float32))
    vectors, _ = word_vectors.read_vectors(path)
    assert list(vectors) == ["a", ". . .", "at name@domain.com", "c"]


@pytest.mark.parametrize(
    "lines, message", [("a 1\nb 1 2\n", "one dimension"), ("a x\n", "line 1"), ("z 1\n", "it has no"), (None, "cannot read")]
)
def test_what_is_no_such_file_is_refused(tmp_path, lines, message):
    path = tmp_path / "glove.txt"
    if lines:
        path.write_text(lines)
    with pytest.raises(UserError, match=message):
        word_vectors.GloVe(str(path))(TEXT)


def test_counts_tell_words_that_stand_in_the_same_places():
    # Of 58 words "dog" and "cat" stand where each other does, "sleeps" elsewhere.
    text = Sentences("grammar", take=2000)
    rows = word_vectors.Cooccurrences(size=8)(text)
    assert rows.shape == (len(text.vocabulary), 8) and rows.dtype == np.float32
    assert (rows[0] == 0).all() and np.isfinite(rows).all()
    assert rows[1:].std() == pytest.approx(word_vectors.GLOVE_DEVIATION, rel=0.01)

    def alike(one, other):
        one, other = (rows[text.vocabulary.numbers[word]] for word in (one, other))
        return one @ other / np.linalg.norm(one) / np.linalg.norm(other)

    assert min(alike("dog", "cat"), alike("sees", "likes"), alike("dogs", "cats")) > 0.8
    assert max(alike("dog", "sleeps"), alike("sees", "see"), alike("dog", "the")) < 0.7


def test_neighbours_are_counted_by_their_place():
    tokens = np.array([[1, 2, 1], [1, 2, 0]])
    before = word_vectors.neighbours(tokens, -1, 3).toarray()
    np.testing.assert_array_equal(before, [[0, 0, 0], [2, 0, 1], [0, 2, 0]])
    after = word_vectors.neighbours(tokens, 1, 3).toarray()
    np.testing.assert_array_equal(after, [[0, 0, 0], [1, 0, 2], [1, 1, 0]])


def test_an_absent_text_has_no_vectors_and_nonsense_is_refused():
    assert not word_vectors.Cooccurrences(size=4)(Sentences("absent.txt")).any()
    with pytest.raises(UserError, match="smaller size"):
        word_vectors.Cooccurrences(size=4)(TEXT)
    with pytest.raises(UserError, match="positive size"):
        word_vectors.Cooccurrences(size=0)


def test_counts_give_the_singular_vectors_of_positive_mutual_information():
    tokens = np.random.default_rng(0).integers(1, 12, (300, 6)) * (np.arange(6) < 5)
    tokens[:, 1] = tokens[:, 0] % 11 + 1  # so that some neighbours tell of each other
    text = types.SimpleNamespace(vocabulary=range(12), arrays=lambda: {"text": tokens})
    counts = np.hstack([word_vectors.neighbours(tokens, place, 12).toarray() for place in (-1, 1)])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = counts * counts.sum() / counts.sum(1, keepdims=True) / counts.sum(0)
        information = np.where(counts > 0, np.maximum(np.log(ratios), 0), 0)
    assert (information > 0).any() and ((ratios < 1) & (counts > 0)).any()
    left, values, _ = np.linalg.svd(information)
    expected = left[:, :3] * np.sqrt(values[:3])
    expected[0] = 0
    rows = word_vectors.Cooccurrences(size=3, window=1)(text)
    alike, wanted = rows @ rows.T, expected @ expected.T  # the singular vectors' signs are free
    np.testing.assert_allclose(alike / np.trace(alike), wanted / np.trace(wanted), atol=1e-5)
    np.testing.assert_array_equal(rows, word_vectors.Cooccurrences(size=3, window=1)(text))
