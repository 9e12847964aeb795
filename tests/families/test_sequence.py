import itertools
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import load
from ganzoo.callbacks.monitor import spread
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError
from ganzoo.families.sequence import MLE
from ganzoo.networks import decoding
from ganzoo.networks.text import TokenLSTM, lstm_generator
from ganzoo.run import Run
from ganzoo.serving.export import export
from ganzoo.training import train

WORDS, LENGTH = ("a", "b", "c"), 3


def corpus(ends=True, words=WORDS, length=LENGTH):
    return types.SimpleNamespace(vocabulary=Vocabulary(words, ends=ends), shape=(length,))


def compiled(text=None, scale=1.0, rate=0.05, **options):
    keras.utils.set_random_seed(2)
    text = text or corpus()
    model = MLE(text, lstm_generator(text, embedding=4, hidden=5, depth=2, scale=scale), **options)
    model.compile({"generator": keras.optimizers.Adam(rate)}, seed=7)
    return model


def all_texts(ends, size=len(WORDS), length=LENGTH):
    """Every text that a generator can write, padded."""
    rows = itertools.product(range(size + 1) if ends else range(1, size + 1), repeat=length)
    return np.array([row for row in rows if not any(b and not a for a, b in itertools.pairwise(row))], np.int32)


@pytest.fixture(scope="module", params=[True, False], ids=["ends", "full"])
def model(request):
    return compiled(corpus(request.param))


def test_the_probabilities_of_all_texts_sum_to_one(model):
    texts = all_texts(model.vocabulary.ends)
    assert len(texts) == (40 if model.vocabulary.ends else 27)
    assert np.exp(model.log_likelihood(texts)).sum() == pytest.approx(1.0, abs=1e-5)


def test_texts_come_as_often_as_their_likelihood_says(model):
    count = 20_000
    drawn = model.sample(**model.draw_inputs(count, 3)).numpy()
    texts = all_texts(model.vocabulary.ends)
    places = 4 ** np.arange(LENGTH)[::-1]
    found = np.bincount(drawn @ places, minlength=64)
    assert found.sum() == found[texts @ places].sum()  # nothing comes after an end
    expected = np.exp(model.log_likelihood(texts)) * count
    chi = (np.square(found[texts @ places] - expected) / np.maximum(expected, 1.0)).sum()
    assert chi < len(texts) + 5 * np.sqrt(2 * len(texts))


def test_teacher_forcing_and_single_steps_agree(model):
    texts = all_texts(model.vocabulary.ends)
    logits = model.generator(texts).numpy()
    state, before = model.generator.initial_state(len(texts)), np.zeros(len(texts), np.int32)
    for position in range(LENGTH):
        stepped, state = model.generator.step(before, state)
        np.testing.assert_allclose(stepped, logits[:, position], atol=1e-4, rtol=1e-5)
        before = texts[:, position]


def test_the_same_seed_gives_the_same_texts_however_they_are_cut(model):
    sample = tf.function(lambda first, count: model.sample(**model.draw_inputs(count, 5, first)))
    whole = sample(tf.constant(0), tf.constant(100)).numpy()
    np.testing.assert_array_equal(sample(tf.constant(37), tf.constant(40)), whole[37:77])
    assert (model.sample(**model.draw_inputs(100, 6)).numpy() != whole).any()


