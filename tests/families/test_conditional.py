import keras
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner

from ganzoo import load, losses, penalties
from ganzoo.callbacks.monitor import LABELS_IGNORED, Monitor
from ganzoo.cli.main import main
from ganzoo.data.points import Points
from ganzoo.errors import UserError
from ganzoo.families.conditional import ConditionalGAN, num_classes_of
from ganzoo.layers.concat_labels import ConcatLabels
from ganzoo.networks.biggan import biggan_discriminator, biggan_generator
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator
from ganzoo.serving.export import export
from ganzoo.training import train

CLASSES = 4


def made(family=ConditionalGAN, discriminator=None, rate=0.1, **options):
    keras.utils.set_random_seed(1)
    model = family(
        mlp_generator(shape=(2,), latent_dim=3, width=8, output="linear", num_classes=CLASSES),
        discriminator or mlp_discriminator(shape=(2,), width=8, num_classes=CLASSES),
        **options,
    )
    model.compile({player: keras.optimizers.SGD(rate) for player in model.players}, seed=5)
    return model


def batch(rows=8):
    """Points whose place tells their label."""
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


def logits(model, examples, labels):
    return model.discriminator([examples, labels]).numpy().astype(np.float64)


def softplus(x):
    return np.log1p(np.exp(x))


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_step_of_one_player_moves_that_player_alone(player):
    model = made()
    before = weights(model)
    loss = getattr(model, f"{player}_loss")
    model.minimize(player, lambda: loss(batch()))
    assert moved(before, model) == {player}


def test_the_losses_equal_a_numpy_reference_with_the_labels_of_the_real_batch():
    model, real = made(), batch()
    latents = model.noise(8)
    fake_logits = logits(model, model.generator([latents, real["label"]]), real["label"])
    expected = softplus(-logits(model, real["point"], real["label"])).mean() + softplus(fake_logits).mean()
    model._round.end()
    np.testing.assert_allclose(model.discriminator_loss(real), expected, rtol=1e-5)
    model._round.end()
    np.testing.assert_allclose(model.generator_loss(real), softplus(-fake_logits).mean(), rtol=1e-5)


def test_mismatched_pairs_are_their_share_of_what_is_fake():
    model, real = made(mismatch_weight=0.25), batch()
    fake = model.generator([model.noise(8), real["label"]])
    wrong = model.wrong_labels(real["label"])
    terms = [
        softplus(-logits(model, real["point"], real["label"])).mean(),
        softplus(logits(model, fake, real["label"])).mean(),
        softplus(logits(model, real["point"], wrong)).mean(),
    ]
    model._round.end()
    np.testing.assert_allclose(model.discriminator_loss(real), np.dot(terms, [1.0, 0.75, 0.25]), rtol=1e-5)
    assert model.equilibrium == {} and made().equilibrium["generator"] == pytest.approx(np.log(2))


def test_wrong_labels_are_wrong_and_all_others_come_as_often():
    model = made()
    labels = tf.constant(np.arange(4000) % CLASSES, tf.int64)
    wrong = model.wrong_labels(labels).numpy()
    assert (wrong != labels.numpy()).all() and wrong.min() == 0 and wrong.max() == CLASSES - 1
    counts = np.array([np.bincount(wrong[labels == k], minlength=CLASSES) for k in range(CLASSES)])
    off = counts[~np.eye(CLASSES, dtype=bool)]
    assert abs(off - 1000 / 3).max() < 5 * np.sqrt(1000 / 3)


@pytest.mark.parametrize(
    "penalty", [penalties.WGANGP(), penalties.DRAGAN(), penalties.R1(gamma=1.0), penalties.R2(gamma=1.0)], ids=repr
)
def test_penalties_judge_each_example_with_its_label(penalty):
    model, real = made(penalties=[penalty], rate=0.01), batch()
    plain = made().discriminator_loss(real)
    seen = []
    discriminate = model.discriminate
    model.discriminate = lambda images, labels: seen.append(labels) or discriminate(images, labels)
    assert abs(float(model.discriminator_loss(real) - plain)) > 1e-6
    assert len(seen) == 3 and all(labels is real["label"] for labels in seen)
    model.minimize("discriminator", lambda: model.discriminator_loss(real))
    assert all(np.isfinite(weight).all() for weight in model.discriminator.get_weights())


