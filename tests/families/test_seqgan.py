import itertools
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError
from ganzoo.families.seqgan import SeqGAN
from ganzoo.networks.text import TokenEmbedding, cnn_discriminator, lstm_generator
from ganzoo.networks.text_recurrent import rnn_discriminator
from ganzoo.recipe import build, load_recipe
from ganzoo.training import steps_per_execution

WORDS, LENGTH = ("a", "b", "c"), 3


def corpus(ends=False):
    return types.SimpleNamespace(vocabulary=Vocabulary(WORDS, ends=ends), shape=(LENGTH,))


def compiled(ends=False, compile_model=True, **options):
    keras.utils.set_random_seed(4)
    text = corpus(ends)
    discriminator = cnn_discriminator(text, embedding=4, filters={1: 8, 2: 8, 3: 8}, l2=0.1)
    kernel = discriminator.get_layer("logits").kernel
    kernel.assign(kernel * 8.0)  # rewards that differ much
    model = SeqGAN(text, lstm_generator(text, embedding=4, hidden=5, scale=1.0), discriminator, **options)
    if compile_model:
        model.compile({player: keras.optimizers.SGD(0.1) for player in model.players}, seed=7)
    return model


def batch(rows=6, parts=1):
    return {"text": tf.constant(np.random.default_rng(0).integers(1, 4, (rows * parts, LENGTH)))}


def all_texts(ends):
    rows = itertools.product(range(4) if ends else range(1, 4), repeat=LENGTH)
    return tf.constant([row for row in rows if not any(b and not a for a, b in itertools.pairwise(row))], tf.int32)


def exact_gradient(model):
    """The gradient of minus the expected reward, by enumerating every text."""
    texts = all_texts(model.vocabulary.ends)
    rewards = model.realness(texts)
    variables = model.variables_of("policy")
    with tf.GradientTape() as tape:
        chances = tf.exp(tf.reduce_sum(model.log_probabilities(texts), axis=1))
        loss = -tf.reduce_sum(chances * rewards)
    return np.concatenate([np.ravel(g) for g in map(tf.convert_to_tensor, tape.gradient(loss, variables))])


@pytest.mark.parametrize("ends, baseline, rollouts", [(False, False, 1), (True, False, 2), (False, True, 2)])
def test_the_policy_gradient_is_unbiased(ends, baseline, rollouts):
    model = compiled(ends, baseline=baseline, rollouts=rollouts)
    rows, repeats = 400, 25
    variables = model.variables_of("policy")

    @tf.function
    def estimate(step):
        model.step.assign(step)
        model._round.draws = 0
        tokens = model.generate_texts(rows)
        rewards = model.rewards(tokens)
        rewards = model.centred(rewards) if baseline else rewards
        with tf.GradientTape() as tape:
            loss = model.policy_loss(tokens, rewards)
        return tf.concat([tf.reshape(g, [-1]) for g in map(tf.convert_to_tensor, tape.gradient(loss, variables))], 0)

    found = np.stack([estimate(tf.constant(step, tf.int64)).numpy() for step in range(repeats)]).astype(np.float64)
    expected = exact_gradient(model)
    error = found.std(0, ddof=1) / np.sqrt(repeats)
    scores = (found.mean(0) - expected)[error > 1e-7] / error[error > 1e-7]
    assert np.abs(scores).max() < 5 and np.sqrt(np.square(scores).mean()) < 1.7
    size = np.abs(expected).max()
    assert size > 20 * error[np.abs(expected).argmax()]  # the signal is far above the noise


def test_rewards_are_the_expected_scores_of_what_follows():
    model = compiled(rollouts=2000, rollout_decay=0.0)
    tokens = tf.constant([[1, 2, 3], [3, 1, 1]], tf.int32)
    rewards = tf.function(model.rewards)(tokens).numpy()
    texts = all_texts(False)
    chances, scores = np.exp(model.log_probabilities(texts).numpy().sum(1)), model.realness(texts).numpy()
    for row, position in itertools.product(range(2), range(LENGTH)):
        begin = (texts.numpy()[:, : position + 1] == tokens.numpy()[row, : position + 1]).all(1)
        expected = (chances * scores)[begin].sum() / chances[begin].sum()
        assert rewards[row, position] == pytest.approx(expected, abs=0.02)
    np.testing.assert_allclose(rewards[:, -1], model.realness(tokens), rtol=1e-5)