@pytest.mark.parametrize("size", [7, 512, 1000])
def test_tokens_are_drawn_by_their_probabilities_and_never_one_without(size):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=size).astype(np.float32)
    logits[rng.choice(size, size // 3, replace=False)] = -1e9
    logits[[0, -1]] = -1e9
    count = 60_000
    uniforms = np.append(rng.uniform(size=count - 3), [0.0, np.nextafter(np.float32(1.0), np.float32(0.0)), 1.0])
    draw = tf.function(lambda part: decoding.inverse_cdf(tf.tile(logits[None], [tf.shape(part)[0], 1]), part))
    parts = np.array_split(uniforms.astype(np.float32), 6)
    found = np.bincount(np.concatenate([draw(tf.constant(part)) for part in parts]), minlength=size)
    expected = np.exp(logits.astype(np.float64)) / np.exp(logits.astype(np.float64)).sum() * count
    assert (found[expected == 0] == 0).all() and len(found) == size
    possible = expected > 0
    chi = (np.square(found - expected)[possible] / expected[possible]).sum()
    assert chi < possible.sum() + 5 * np.sqrt(2 * possible.sum())


def test_temperature_makes_likely_texts_likelier(model):
    likelihoods = [
        model.log_likelihood(model.sample(**model.draw_inputs(500, 0, temperature=t))).numpy().mean() for t in (0.3, 1.0, 3.0)
    ]
    assert likelihoods[0] > likelihoods[1] + 0.1 > likelihoods[2] + 0.2


@pytest.mark.parametrize("temperature", [0.0, 1e-30])
def test_without_temperature_each_token_is_the_likeliest(model, temperature):
    texts = tf.function(model.sample)(**model.draw_inputs(9, 0, temperature=temperature)).numpy()
    wanted = np.zeros((9, LENGTH), np.int32)
    for position in range(LENGTH):
        likeliest = model.generator(wanted).numpy()[:, position].argmax(-1)
        wanted[:, position] = np.where((position > 0) & (wanted[:, position - 1] == 0) & model.vocabulary.ends, 0, likeliest)
    np.testing.assert_array_equal(texts, wanted)
    certain = decoding.tempered(tf.constant([[3.0, -1e9, 2.9999, -4.0]]), tf.constant([temperature]))
    np.testing.assert_array_equal(tf.nn.softmax(certain), [[1, 0, 0, 0]])


def test_the_loss_is_the_negative_log_likelihood_of_numpy():
    model = compiled()
    tokens = np.array([[1, 2, 3], [2, 0, 0], [0, 0, 0]])
    logits = model.generator(tokens).numpy().astype(np.float64)
    logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    counted = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0)]  # words and the first 0
    total = -sum(logs[row, at, tokens[row, at]] for row, at in counted)
    np.testing.assert_allclose(model.likelihood_loss({"text": tf.constant(tokens)}), total / 9, rtol=1e-5)
    np.testing.assert_allclose(model._round.records["nll"], total / 6, rtol=1e-5)


def test_the_policys_loss_is_a_mean_over_texts_of_sums_over_tokens():
    model = compiled()
    tokens = tf.constant(all_texts(True)[:6], tf.int32)
    rewards = tf.constant(np.random.default_rng(0).normal(size=tokens.shape), tf.float32)
    expected = -np.mean((model.log_probabilities(tokens).numpy() * rewards.numpy()).sum(axis=1))
    np.testing.assert_allclose(model.policy_loss(tokens, rewards), expected, rtol=1e-5)


def test_likelihood_training_learns_a_distribution():
    model = compiled(scale=0.1)
    tokens = np.array([[1, 2, 3], [2, 0, 0]] * 8)
    step = tf.function(model.train_step)
    first = float(step({"text": tf.constant(tokens)})["nll"])
    for _ in range(200):
        last = float(step({"text": tf.constant(tokens)})["nll"])
    assert np.isfinite(last) and last < first / 3
    chances = np.exp(model.log_likelihood(np.array([[1, 2, 3], [2, 0, 0], [3, 3, 3]], np.int32)))
    np.testing.assert_allclose(chances, [0.5, 0.5, 0.0], atol=0.05)


def test_services_score_tokens_and_text():
    model = compiled()
    texts = ["a b", "c c c", "", "a z"]
    services = {name: function for name, (function, _) in model.services.items()}
    tokens = services["tokenize"](np.array(texts))["tokens"]
    np.testing.assert_array_equal(tokens[:3], model.vocabulary.encode(texts[:3], LENGTH))
    by_text = services["score_text"](np.array(texts))["log_likelihood"].numpy()
    np.testing.assert_allclose(by_text[:3], model.log_likelihood(tokens[:3]), rtol=1e-5)
    assert by_text[3] == -np.inf
    # A text too long for the model cannot come of it, whatever its beginning.
    by_text = services["score_text"](np.array(["c c c c", "c c c z", "c c c"]))["log_likelihood"].numpy()
    assert (by_text[:2] == -np.inf).all() and np.isfinite(by_text[2])
    assert [text.decode() for text in services["detokenize"](tokens[:3])["text"].numpy()] == texts[:3]