@pytest.mark.parametrize("loss", [losses.Hinge(), losses.Relativistic(), losses.LeastSquares()], ids=repr)
def test_other_losses_train_with_several_discriminator_steps(loss):
    model = made(adversarial_loss=loss, mismatch_weight=0.5, discriminator_steps=2)
    before = weights(model)
    logs = model.train_step(batch(16))
    assert moved(before, model) == {"generator", "discriminator"}
    assert all(np.isfinite(value) for value in logs.values())


# What the family asks of networks with labels holds for all four kinds.
NETWORKS = {
    "dcgan": lambda: (
        dcgan_generator(8, 1, 4, 4, 2, 3, num_classes=CLASSES),
        dcgan_discriminator(8, 1, 4, 2, 3, num_classes=CLASSES),
    ),
    "mlp": lambda: (
        mlp_generator((8, 8, 1), 4, width=8, num_classes=CLASSES),
        mlp_discriminator((8, 8, 1), width=8, num_classes=CLASSES),
    ),
    "resnet": lambda: (resnet_generator(8, 1, 4, 8, num_classes=CLASSES), resnet_discriminator(8, 1, 8, num_classes=CLASSES)),
    "biggan": lambda: (
        biggan_generator(8, 1, 4, 2, num_classes=CLASSES, shared_dim=4),
        biggan_discriminator(8, 1, 2, num_classes=CLASSES),
    ),
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_networks_with_labels_make_a_family_that_samples_by_label(kind):
    networks = NETWORKS[kind]()
    model = ConditionalGAN(*networks)
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players})
    assert [num_classes_of(network) for network in networks] == [CLASSES, CLASSES]
    latents = model.draw_inputs(3, 0)["latents"]
    images = [model.sample(latents, tf.fill([3], tf.constant(label, tf.int64))).numpy() for label in (0, 1)]
    assert images[0].shape == (3, 8, 8, 1) and np.abs(images[0]).max() <= 1
    if kind != "resnet":  # whose conditional gains begin at 0
        assert np.abs(images[0] - images[1]).max() > 1e-5


def test_open_labels_are_iid_and_given_ones_are_taken():
    model = made()
    labels = model.draw_inputs(8000, 3)["labels"].numpy()
    counts = np.bincount(labels, minlength=CLASSES)
    assert labels.dtype == np.int64 and abs(counts - 2000).max() < 5 * np.sqrt(2000)
    assert (labels[1:] == labels[:-1]).mean() == pytest.approx(1 / CLASSES, abs=0.03)
    np.testing.assert_array_equal(model.draw_inputs(50, 3, first=70)["labels"], labels[70:120])
    np.testing.assert_array_equal(model.draw_inputs(5, 3, label=2)["labels"], [2] * 5)
    given, left = model.draw_inputs(5, 3, label=2), model.draw_inputs(5, 3)
    np.testing.assert_array_equal(given["latents"], left["latents"])
    np.testing.assert_array_equal(model.showcase(8, 0)["labels"], [0, 0, 1, 1, 2, 2, 3, 3])


def test_open_labels_follow_the_shares_that_are_asked_for():
    model = made(class_shares=[1, 0, 2, 1])
    counts = np.bincount(model.draw_inputs(8000, 0)["labels"].numpy(), minlength=CLASSES)
    assert counts[1] == 0 and abs(counts - [2000, 0, 4000, 2000]).max() < 5 * np.sqrt(2000)


class Deaf(keras.layers.Layer):
    """Labels as nothing at all."""

    def call(self, inputs):
        examples, labels = inputs
        return examples + 0.0 * tf.cast(labels, examples.dtype)[:, None]