def test_rollouts_in_parts_are_the_same(monkeypatch):
    from ganzoo.families import seqgan

    assert 4 * seqgan.MOST_LOGITS == 64 * 2**20  # bytes of float32
    tokens = tf.constant([[1, 2, 3], [3, 1, 1]] * 20, tf.int32)
    whole, parted = compiled(rollouts=6), compiled(rollouts=6)
    expected = whole.rewards(tokens).numpy()
    monkeypatch.setattr(seqgan, "MOST_LOGITS", 2 * 40 * 2 * 4)
    assert parted.rollouts_at_once(40) == 2 and whole.rollouts_at_once(None) == 1
    np.testing.assert_allclose(parted.rewards(tokens), expected, atol=1e-6)


def test_rollouts_are_by_the_lagging_policy():
    model = compiled(rollouts=2000, rollout_decay=0.8)
    start = [w.copy() for w in model.generator.get_weights()]
    for weight in model.generator.trainable_variables:
        weight.assign_add(tf.ones_like(weight))
    now = model.generator.get_weights()
    model.rollout.follow(model.rollout_decay)
    for lagging, old, new in zip(model.rollout.network.get_weights(), start, now, strict=True):
        np.testing.assert_allclose(lagging, 0.8 * old + 0.2 * new, atol=1e-5)
    tokens = tf.constant([[1, 2, 3]] * 2, tf.int32)
    rewards = tf.function(model.rewards)(tokens).numpy()[0, 0]
    # What the reward would be by either policy, by enumeration.
    texts = all_texts(False)
    begin, scores = texts.numpy()[:, 0] == 1, model.realness(texts).numpy()

    def by(network):
        from ganzoo.networks.decoding import log_probabilities

        chances = np.exp(log_probabilities(network, texts).numpy().sum(1))[begin]
        return (chances * scores[begin]).sum() / chances.sum()

    assert abs(by(model.rollout.network) - by(model.generator)) > 0.05
    assert rewards == pytest.approx(by(model.rollout.network), abs=0.02)


@pytest.mark.parametrize(
    "phase, moving",
    [("mle", {"generator"}), ("discriminator", {"discriminator"}), ("adversarial", {"generator", "discriminator"})],
)
def test_each_phase_moves_its_players(phase, moving):
    model = compiled(rollouts=2, discriminator_steps=2)
    model.begin(phase)
    before = {name: network.get_weights() for name, network in model.networks.items()}
    lagging = model.rollout.network.get_weights()
    assert model.batches_per_step == (2 if phase == "adversarial" else 1)
    records = tf.function(model.train_step)(batch(parts=model.batches_per_step))
    assert all(np.isfinite(value) for value in records.values())
    moved = {
        name
        for name, network in model.networks.items()
        if any((a != b).any() for a, b in zip(before[name], network.get_weights(), strict=True))
    }
    assert moved == moving and int(model.step) == 1
    now = model.generator.get_weights()
    keep = {"mle": 0.0, "discriminator": 1.0, "adversarial": 0.8}[phase]
    for policy, old, new in zip(model.rollout.network.get_weights(), lagging, now, strict=True):
        np.testing.assert_allclose(policy, keep * old + (1 - keep) * new, atol=1e-6)


def test_the_losses_equal_a_numpy_reference():
    model = compiled(rollouts=2)
    real = batch(5)
    fake = model.generate_texts(5)
    model._round.end()
    keras.utils.set_random_seed(0)
    model.discriminator.get_layer("dropout").rate = 0.0
    loss = model.discriminator_loss(real).numpy()
    model._round.end()
    real_logits, fake_logits = (model.discriminator(x).numpy().astype(np.float64) for x in (real["text"], fake))
    weights = model.discriminator.get_layer("logits").get_weights()
    penalty = 0.1 / 2 * sum(np.square(w).sum() for w in weights)
    expected = 0.5 * (np.log1p(np.exp(-real_logits)).mean() + np.log1p(np.exp(fake_logits)).mean()) + penalty
    assert loss == pytest.approx(expected, rel=1e-5)
    rewards = np.random.default_rng(0).uniform(size=(5, LENGTH)).astype(np.float32)
    expected = -(model.log_probabilities(fake).numpy() * rewards).sum(1).mean()
    np.testing.assert_allclose(model.policy_loss(fake, tf.constant(rewards)), expected, rtol=1e-5)
    centred = model.centred(tf.constant(rewards)).numpy()
    np.testing.assert_allclose(centred[2], rewards[2] - np.delete(rewards, 2, axis=0).mean(0), atol=1e-6)