def test_every_beginning_is_continued_by_the_policy():
    model = compiled()
    tokens = tf.constant([[1, 2, 3], [2, 0, 0]] * 300)
    uniforms = tf.random.stateless_uniform([600, LENGTH - 1, 4, LENGTH], [1, 2])
    played = tf.function(decoding.continuations)(model.generator, tokens, uniforms).numpy()
    assert played.shape == (LENGTH - 1, 4, 600, LENGTH)
    for beginning in range(LENGTH - 1):
        kept = np.broadcast_to(tokens.numpy()[:, : beginning + 1], (4, 600, beginning + 1))
        np.testing.assert_array_equal(played[beginning, :, :, : beginning + 1], kept)
    assert (played[:, :, 1::2][1:] == [2, 0, 0]).all()  # what has ended stays so
    for beginning, given in ((0, [1]), (1, [1, 2])):
        rows = played[beginning, :, ::2].reshape(-1, LENGTH)
        texts = np.array([row for row in all_texts(True) if row[: len(given)].tolist() == given])
        chances = np.exp(model.log_likelihood(texts))
        found = np.array([(rows == text).all(1).mean() for text in texts])
        np.testing.assert_allclose(found, chances / chances.sum(), atol=0.06)


def test_a_lstm_survives_its_config():
    network = TokenLSTM(6, 3, 4, depth=2, ends=False, scale=0.3)
    copy = TokenLSTM.from_config(network.get_config())
    assert copy.get_config() == network.get_config()
    copy.set_weights(network.get_weights())
    np.testing.assert_array_equal(copy(tf.constant([[1, 2, 5]])), network(tf.constant([[1, 2, 5]])))
    assert all(0.15 < w.std() < 0.45 for w in network.get_weights())


def test_a_generator_for_other_words_is_refused():
    with pytest.raises(UserError, match="made for 7 tokens"):
        MLE(corpus(), TokenLSTM(7))


def test_tokens_are_not_judged_as_pixels():
    alike, different = np.full((8, 5), 4999), np.random.default_rng(0).integers(1, 5000, (8, 5))
    assert spread(alike) == 0.0 and spread(different) == pytest.approx(1 - 1 / 8, abs=0.01)


