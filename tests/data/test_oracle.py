import itertools

import numpy as np
import pytest

from ganzoo.data.oracle import BATCH, Oracle
from ganzoo.errors import UserError


@pytest.fixture(scope="module")
def oracle():
    return Oracle(vocabulary_size=5, length=3, embedding=4, hidden=6, seed=1)


def all_texts(oracle):
    return np.array(list(itertools.product(range(1, oracle.vocabulary_size + 1), repeat=oracle.length)))


def by_numpy(oracle, text):
    """The log-probabilities of one text by the released code's formulas, token 1 being its token 0."""

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    embeddings, wi, ui, bi, wf, uf, bf, wo, uo, bo, wc, uc, bc, w, b = (p.astype(np.float64) for p in oracle.parameters)
    hidden = cell = np.zeros(oracle.hidden)
    before, found = 0, []
    for token in np.asarray(text) - 1:
        x = embeddings[before]
        i, f, o = (sigmoid(x @ a + hidden @ u + c) for a, u, c in ((wi, ui, bi), (wf, uf, bf), (wo, uo, bo)))
        cell = f * cell + i * np.tanh(x @ wc + hidden @ uc + bc)
        hidden = o * np.tanh(cell)
        logits = hidden @ w + b
        found.append(logits[token] - np.log(np.exp(logits).sum()))
        before = token
    return found


def test_scores_are_those_of_the_released_formulas(oracle):
    texts = all_texts(oracle)[::7]
    np.testing.assert_allclose(oracle.log_probabilities(texts), [by_numpy(oracle, text) for text in texts], atol=2e-5)


def test_probabilities_of_all_texts_sum_to_one(oracle):
    assert np.exp(oracle.log_likelihood(all_texts(oracle))).sum() == pytest.approx(1.0, abs=1e-5)


def test_samples_come_as_often_as_the_scores_say(oracle):
    texts = oracle.sample(20_000)
    assert texts.dtype == np.int64 and texts.min() >= 1 and texts.max() <= 5
    everything = all_texts(oracle)
    expected = np.exp(oracle.log_likelihood(everything)) * len(texts)
    places = 5 ** np.arange(oracle.length)[::-1]
    found = np.bincount((texts - 1) @ places, minlength=len(everything))
    common = expected > 5
    chi = (np.square(found - expected) / expected)[common].sum()
    assert chi < common.sum() + 5 * np.sqrt(2 * common.sum())
    assert found[~common].sum() < expected[~common].sum() + 5 * np.sqrt(expected[~common].sum()) + 1
    entropy = -(oracle.log_likelihood(everything) * expected).sum() / len(texts) / oracle.length
    assert oracle.nll(texts) == pytest.approx(entropy, abs=0.02)


def test_a_sample_does_not_depend_on_how_it_is_cut(oracle):
    whole = oracle.sample(BATCH + 90, seed=3)
    np.testing.assert_array_equal(oracle.sample(40, seed=3, first=BATCH + 50), whole[BATCH + 50 :])
    np.testing.assert_array_equal(oracle.sample(7, seed=3), whole[:7])
    assert (oracle.sample(90, seed=4) != whole[:90]).any()


def test_the_seed_decides_the_parameters_and_files_keep_them(oracle, tmp_path):
    same, other = Oracle(5, 3, 4, 6, seed=1), Oracle(5, 3, 4, 6, seed=2)
    texts = oracle.sample(50)
    np.testing.assert_array_equal(same.log_probabilities(texts), oracle.log_probabilities(texts))
    assert np.abs(other.log_probabilities(texts) - oracle.log_probabilities(texts)).max() > 0.1
    oracle.save(tmp_path / "oracle.npz")
    loaded = Oracle.load(tmp_path / "oracle.npz", length=3)
    assert (loaded.vocabulary_size, loaded.embedding, loaded.hidden, loaded.seed) == (5, 4, 6, None)
    np.testing.assert_array_equal(loaded.sample(50), texts)
    for told in (oracle, loaded):
        assert Oracle.from_description(told.describe()).describe() == told.describe()
        np.testing.assert_array_equal(Oracle.from_description(told.describe()).sample(50), texts)


def test_an_oracles_file_is_named_and_must_be_the_same(oracle, tmp_path):
    path = tmp_path / "oracle.npz"
    oracle.save(path)
    facts = Oracle.load(path, length=3).describe()
    assert facts["path"] == str(path) and "path" not in oracle.describe()
    Oracle(5, 3, 4, 6, seed=2).save(path)
    with pytest.raises(UserError, match="oracle.npz holds another oracle"):
        Oracle.from_description(facts)
    path.unlink()
    with pytest.raises(UserError, match="the oracle cannot be read: no file .*oracle.npz"):
        Oracle.from_description(facts)
    with pytest.raises(UserError, match="whose file the card does not name"):
        Oracle.from_description({name: value for name, value in facts.items() if name != "path"})


def test_nonsense_is_refused(oracle, tmp_path):
    for texts in (np.zeros((2, 3), int), np.full((2, 3), 6), np.ones(3, int)):
        with pytest.raises(UserError, match="from 1 to 5"):
            oracle.log_likelihood(texts)
    with pytest.raises(UserError, match="cannot be read"):
        Oracle.load(tmp_path / "absent.npz")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(UserError, match="15 arrays"):
        Oracle.load(tmp_path / "other.npz")
    np.save(tmp_path / "one.npy", np.zeros((3, 4)))
    with pytest.raises(UserError, match="one.npy cannot be read as .npz"):
        Oracle.load(tmp_path / "one.npy")
    (tmp_path / "empty.npz").write_bytes(b"")
    with pytest.raises(UserError, match="cannot be read"):
        Oracle.load(tmp_path / "empty.npz")
    with pytest.raises(UserError, match="positive"):
        Oracle(vocabulary_size=0)


@pytest.mark.parametrize(
    ("number", "values", "message"),
    [
        (7, np.zeros((4, 5)), r"array 7 must be numbers \(4, 6\), not float64 \(4, 5\)"),
        (14, np.zeros(6), r"array 14 must be numbers \(5,\), not float64 \(6,\)"),
        (9, np.full(6, "x"), r"array 9 must be numbers \(6,\), not <U1"),
    ],
)
def test_parameters_that_do_not_fit_each_other_are_refused(oracle, tmp_path, number, values, message):
    parameters = [values if at == number else array for at, array in enumerate(oracle.parameters)]
    np.savez(tmp_path / "oracle.npz", **{f"p{at:02d}": array for at, array in enumerate(parameters)})
    with pytest.raises(UserError, match=message):
        Oracle.load(tmp_path / "oracle.npz")