def test_the_policy_goes_where_the_reward_is():
    model = compiled(rollouts=4, baseline=True)
    model.optimizers["policy"].learning_rate = 1.0
    texts = all_texts(False)
    expected_reward = lambda: float(tf.reduce_sum(tf.exp(model.log_likelihood(texts)) * model.realness(texts)))  # noqa: E731

    @tf.function
    def step():
        model.policy_step(batch(64))
        model.logs()

    before = expected_reward()
    for _ in range(60):
        step()
    assert expected_reward() > before + 0.1


def test_soft_and_hard_tokens_are_seen_alike():
    text = corpus()
    keras.utils.set_random_seed(1)
    hard, soft = (cnn_discriminator(text, embedding=4, filters={1: 3, 2: 3}, soft=soft) for soft in (False, True))
    soft.set_weights(hard.get_weights())
    tokens = batch()["text"]
    np.testing.assert_allclose(hard(tokens), soft(tf.one_hot(tokens, 4)), atol=1e-6)
    layer = TokenEmbedding.from_config(TokenEmbedding(4, 3).get_config())
    assert layer(tokens).shape == (6, LENGTH, 3)


def test_filters_wider_than_the_text_are_left_out():
    names = {layer.name for layer in cnn_discriminator(corpus(), filters={2: 4, 3: 4, 4: 4}).layers}
    assert {"filters_2", "filters_3"} <= names and "filters_4" not in names
    with pytest.raises(UserError, match="as narrow as"):
        cnn_discriminator(corpus(), filters={9: 4})


@pytest.mark.parametrize(
    "discriminator, message",
    [
        (lambda text: rnn_discriminator(text, hidden=4), "one logit a text"),
        (lambda text: cnn_discriminator(text, filters={1: 2}, soft=True), r"must take tokens \[B, 3\], not \[B, 3, 4\]"),
    ],
    ids=["of each token", "soft"],
)
def test_a_discriminator_of_something_else_is_refused(discriminator, message):
    text = corpus()
    with pytest.raises(UserError, match=message):
        SeqGAN(text, lstm_generator(text), discriminator(text))


@pytest.mark.parametrize("dropout", [1.0, -0.1])
def test_a_dropout_that_is_no_fraction_is_refused(dropout):
    with pytest.raises(UserError, match="dropout is a fraction"):
        cnn_discriminator(corpus(), filters={1: 2}, dropout=dropout)


@pytest.mark.parametrize("options", [{"rollouts": 0}, {"discriminator_steps": 0}, {"rollout_decay": 1.0}])
def test_nonsense_is_refused(options):
    with pytest.raises(UserError, match=next(iter(options))):
        compiled(compile_model=False, **options)


RECIPE = '''
"""SeqGAN for tests."""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.oracle import Oracle
from ganzoo.data.sentences import Sentences
from ganzoo.families.seqgan import SeqGAN
from ganzoo.networks.text import cnn_discriminator, lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("oracle_text", oracle=Oracle(vocabulary_size=6, length=4, hidden=4), take=200)
    return Recipe(
        data=text,
        model=SeqGAN(
            text,
            lstm_generator(text, embedding=4, hidden=4),
            cnn_discriminator(text, embedding=4, filters={1: 4, 2: 4}),
            discriminator_steps=2,
            rollouts=2,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-2),
            "policy": keras.optimizers.Adam(1e-2),
            "discriminator": keras.optimizers.Adam(1e-3),
        },
        batch_size=8,
        phases={"mle": 4, "discriminator": 4, "adversarial": 4},
        steps=12,
        log_every=2,
        sample_every=6,
        checkpoint_every=2,
    )
'''


def test_a_run_goes_through_its_phases_resumes_to_the_bit_and_exports(texts_travel):
    said = []
    _, run = texts_travel(RECIPE, stops=(6, 10, 12), log=said.append)
    assert [line for line in said if line.startswith("phase")] == [
        "phase mle: to step 4",
        "phase discriminator: to step 8",
        "phase adversarial: to step 12",
    ]
    assert run.sample(70, seed=1).min() >= 1  # an oracle's texts never end early


def test_two_replicas_play_the_rollouts_of_one_device(two_replicas_equal_one):
    # One discriminator step a round: with more, the replicas deal the same data to the steps in another order.
    alike = ["model.discriminator.dropout=0.0", "model.discriminator_steps=1"]
    two_replicas_equal_one(RECIPE, alike, phase="adversarial", moved="rollout")


def test_a_stop_waits_for_one_round_only(tmp_path):
    path = tmp_path / "text.py"
    path.write_text(RECIPE)
    built, together = build(load_recipe(path)), {}
    for phase in built.model.phases:
        built.model.begin(phase)
        together[phase] = steps_per_execution(built, 0, 12, tf.distribute.get_strategy())
    assert together == {"mle": 2, "discriminator": 2, "adversarial": 1}
