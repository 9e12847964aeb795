import itertools
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.data import word_vectors
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError
from ganzoo.families.scratchgan import ScratchGAN, discounted
from ganzoo.networks.text import cnn_discriminator, lstm_generator
from ganzoo.networks.text_recurrent import rnn_discriminator

WORDS, LENGTH = ("a", "b", "c"), 3


def corpus(ends=True):
    return types.SimpleNamespace(vocabulary=Vocabulary(WORDS, ends=ends), shape=(LENGTH,))


def compiled(ends=True, rate=0.1, **options):
    keras.utils.set_random_seed(4)
    text = corpus(ends)
    discriminator = rnn_discriminator(text, embedding=4, hidden=5, positions=3, dropout=0.0, l2=0.1)
    kernel = discriminator.get_layer("logits").kernel
    kernel.assign(kernel * 4.0)  # rewards that differ much
    model = ScratchGAN(text, lstm_generator(text, embedding=4, hidden=5, scale=1.0, tied=True), discriminator, **options)
    model.compile({player: keras.optimizers.SGD(rate) for player in model.players}, seed=7)
    return model


def batch(rows=6, ends=True):
    tokens = np.random.default_rng(0).integers(1, 4, (rows, LENGTH))
    tokens[: rows // 2, 2] = 0 if ends else 1
    return {"text": tf.constant(tokens)}


def all_texts(ends):
    rows = itertools.product(range(4) if ends else range(1, 4), repeat=LENGTH)
    return tf.constant([row for row in rows if not any(b and not a for a, b in itertools.pairwise(row))], tf.int32)


def flat(gradients):
    return tf.concat([tf.reshape(tf.convert_to_tensor(gradient), [-1]) for gradient in gradients], 0)


def exact_gradient(model):
    """What REINFORCE's gradient is on average, by enumerating every text."""
    texts = all_texts(model.vocabulary.ends)
    variables = model.variables_of("generator")
    with tf.GradientTape() as tape:
        logs = model.log_probabilities(texts)
        chances = tf.exp(tf.reduce_sum(logs, axis=1))
        rewards = model.rewards(texts)
        if model.discount == 1.0:  # then there is an objective: the expected sum of rewards
            loss = -tf.reduce_sum(chances * tf.reduce_sum(rewards, axis=1))
        else:
            loss = -tf.reduce_sum(tf.stop_gradient(chances)[:, None] * logs * discounted(rewards, model.discount))
    return flat(tape.gradient(loss, variables)).numpy()


@pytest.mark.parametrize(
    "ends, options",
    [
        (True, {"discount": 1.0, "baseline_decay": None}),
        (True, {"discount": 0.3, "baseline_decay": 0.08}),
        (False, {"discount": 1.0, "baseline_decay": 0.5, "dense": False}),
    ],
    ids=["objective", "discounted", "sparse"],
)
def test_the_policy_gradient_is_that_of_enumeration(ends, options):
    model = compiled(ends, **options)
    rows, repeats = 600, 25
    variables = model.variables_of("generator")

    @tf.function
    def estimate(step):
        model.step.assign(step)
        model._round.draws = 0
        tokens = model.generate_texts(rows)
        returns = discounted(model.rewards(tokens), model.discount)
        advantages = returns - model.follow(returns)
        with tf.GradientTape() as tape:
            loss = model.policy_loss(tokens, advantages)
        return flat(tape.gradient(loss, variables))

    found = np.stack([estimate(tf.constant(step, tf.int64)).numpy() for step in range(repeats)]).astype(np.float64)
    expected = exact_gradient(model)
    error = found.std(0, ddof=1) / np.sqrt(repeats)
    scores = (found.mean(0) - expected)[error > 1e-7] / error[error > 1e-7]
    assert np.abs(scores).max() < 5 and np.sqrt(np.square(scores).mean()) < 1.8
    assert np.abs(expected).max() > 15 * error[np.abs(expected).argmax()]  # the signal is far above the noise


def test_rewards_returns_and_baseline_equal_a_numpy_reference():
    model = compiled(discount=0.5, baseline_decay=0.2)
    tokens = np.array([[1, 2, 3], [2, 0, 0], [0, 0, 0], [3, 1, 0]], np.int32)
    logits = model.discriminator(tokens).numpy().astype(np.float64)
    inside = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]])
    assert (logits[inside == 0] == 0).all() and (logits[inside == 1] != 0).all()
    rewards = 2 / (1 + np.exp(-logits)) - 1
    np.testing.assert_allclose(model.rewards(tokens), rewards, atol=1e-6)
    assert (rewards[inside == 0] == 0).all()
    returns = np.stack([[sum(0.5 ** (s - t) * row[s] for s in range(t, 3)) for t in range(3)] for row in rewards])
    np.testing.assert_allclose(discounted(tf.constant(rewards, tf.float32), 0.5), returns, atol=1e-6)
    kept = 0.0
    for _ in range(3):
        kept = 0.2 * kept + 0.8 * returns.mean()
        found = model.follow(tf.constant(returns, tf.float32))
        np.testing.assert_allclose([found, model.baseline], [kept, kept], rtol=1e-5)
    sparse = compiled(discount=0.5, dense=False)
    np.testing.assert_allclose(sparse.rewards(tokens), rewards * [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-6)
    no_discount = discounted(tf.constant(rewards, tf.float32), 0.0)
    np.testing.assert_allclose(no_discount, rewards, atol=1e-6)
    assert compiled(baseline_decay=None).follow(tf.constant(returns)) == 0.0


def test_the_discriminators_loss_equals_a_numpy_reference():
    model = compiled()
    real, fake = batch(5), model.generate_texts(5)
    model._round.end()
    loss = model.discriminator_loss(real).numpy()
    real_logits, fake_logits = (model.discriminator(x).numpy().astype(np.float64) for x in (real["text"], fake))
    penalty = 0.1 / 2 * sum(np.square(v.numpy()).sum() for v in model.discriminator.trainable_variables)
    expected = 0.5 * (np.log1p(np.exp(-real_logits)).mean() + np.log1p(np.exp(fake_logits)).mean()) + penalty
    assert loss == pytest.approx(expected, rel=1e-5)
    inside = model.inside(tf.cast(real["text"], tf.int32)).numpy()
    score = (inside / (1 + np.exp(-real_logits))).sum() / inside.sum()
    np.testing.assert_allclose(model._round.records["real_score"], score, rtol=1e-5)


def test_each_players_step_moves_it_alone():
    model = compiled()
    moves = {
        "discriminator": lambda: model.minimize("discriminator", lambda: model.discriminator_loss(batch())),
        "generator": lambda: model.policy_step(6),
    }
    for player, move in moves.items():
        before = {name: network.get_weights() for name, network in model.networks.items()}
        move()
        for name, network in model.networks.items():
            moved = [(a != b).any() for a, b in zip(before[name], network.get_weights(), strict=True)]
            assert all(moved) if name == player else not any(moved), name
        assert all(np.isfinite(value) for value in model._round.records.values())


def test_a_policy_step_descends_the_mean_over_texts_and_tokens():
    model, twin = compiled(rate=1.0), compiled()
    variables = model.variables_of("generator")
    before = flat(variables).numpy()
    model.policy_step(6)
    tokens = twin.generate_texts(6)
    returns = discounted(twin.rewards(tokens), twin.discount)
    advantages = returns - twin.follow(returns)
    with tf.GradientTape() as tape:
        loss = twin.policy_loss(tokens, advantages)
    gradient = flat(tape.gradient(loss, twin.variables_of("generator"))).numpy()
    assert np.abs(gradient).max() > 0.1
    np.testing.assert_allclose(before - flat(variables), gradient / LENGTH, rtol=1e-3, atol=1e-5)


def test_the_policy_goes_where_the_reward_is():
    model = compiled(ends=False, rate=1.0)
    texts = all_texts(False)
    expected_reward = lambda: float(tf.reduce_sum(tf.exp(model.log_likelihood(texts))[:, None] * model.rewards(texts)))  # noqa: E731

    @tf.function
    def step():
        model.policy_step(64)
        model.logs()

    before = expected_reward()
    for _ in range(60):
        step()
    assert expected_reward() > before + 0.1


def test_a_reader_may_be_normalised_regularised_and_told_positions_and_vectors(tmp_path):
    text, tokens = corpus(), tf.constant([[1, 2, 3], [3, 1, 1]])
    sizes = {"embedding": 4, "hidden": 5}
    plain = rnn_discriminator(text, **sizes, layer_norm=False, dropout=0.0, l2=0.0, positions=0)
    names = {variable.path.split("/")[-1] for variable in plain.variables}
    assert names == {"table", "kernel", "recurrent_kernel", "bias"} and not plain.losses
    np.testing.assert_array_equal(plain(tokens, training=True), plain(tokens))
    normed = rnn_discriminator(text, **sizes, dropout=0.0, l2=0.0, positions=0)
    assert {v.path.split("/")[-1] for v in normed.variables} == names | {"gamma"}
    # Layer norm: the size of what comes in does not matter, but for the bias, which is 0 at first.
    before = normed(tokens).numpy()
    for weight in normed.get_layer("lstm_1").cell.kernel, normed.get_layer("lstm_1").cell.recurrent_kernel:
        weight.assign(weight * 1000.0)
    np.testing.assert_allclose(normed(tokens), before, atol=5e-2)
    dropping = rnn_discriminator(text, **sizes, dropout=0.5, positions=0)
    assert (dropping(tokens, training=True) != dropping(tokens)).numpy().any()
    told = rnn_discriminator(text, **sizes, dropout=0.0, positions=8)
    same = tf.ones([1, 3], tf.int32)
    features = [model.get_layer("features")(same).numpy()[0] for model in (plain, told)]
    assert (features[0][0] == features[0][2]).all() and (features[1][0] != features[1][2]).any()
    path = tmp_path / "vectors.txt"
    path.write_text("b 1 2\nz 9 9\na -1 .5\n")
    for trained in (False, True):
        given = rnn_discriminator(text, **sizes, vectors=word_vectors.GloVe(str(path)), train_vectors=trained)
        features = given.get_layer("features")
        np.testing.assert_array_equal(features.vectors, [[0, 0], [-1, 0.5], [1, 2], [0, 0]])
        moving = {variable.path.split("/")[-1] for variable in given.trainable_variables}
        assert ("vectors" in moving) == trained and "table" in moving


def test_soft_and_hard_tokens_are_seen_alike():
    text, tokens = corpus(), tf.constant([[1, 2, 3], [2, 0, 0], [3, 1, 0]])
    sizes = {"embedding": 4, "hidden": 5, "dropout": 0.0}
    hard, soft = (rnn_discriminator(text, **sizes, soft=soft) for soft in (False, True))
    soft.set_weights(hard.get_weights())
    np.testing.assert_allclose(hard(tokens), soft(tf.one_hot(tokens, 4)), atol=1e-6)


def test_a_tied_generator_reads_and_writes_by_one_table():
    keras.utils.set_random_seed(0)
    text = corpus()
    text.arrays = lambda: {"text": np.array([[1, 2, 3], [1, 2, 0], [3, 2, 1]] * 3)}
    vectors = word_vectors.Cooccurrences(size=2, window=1)
    network = lstm_generator(text, embedding=4, hidden=5, scale=1.0, tied=True, vectors=vectors)
    np.testing.assert_array_equal(network.vectors, vectors(text))
    tokens = tf.constant([[1, 2, 3], [2, 0, 0]])
    logits = network(tokens).numpy()
    hidden = network.embedded(tf.pad(tokens[:, :-1], [[0, 0], [1, 0]]))
    for layer in network.recurrent:
        hidden = layer(hidden)
    table = np.concatenate([vectors(text), network.embed.get_weights()[0]], 1)
    np.testing.assert_allclose(logits, hidden.numpy() @ network.project.get_weights()[0] @ table.T + network.bias, atol=1e-4)
    state = network.initial_state(2)
    stepped, _ = network.step(tf.constant([0, 0]), state)
    soft, _ = network.step(tf.one_hot([0, 0], 4), state)
    np.testing.assert_allclose(stepped, logits[:, 0], atol=1e-5)
    np.testing.assert_allclose(soft, stepped, atol=1e-5)
    copy = type(network).from_config(network.get_config())
    copy.set_weights(network.get_weights())
    np.testing.assert_array_equal(copy(tokens), logits)
    assert not any("vectors" in variable.path for variable in network.trainable_variables)


@pytest.mark.parametrize(
    "options", [{"discriminator_steps": 0}, {"discount": 1.5}, {"baseline_decay": 1.0}], ids=lambda options: next(iter(options))
)
def test_nonsense_is_refused(options):
    with pytest.raises(UserError, match=next(iter(options))):
        compiled(**options)


def test_a_discriminator_of_whole_texts_is_refused():
    text = corpus()
    with pytest.raises(UserError, match="a logit for each of 3 tokens"):
        ScratchGAN(text, lstm_generator(text), cnn_discriminator(text, filters={1: 2}))
    with pytest.raises(UserError, match="must take tokens"):
        ScratchGAN(text, lstm_generator(text), rnn_discriminator(text, hidden=4, soft=True))
    with pytest.raises(UserError, match="fraction"):
        rnn_discriminator(text, dropout=1.0)


RECIPE = '''
"""ScratchGAN for tests."""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import word_vectors
from ganzoo.data.sentences import Sentences
from ganzoo.families.scratchgan import ScratchGAN
from ganzoo.networks.text import lstm_generator
from ganzoo.networks.text_recurrent import rnn_discriminator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("grammar", take=200)
    vectors = word_vectors.Cooccurrences(size=3)
    return Recipe(
        data=text,
        model=ScratchGAN(
            text,
            lstm_generator(text, embedding=4, hidden=4, tied=True, vectors=vectors),
            rnn_discriminator(text, embedding=4, hidden=4, vectors=vectors),
        ),
        optimizers={"generator": keras.optimizers.Adam(1e-2), "discriminator": keras.optimizers.Adam(1e-2)},
        batch_size=8,
        steps=6,
        log_every=3,
        sample_every=6,
        checkpoint_every=3,
    )
'''


def test_a_resumed_run_ends_in_the_same_state(resumes_exactly):
    made = []

    def make():
        made.append(compiled())
        return made[-1]

    resumes_exactly(make, batch())
    assert float(made[0].baseline) == float(made[2].baseline) != 0.0


def test_a_run_keeps_its_baseline_and_exports(texts_travel):
    facts, run = texts_travel(RECIPE)
    assert np.isfinite(facts["generator_loss"]) and -1 <= facts["reward"] <= 1
    assert float(run.model.baseline) != 0.0


def test_two_replicas_keep_the_baseline_of_one_device(two_replicas_equal_one):
    two_replicas_equal_one(RECIPE, moved="baseline")