def deaf_discriminator():
    """A discriminator that takes labels and ignores them."""
    points, labels = keras.Input((2,), name="images"), keras.Input((), dtype="int64", name="labels")
    x = keras.layers.Dense(8, "relu")(Deaf()([points, labels]))
    blind = ConcatLabels(CLASSES)([x, labels])[:, :8]
    return keras.Model([points, labels], keras.layers.Dense(1)(blind), name="discriminator")


@pytest.mark.parametrize("ignores", [True, False])
def test_a_discriminator_that_ignores_its_labels_is_named(ignores):
    model = made(discriminator=deaf_discriminator() if ignores else None, rate=0.3)
    step = tf.function(model.train_step)
    said = []
    watch = Monitor(model.equilibrium, lambda at, line: said.append(line))
    margins = []
    for report in range(15):
        for _ in range(8):
            step(batch(32))
        records = model.take_records()
        margins.append(records["label_margin"])
        watch.on_log(8 * (report + 1), records)
    if ignores:
        assert margins == [0.0] * 15 and said == [LABELS_IGNORED]
    else:
        assert margins[-1] > 0.3 and said == []


def test_the_look_at_wrong_labels_changes_no_statistic():
    keras.utils.set_random_seed(0)
    model = ConditionalGAN(*NETWORKS["dcgan"]())
    model.compile({player: keras.optimizers.SGD(0.0) for player in model.players})
    before = weights(model)
    model.record_label_margin({"image": tf.random.normal((6, 8, 8, 1)), "label": tf.range(6, dtype=tf.int64) % CLASSES})
    assert moved(before, model) == set()


