import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import load, losses, penalties
from ganzoo.checkpoints import Checkpoints
from ganzoo.errors import UserError
from ganzoo.families.acgan import ACGAN
from ganzoo.losses import accuracy, class_cross_entropy
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.serving.export import export
from ganzoo.training import train

CLASSES = 3


def made(rate=0.1, discriminator=None, **options):
    keras.utils.set_random_seed(1)
    model = ACGAN(
        mlp_generator(shape=(2,), latent_dim=3, width=8, output="linear", num_classes=CLASSES),
        discriminator or mlp_discriminator(shape=(2,), width=8),
        **options,
    )
    model.compile({player: keras.optimizers.SGD(rate) for player in model.players}, seed=5)
    return model


def batch(rows=9):
    labels = np.arange(rows) % CLASSES
    points = np.stack([labels, -labels], 1) + 0.1 * np.random.default_rng(0).normal(size=(rows, 2))
    return {"point": tf.constant(points, tf.float32), "label": tf.constant(labels, tf.int64)}


def weights(model):
    return {name: [w.copy() for w in network.get_weights()] for name, network in model.networks.items()}


def moved(before, model):
    return {
        name
        for name in before
        if any((a != b).any() for a, b in zip(before[name], model.networks[name].get_weights(), strict=True))
    }


def reference(model, examples, labels):
    """A batch's logits, and the mean cross-entropy of its classes, in NumPy."""
    features = keras.Model(model.discriminator.input, model.discriminator.get_layer("features").output)(examples)
    kernel, bias = model.class_head.get_weights()
    classes = features.numpy().astype(np.float64) @ kernel + bias
    log_probabilities = classes - np.log(np.exp(classes).sum(1, keepdims=True))
    entropy = -log_probabilities[np.arange(len(classes)), labels.numpy()].mean()
    return model.discriminator(examples).numpy().astype(np.float64), entropy


def test_cross_entropy_and_accuracy_have_known_values():
    logits = tf.constant(np.log([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]), tf.float32)
    assert float(class_cross_entropy(logits, tf.constant([0, 1], tf.int64))) == pytest.approx(-np.log([0.5, 0.1]).mean())
    assert float(accuracy(logits, tf.constant([0, 1], tf.int64))) == 0.5


@pytest.mark.parametrize("player, moves", [("generator", {"generator"}), ("discriminator", {"discriminator", "class_head"})])
def test_the_head_moves_with_the_discriminator_and_never_with_the_generator(player, moves):
    model = made()
    before = weights(model)
    loss = getattr(model, f"{player}_loss")
    model.minimize(player, lambda: loss(batch()))
    assert moved(before, model) == moves


@pytest.mark.parametrize("classify_fake", [True, False])
def test_the_losses_equal_a_numpy_reference(classify_fake):
    model, real = made(class_weight=2.0, generator_class_weight=0.5, classify_fake=classify_fake), batch()
    fake = model.generator([model.noise(9), real["label"]])
    real_logits, real_entropy = reference(model, real["point"], real["label"])
    fake_logits, fake_entropy = reference(model, fake, real["label"])
    source = np.log1p(np.exp(-real_logits)).mean() + np.log1p(np.exp(fake_logits)).mean()
    classes = 2.0 * (real_entropy + classify_fake * fake_entropy)
    model._round.end()
    np.testing.assert_allclose(model.discriminator_loss(real), source + classes, rtol=1e-5)
    model._round.end()
    expected = np.log1p(np.exp(-fake_logits)).mean() + 0.5 * fake_entropy
    np.testing.assert_allclose(model.generator_loss(real), expected, rtol=1e-5)


@pytest.mark.parametrize("classify_fake", [True, False])
def test_samples_train_the_head_only_if_they_shall(classify_fake):
    model, other = made(classify_fake=classify_fake), made(classify_fake=classify_fake)
    other.generator.set_weights([2 * weight for weight in other.generator.get_weights()])
    for one in (model, other):
        one.minimize("discriminator", lambda one=one: one.discriminator_loss(batch()))
    same = all(np.array_equal(a, b) for a, b in zip(*(m.class_head.get_weights() for m in (model, other)), strict=True))
    assert same is not classify_fake


def test_the_class_is_learned_and_its_accuracy_recorded():
    model = made(rate=0.3)
    step = tf.function(model.train_step)
    first = step(batch(30))["class_accuracy"]
    for _ in range(80):
        last = step(batch(30))
    assert float(first) < 0.9 <= float(last["class_accuracy"]) and 0 <= float(last["fake_class_accuracy"]) <= 1
    judged = model.services["discriminate"][0](points=batch()["point"])
    assert judged["logits"].shape == (9, 1)
    np.testing.assert_array_equal(np.argmax(judged["class_logits"], 1), batch()["label"])


@pytest.mark.parametrize("options", [{"adversarial_loss": losses.Relativistic()}, {"penalties": [penalties.R1(1.0)]}])
def test_other_losses_and_penalties_give_finite_steps(options):
    model = made(**options, discriminator_steps=2)
    logs = model.train_step(batch(18))
    assert all(np.isfinite(value) for value in logs.values()) and int(model.optimizers["discriminator"].iterations) == 2


def test_a_checkpoint_restores_the_head_and_the_next_step_is_the_same(tmp_path):
    model, other = made(), made()
    model.train_step(batch())
    Checkpoints(tmp_path, model.state()).save()
    assert Checkpoints(tmp_path, other.state()).restore() == 1
    for one in (model, other):
        one.train_step(batch())
    for name, expected in weights(model).items():
        for a, b in zip(expected, weights(other)[name], strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"discriminator": mlp_discriminator((2,), num_classes=CLASSES)}, "build it without num_classes"),
        (
            {"discriminator": keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)], name="plain")},
            "plain has no layer `features`",
        ),
        ({"generator_class_weight": -1.0}, "must not be negative"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(options, complaint):
    with pytest.raises(UserError, match=complaint):
        made(**options)


def test_a_run_and_its_export_sample_by_label_and_name_classes(tmp_path):
    small = [f"model.{player}.width=4" for player in ("generator", "discriminator")]
    train("digits_acgan", tmp_path / "run", [*small, "batch_size=16", "steps=2"], log=lambda line: None)
    exported = load(export(tmp_path / "run", tmp_path / "export"))
    images = load(tmp_path / "run").sample(9, seed=1, label=6)
    np.testing.assert_allclose(exported.sample(9, seed=1, label=6), images, atol=1e-5)
    assert exported.serve("discriminate", images=images)["class_logits"].shape == (9, 10)
    with pytest.raises(UserError, match="label must be from 0 to 9"):
        exported.sample(1, label=10)


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_instance_noise_is_on_all_that_the_discriminator_sees(player, seen_noise):
    make = lambda **options: made(adversarial_loss=losses.Relativistic(), **options)  # noqa: E731
    noises = seen_noise(make, player, batch(402), ("judge",))
    assert len(noises) == 2  # data and samples
    np.testing.assert_allclose([noise.std() for noise in noises], 1.0, atol=0.1)