RECIPE = '''
"""Text for tests."""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.sentences import Sentences
from ganzoo.families.sequence import MLE
from ganzoo.networks.text import lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("lines.txt")
    return Recipe(
        data=text,
        model=MLE(text, lstm_generator(text, embedding=8, hidden=8), average_decay=0.5),
        optimizers={"generator": keras.optimizers.Adam(1e-2)},
        batch_size=16,
        steps=20,
        log_every=10,
        sample_every=10,
        checkpoint_every=10,
    )
'''


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run on a text file; its exports lie beside it."""
    path = tmp_path_factory.mktemp("text")
    (path / "text.py").write_text(RECIPE)
    (path / "words.txt").write_text("the cat sat\na dog ran off\nthe dog sat down\n" * 20)
    train(str(path / "text.py"), path / "run", [f"data.name={path / 'words.txt'}"], log=lambda line: None)
    return path / "run"


@pytest.fixture(scope="module")
def exported(run):
    return export(run, run.parent / "exported")


def test_an_export_gives_the_texts_and_scores_of_its_run(run, exported):
    ours, theirs = load(run), load(exported)
    tokens = ours.sample(70, seed=3)
    assert tokens.dtype == np.int32 and tokens.shape == (70, 4) and ours.is_text and theirs.is_text
    np.testing.assert_array_equal(theirs.sample(70, seed=3), tokens)
    np.testing.assert_array_equal(theirs.sample(9, seed=3, temperature=0.5), ours.sample(9, seed=3, temperature=0.5))
    texts = ours.texts(tokens)
    assert texts == theirs.texts(tokens) == ours.model.vocabulary.decode(tokens)
    expected = ours.model.log_likelihood(tokens)
    for sampler in (ours, theirs):
        np.testing.assert_allclose(sampler.serve("score", tokens=tokens)["log_likelihood"], expected, atol=1e-5)
        np.testing.assert_allclose(sampler.serve("score_text", text=np.array(texts))["log_likelihood"], expected, atol=1e-5)
    assert theirs.card["data"]["vocabulary"] == 10 and theirs.card["range"].startswith("tokens")


def test_a_temperature_that_is_none_is_one_line(run, exported):
    for sampler in (load(run), load(exported)):
        for temperature in (-1.0, float("nan")):
            with pytest.raises(UserError, match=f"^temperature must be 0 or more, not {temperature:g}$"):
                sampler.sample(3, temperature=temperature)
        certain, other = sampler.sample(3, temperature=0.0), sampler.sample(1, seed=1, temperature=0.0)
        assert (certain == other).all()


def test_the_warm_up_requests_of_a_text_export_run(exported, replays_warm_up):
    replays_warm_up(exported)


def test_an_export_needs_no_ganzoo(run, exported, fresh_python, tmp_path):
    fresh_python(f"""
        import sys
        import numpy as np, tensorflow as tf
        signatures = tf.saved_model.load({str(exported)!r}).signatures
        found = signatures["sample"](count=tf.constant(5), seed=tf.constant(3), temperature=tf.constant(1.0))
        first, warm = tf.constant(0), tf.constant(1.0)
        inputs = signatures["inputs"](count=tf.constant(5), seed=tf.constant(3), first=first, temperature=warm)
        np.testing.assert_array_equal(signatures["serving_default"](**inputs)["text"], found["text"])
        scores = signatures["score"](tokens=found["tokens"])["log_likelihood"]
        np.testing.assert_allclose(signatures["score_text"](text=found["text"])["log_likelihood"], scores, atol=1e-5)
        assert "ganzoo" not in sys.modules
        np.save("tokens.npy", found["tokens"])
    """)
    np.testing.assert_array_equal(np.load(tmp_path / "tokens.npy"), load(run).sample(5, seed=3))


def test_training_writes_lines(run):
    lines = (run / "samples" / "step-00000020.txt").read_text().splitlines()
    words = {"the", "cat", "sat", "a", "dog", "ran", "off", "down", "<unk>"}
    assert len(lines) == 64 and set(" ".join(lines).split()) <= words
    assert not list((run / "samples").glob("*.png"))
    found = {}
    for file in (run / "logs").glob("events*"):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            for value in event.summary.value:
                found[value.tag, event.step] = value.tensor.string_val
    assert found["samples/fixed", 20][0].decode().splitlines() == [f"    {line}" for line in lines]
    assert ("samples/real", 0) in found and ("training/nll", 20) in found


def test_the_command_line_writes_lines_and_refuses_pictures(run, tmp_path):
    from click.testing import CliRunner

    from ganzoo.cli.main import main

    out = tmp_path / "x.txt"
    result = CliRunner().invoke(main, ["sample", str(run), "--out", str(out), "--count", "5", "--seed", "3"])
    assert result.exit_code == 0, result.output
    ours = load(run)
    assert out.read_text().splitlines() == ours.texts(ours.sample(5, seed=3))
    result = CliRunner().invoke(main, ["sample", str(run), "--out", str(tmp_path / "x.png")])
    assert result.exit_code == 2 and "makes texts: --out ends in .txt" in result.output
    result = CliRunner().invoke(main, ["sample", str(run), "--out", str(tmp_path / "x.npz"), "--count", "5", "--seed", "3"])
    np.testing.assert_array_equal(np.load(tmp_path / "x.npz")["tokens"], ours.sample(5, seed=3))


def test_a_run_without_its_text_file_keeps_its_words_and_begins_no_other(run, tmp_path):
    texts = load(run).show(5)
    (run.parent / "words.txt").rename(tmp_path / "kept")
    try:
        assert load(run).show(5) == texts
        with pytest.raises(UserError, match="there is no text file"):
            train(str(run.parent / "text.py"), tmp_path / "other", log=lambda line: None)
    finally:
        (tmp_path / "kept").rename(run.parent / "words.txt")
    train(str(run.parent / "text.py"), tmp_path / "smoke", smoke=True, log=lambda line: None)


def test_a_run_whose_text_changed_keeps_its_words_and_is_not_taken_up(run):
    path = run.parent / "words.txt"
    text, words = path.read_text(), load(run).model.vocabulary.words
    path.write_text("sat\n" * 60 + text)  # another word is the most frequent
    try:
        assert load(run).model.vocabulary.words == words
        with pytest.raises(UserError, match="changed since"):
            train(str(run.parent / "text.py"), run, Run.open(run).record()["overrides"], steps=30, log=lambda line: None)
    finally:
        path.write_text(text)


def test_a_resumed_run_is_the_same_to_the_bit(run, tmp_path):
    overrides = [f"data.name={run.parent / 'words.txt'}"]
    for steps in (10, 20):
        train(str(run.parent / "text.py"), tmp_path / "run", overrides, steps=steps, log=lambda line: None)
    for one, other in zip(load(tmp_path / "run").model.state().values(), load(run).model.state().values(), strict=True):
        for mine, theirs in zip(one, other, strict=True):
            np.testing.assert_array_equal(mine, theirs)