@pytest.mark.parametrize(
    "make, complaint",
    [
        (lambda: made(mismatch_weight=1.0), r"mismatch_weight is a share .* in \[0, 1\), not 1.0"),
        (lambda: made(class_shares=[1, 1]), "class_shares must be 4 numbers"),
        (lambda: made(class_shares=[1, 1, -1, 1]), "class_shares must be 4 numbers"),
        (lambda: made(discriminator=mlp_discriminator((2,), width=4)), "discriminator must take labels .* with num_classes"),
        (lambda: made(discriminator=mlp_discriminator((2,), width=4, num_classes=7)), "knows 4 labels and the discriminator 7"),
        (
            lambda: ConditionalGAN(mlp_generator((2,), num_classes=1), mlp_discriminator((2,), num_classes=1)),
            "at least two labels",
        ),
        (lambda: made().check_data(Points("ring8")), "ConditionalGAN trains on labels: give the recipe's data labels=True"),
        (
            lambda: made().check_data(Points("ring8", labels=True)),
            "4 labels and ring8 has 8: build them with num_classes=8",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(make, complaint):
    with pytest.raises(UserError, match=complaint):
        make()


def test_data_without_labels_leaves_no_run_behind(tmp_path):
    with pytest.raises(UserError, match="labels=True"):
        train("digits_cgan", tmp_path / "run", ["data.labels=false"], log=lambda line: None)
    assert not (tmp_path / "run").exists()


REPLICAS = """
import keras, numpy as np, tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
from ganzoo.data.points import Points
from ganzoo.families.conditional import ConditionalGAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    model = ConditionalGAN(
        mlp_generator((2,), latent_dim=3, width=8, output="linear", num_classes=8),
        mlp_discriminator((2,), width=8, num_classes=8),
        mismatch_weight=0.5,
    )
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players}, seed=1)
model.fit(Points("ring8", labels=True).batches(16, seed=0), steps_per_epoch=3, epochs=1, verbose=0)
assert np.isfinite(model.take_records()["label_margin"])
for network in (model.generator, model.discriminator, model.average.network):
    for variable in network.variables:
        first, second = variable.value.values
        np.testing.assert_array_equal(first.numpy(), second.numpy())
labels = tf.zeros([4], tf.int64)
model._round.end()
parts = strategy.run(lambda: model.wrong_labels(labels)).values
whole = model.wrong_labels(tf.zeros([8], tf.int64))
np.testing.assert_array_equal(tf.concat(parts, 0), whole)
"""


def test_two_replicas_stay_equal_and_draw_their_parts_of_the_wrong_labels(isolated):
    isolated(REPLICAS)


# ------------------------------------------------------------------------------- runs, exports and the command line


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("conditional") / "run"
    small = [f"model.{player}.width=4" for player in ("generator", "discriminator")]
    train("digits_cgan", path, [*small, "batch_size=16", "steps=2"], log=lambda line: None)
    return path


@pytest.fixture(scope="module")
def exported(run):
    return export(run, run.parent / "exported" / "digits")


@pytest.fixture(scope="module")
def models(run, exported):
    """The run and its export, loaded."""
    return load(run), load(exported)


def test_a_run_and_its_export_give_the_same_samples_by_label(run, models):
    of_run, of_export = models
    expected = load(run).sample(70, seed=3, label=7)
    for model in models:
        np.testing.assert_allclose(model.sample(70, seed=3, label=7), expected, atol=1e-5)
        assert np.abs(model.sample(70, seed=3, label=1) - expected).max() > 1e-3
        np.testing.assert_array_equal(model.labels(5, seed=3, label=7), [7] * 5)
        np.testing.assert_array_equal(model.labels(70, seed=3), of_run.model.draw_inputs(70, 3)["labels"])
    np.testing.assert_allclose(of_export.sample(70, seed=3), of_run.sample(70, seed=3), atol=1e-5)


def test_the_signatures_take_labels(exported):
    signatures = tf.saved_model.load(str(exported)).signatures
    draw = {"count": tf.constant(5), "seed": tf.constant(2), "label": tf.constant(4)}
    images = signatures["sample"](**draw)["images"]
    inputs = signatures["inputs"](**draw, first=tf.constant(0))
    np.testing.assert_array_equal(inputs["labels"], [4] * 5)
    np.testing.assert_allclose(signatures["serving_default"](**inputs)["images"], images, atol=1e-6)
    assert signatures["png"](**draw)["image_bytes"].shape == (5,)
    judged = [signatures["discriminate"](images=images, labels=tf.fill([5], tf.constant(k, tf.int64))) for k in (4, 5)]
    assert judged[0]["logits"].shape == (5, 1) and np.abs(judged[0]["logits"] - judged[1]["logits"]).max() > 0
    for unknown in ([0, 1, 2, 3, 10], [0, 1, 2, 3, -1]):
        with pytest.raises(tf.errors.InvalidArgumentError, match="labels must be from 0 to 9"):
            signatures["discriminate"](images=images, labels=tf.constant(unknown, tf.int64))
    with pytest.raises(tf.errors.InvalidArgumentError, match="labels must be from 0 to 9"):
        signatures["serving_default"](latents=inputs["latents"], labels=tf.fill([5], tf.constant(10, tf.int64)))


@pytest.mark.parametrize("label", [12, -2])
def test_a_label_that_is_no_class_is_refused(models, label):
    for model in models:
        with pytest.raises(UserError, match=f"^label must be from 0 to 9, or -1 for any, not {label}$"):
            model.sample(3, label=label)


def test_the_command_line_samples_by_label(run, tmp_path):
    out = tmp_path / "threes.npz"
    refused = CliRunner().invoke(main, ["sample", str(run), "--label", "12", "--out", str(out)])
    assert refused.exit_code == 2 and not out.exists()
    assert refused.stderr.strip() == "ganzoo: label must be from 0 to 9, or -1 for any, not 12"
    assert CliRunner().invoke(main, ["sample", str(run), "--label", "3", "--count", "4", "--out", str(out)]).exit_code == 0
    with np.load(out) as file:
        np.testing.assert_array_equal(file["labels"], [3] * 4)
        assert file["images"].shape == (4, 8, 8, 1)


@pytest.mark.parametrize("player, batches", [("discriminator", 3), ("generator", 2)])
def test_instance_noise_is_on_all_that_the_discriminator_sees(player, batches, seen_noise):
    make = lambda **options: made(adversarial_loss=losses.Relativistic(), mismatch_weight=0.5, **options)  # noqa: E731
    noises = seen_noise(make, player, batch(400))
    assert len(noises) == batches  # data, samples, data with wrong labels
    np.testing.assert_allclose([noise.std() for noise in noises], 1.0, atol=0.1)
