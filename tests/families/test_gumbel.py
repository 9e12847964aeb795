import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, penalties
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError
from ganzoo.families.gumbel import GumbelGAN
from ganzoo.networks import decoding
from ganzoo.networks.text import cnn_discriminator, lstm_generator
from ganzoo.networks.text_recurrent import rnn_discriminator

WORDS, LENGTH = ("a", "b", "c"), 3


def corpus(ends=True):
    return types.SimpleNamespace(vocabulary=Vocabulary(WORDS, ends=ends), shape=(LENGTH,))


def made(ends=True, recurrent=False, soft=True, **options):
    keras.utils.set_random_seed(4)
    text = corpus(ends)
    if recurrent:
        discriminator = rnn_discriminator(text, embedding=4, hidden=5, dropout=0.0, soft=soft)
    else:
        discriminator = cnn_discriminator(text, embedding=4, filters={1: 4, 2: 4}, dropout=0.0, l2=0.1, soft=soft)
    return GumbelGAN(text, lstm_generator(text, embedding=4, hidden=5, scale=1.0), discriminator, **options)


def compiled(**options):
    model = made(**options)
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players}, seed=7)
    return model


def batch(rows=6):
    tokens = np.random.default_rng(0).integers(1, 4, (rows, LENGTH))
    tokens[: rows // 2, 2] = 0
    return {"text": tf.constant(tokens)}


def gumbel(uniforms):
    return -np.log(-np.log(uniforms))


def softmax(values):
    values = np.exp(values - values.max(-1, keepdims=True))
    return values / values.sum(-1, keepdims=True)


def test_straight_through_gives_tokens_forward_and_the_softmax_backward():
    """One step in NumPy: the gradient of a linear score equals the softmax's, and what comes out is 1 among 0s."""
    network = types.SimpleNamespace(ends=False, initial_state=lambda rows: ())
    network.step = lambda before, state: (logits, state)
    rng = np.random.default_rng(0)
    logits = tf.Variable(rng.normal(size=(5, 4)).astype(np.float32))
    uniforms = rng.uniform(0.01, 0.99, (5, 1, 4)).astype(np.float32)
    weights, temperature = rng.normal(size=(5, 1, 4)).astype(np.float32), 0.7
    noisy = softmax((logits.numpy() + gumbel(uniforms[:, 0])) / temperature).astype(np.float64)
    w = weights[:, 0]
    expected = noisy * (w - (noisy * w).sum(-1, keepdims=True)) / temperature  # of sum w . softmax(x / temperature)
    for straight in (True, False):
        with tf.GradientTape() as tape:
            drawn = decoding.relaxed_texts(network, tf.constant(uniforms), temperature, straight)
            score = tf.reduce_sum(drawn * weights)
        hard = np.eye(4)[noisy.argmax(-1)]
        if straight:
            np.testing.assert_array_equal(drawn[:, 0], hard)
        else:
            np.testing.assert_allclose(drawn[:, 0], noisy, atol=1e-5)
        np.testing.assert_allclose(tape.gradient(score, logits), expected, atol=1e-5)


@pytest.mark.parametrize("ends", [True, False])
def test_straight_through_texts_come_as_often_as_their_likelihood_says(ends):
    model = compiled(ends=ends)
    count = 20_000
    relaxed = tf.function(lambda: model.relax(count))().numpy()
    assert set(np.unique(relaxed)) == {0.0, 1.0} and (relaxed.sum(-1) == 1).all()
    tokens = relaxed.argmax(-1)
    texts, found = np.unique(tokens, axis=0, return_counts=True)
    expected = np.exp(model.log_likelihood(texts.astype(np.int32))) * count
    assert expected.sum() == pytest.approx(count, rel=0.01)  # nothing comes after an end
    chi = (np.square(found - expected) / expected).sum()
    assert chi < len(texts) + 5 * np.sqrt(2 * len(texts))


def test_gradients_flow_along_the_text():
    """The token at the first place moves the logits at the last: a score of the last place alone reaches the first draw."""
    model = compiled(ends=False)
    uniforms = tf.constant(np.random.default_rng(1).uniform(0.05, 0.95, (64, LENGTH, 4)).astype(np.float32))
    table = model.generator.embed.embeddings
    for straight in (True, False):
        with tf.GradientTape() as tape:
            drawn = decoding.relaxed_texts(model.generator, uniforms, 1.0, straight)
            score = tf.reduce_sum(drawn[:, -1] * tf.constant([0.0, 1.0, 2.0, -1.0]))
        gradient = tf.convert_to_tensor(tape.gradient(score, table.value)).numpy()
        assert np.isfinite(gradient).all() and (np.abs(gradient[1:]).max(1) > 1e-4).all()


def test_nothing_comes_after_an_end_and_has_no_gradient():
    model = compiled()
    for straight in (True, False):
        uniforms = tf.random.stateless_uniform([300, LENGTH, 4], [1, 2])
        with tf.GradientTape() as tape:
            drawn = decoding.relaxed_texts(model.generator, uniforms, 0.5, straight)
            first = tf.argmax(drawn[:, 0], -1) == 0
            after = tf.reduce_sum(tf.boolean_mask(drawn[:, 1:], first) * tf.constant([1.0, 2.0, 3.0, 4.0]))
        assert first.numpy().sum() > 5 and after == 2.0 * first.numpy().sum()
        gradients = tape.gradient(after, [v.value for v in model.generator.trainable_variables])
        assert all(g is None or (tf.convert_to_tensor(g).numpy() == 0).all() for g in gradients)


def test_the_loop_is_compiled_once_not_a_token_at_a_time():
    model = compiled()
    graph = tf.function(lambda: model.relax(4)).get_concrete_function().graph
    operations = [operation.type for operation in graph.get_operations()]
    assert sum(kind in ("While", "StatelessWhile") for kind in operations) == 1 and "MatMul" not in operations


@pytest.mark.parametrize("recurrent", [False, True])
def test_each_players_step_moves_it_alone(recurrent):
    wasserstein = {"adversarial_loss": losses.Wasserstein(), "penalties": [penalties.WGANGP()], "straight_through": False}
    model = compiled(recurrent=recurrent, **(wasserstein if not recurrent else {}))
    for player, loss in (("discriminator", model.discriminator_loss), ("generator", model.generator_loss)):
        before = {name: network.get_weights() for name, network in model.networks.items()}
        tf.function(lambda player=player, loss=loss: model.minimize(player, lambda: loss(batch())))()
        model._round.end()
        for name, network in model.networks.items():
            moved = [(a != b).any() for a, b in zip(before[name], network.get_weights(), strict=True)]
            assert any(moved) if name == player else not any(moved), name
            assert all(np.isfinite(weight).all() for weight in network.get_weights())


def test_the_losses_equal_a_numpy_reference():
    model = compiled(adversarial_loss=losses.Wasserstein(), penalties=[penalties.WGANGP(weight=3.0)], straight_through=False)
    drawn = []
    relax = model.relax
    model.relax = lambda rows: drawn.append(relax(rows)) or drawn[-1]
    loss = float(model.discriminator_loss(batch()))
    real, fake = np.eye(4)[batch()["text"].numpy()].astype(np.float32), drawn[0].numpy()
    assert fake[:, 0].min() > 0 and fake[:, 0].max() < 1
    judge = lambda x: model.discriminator(tf.constant(x)).numpy().astype(np.float64)  # noqa: E731
    model._round.draws = 1
    epsilon = model.epsilon(model.penalties[0], tf.constant(real)).numpy()[:, None, None]
    between = tf.constant(fake + epsilon * (real - fake))
    with tf.GradientTape() as tape:
        tape.watch(between)
        logits = model.discriminator(between)
    slopes = np.sqrt(np.square(tape.gradient(logits, between).numpy()).sum((1, 2)))
    weights = model.discriminator.get_layer("logits").get_weights()
    expected = judge(fake).mean() - judge(real).mean() + 3.0 * np.square(slopes - 1).mean()
    assert loss == pytest.approx(expected + 0.1 / 2 * sum(np.square(w).sum() for w in weights), rel=1e-4)
    model._round.draws = 0
    assert float(model.generator_loss(batch())) == pytest.approx(-judge(drawn[1].numpy()).mean(), rel=1e-5)


def test_the_temperature_falls_by_the_same_share():
    model = compiled(temperature=2.0, final_temperature=0.5, annealing_steps=10)
    found = []
    for step in (0, 5, 10, 50):
        model.step.assign(step)
        found.append(float(model.temperature_now))
    np.testing.assert_allclose(found, [2.0, 1.0, 0.5, 0.5], rtol=1e-5)
    assert float(made(temperature=0.8).temperature_now) == pytest.approx(0.8)


def test_the_generator_goes_where_the_discriminator_points():
    model = compiled(ends=False)
    model.optimizers["generator"].learning_rate = 0.5

    @tf.function
    def step():
        model.minimize("generator", lambda: model.generator_loss(batch(64)))
        model.logs()
        return model._round.records

    def fooled():
        return float(tf.reduce_mean(model.discriminate(model.relax(500), training=False)))

    before = fooled()
    for _ in range(40):
        step()
    assert fooled() > before + 0.1


@pytest.mark.parametrize(
    "options, message",
    [
        ({"temperature": 0.0}, "temperatures"),
        ({"annealing_steps": 0}, "annealing_steps"),
        ({"discriminator_steps": 0}, "discriminator_steps"),
        ({"soft": False}, "distributions over tokens"),
        ({"adversarial_loss": losses.Wasserstein()}, "Lipschitz"),
        ({"adversarial_loss": "hinge"}, "adversarial_loss is a loss"),
        ({"penalties": penalties.WGANGP()}, "penalties is a list"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_nonsense_is_refused(options, message):
    with pytest.raises(UserError, match=message):
        made(**options)


RECIPE = '''
"""Gumbel-softmax for tests."""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.sentences import Sentences
from ganzoo.families.gumbel import GumbelGAN
from ganzoo.networks.text import cnn_discriminator, lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("grammar", take=200)
    return Recipe(
        data=text,
        model=GumbelGAN(
            text,
            lstm_generator(text, embedding=4, hidden=4),
            cnn_discriminator(text, embedding=4, filters={1: 4, 2: 4}, soft=True),
            discriminator_steps=2,
            annealing_steps=6,
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
    def make():
        model = made()
        model.compile({player: keras.optimizers.Adam(0.01) for player in model.players}, seed=7)
        return model

    resumes_exactly(make, batch())


def test_a_run_anneals_and_exports(texts_travel):
    facts, _ = texts_travel(RECIPE)
    assert np.isfinite(facts["generator_loss"]) and 0.5 < facts["temperature"] < 1.0
