import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import load, losses
from ganzoo.data.images import Images
from ganzoo.data.semi_supervised import FewLabels
from ganzoo.errors import UserError
from ganzoo.families.improved import FeatureMatching
from ganzoo.families.semi_supervised import SemiSupervisedGAN, real_logit
from ganzoo.losses import accuracy, class_cross_entropy
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.serving.export import export
from ganzoo.training import train

CLASSES = 3
TINY = [
    "model.generator.width=4",
    "model.discriminator.width=4",
    "batch_size=16",
    "data.take=400",
    "log_every=2",
    "checkpoint_every=2",
]


def compiled(outputs=CLASSES, **options):
    keras.utils.set_random_seed(1)
    model = SemiSupervisedGAN(
        mlp_generator(shape=(2,), latent_dim=3, width=8, output="linear"),
        mlp_discriminator(shape=(2,), width=8, outputs=outputs),
        **options,
    )
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players}, seed=5)
    return model


def batch(rows=6):
    rng = np.random.default_rng(0)
    points, few = rng.normal(size=(2, rows, 2)).astype("float32")
    labels = rng.integers(CLASSES, size=(2, rows))
    return {"point": few, "label": labels[0], "labelled_image": points, "labelled_label": labels[1]}


def weights(model):
    return {name: [w.copy() for w in network.get_weights()] for name, network in model.networks.items()}


def moved(before, model, name):
    return any((a != b).any() for a, b in zip(before[name], model.networks[name].get_weights(), strict=True))


def test_d_is_z_over_z_plus_one_and_the_softmax_of_k_plus_one_classes():
    logits = np.random.default_rng(0).normal(0.0, 3.0, (50, 4))
    z = np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(tf.sigmoid(real_logit(logits)), z / (z + 1), rtol=1e-5)
    with_fake = np.exp(np.concatenate([logits, np.zeros((50, 1))], axis=1))
    np.testing.assert_allclose(1 - tf.sigmoid(real_logit(logits))[:, 0], with_fake[:, -1] / with_fake.sum(1), rtol=1e-4)
    assert np.isfinite(real_logit(np.array([[1e4, -1e4], [-1e4, -1e4]]))).all()


def test_supervised_loss_and_accuracy_by_numpy():
    logits = np.array([[2.0, 0.0, 1.0], [0.0, 0.5, 0.0], [1.0, 1.0, 4.0], [3.0, 0.0, 0.0]])
    labels = np.array([0, 1, 0, 2])
    expected = np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(4), labels])
    np.testing.assert_allclose(class_cross_entropy(logits, labels), expected, rtol=1e-6)
    assert accuracy(logits, labels) == 0.5


def test_the_discriminators_loss_is_the_papers():
    model = compiled(unlabelled_weight=0.7)
    data = batch()
    latents = model.noise(6)
    model._round.end()
    networks = {name: model.discriminator(x).numpy().astype(float) for name, x in data.items() if x.ndim == 2}
    lse = {name: np.log(np.exp(logits).sum(1)) for name, logits in networks.items()}
    fake = np.log(np.exp(model.discriminator(model.generator(latents)).numpy().astype(float)).sum(1))
    labels = data["labelled_label"]
    supervised = np.mean(lse["labelled_image"] - networks["labelled_image"][np.arange(6), labels])
    unlabelled = np.mean(-lse["point"] + np.log1p(np.exp(lse["point"]))) + np.mean(np.log1p(np.exp(fake)))
    np.testing.assert_allclose(model.discriminator_loss(data), supervised + 0.7 * unlabelled, rtol=1e-5)
    records = model._round.records
    np.testing.assert_allclose(records["accuracy"], np.mean(networks["point"].argmax(1) == data["label"]))
    np.testing.assert_allclose(records["labelled_accuracy"], np.mean(networks["labelled_image"].argmax(1) == labels))


def test_the_other_images_labels_change_nothing_but_the_record():
    one, other = compiled(), compiled()
    data = batch()
    one.train_step(data)
    other.train_step({**data, "label": (data["label"] + 1) % CLASSES})
    for name, before in weights(one).items():
        for value, same in zip(before, other.networks[name].get_weights(), strict=True):
            np.testing.assert_array_equal(value, same)


@pytest.mark.parametrize("feature_matching", [FeatureMatching(), None])
@pytest.mark.parametrize("player, other", [("generator", "discriminator"), ("discriminator", "generator")])
def test_a_step_of_one_player_moves_that_player_alone(player, other, feature_matching):
    model = compiled(feature_matching=feature_matching)
    before = weights(model)
    loss = getattr(model, f"{player}_loss")
    gradients = model.gradients(player, lambda: loss(batch()))
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    model.move(player, gradients)
    assert moved(before, model, player) and not moved(before, model, other)


def test_it_learns_to_classify_from_few_labels():
    model = compiled(instance_noise=0.05)
    model.optimizers["discriminator"].learning_rate = 0.3
    rng = np.random.default_rng(1)
    means = np.array([[0.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])

    def points(labels):
        return (means[labels] + 0.1 * rng.normal(size=(len(labels), 2))).astype("float32")

    few = np.arange(CLASSES)
    few_points = points(few)
    step = tf.function(model.train_step)
    for _ in range(150):
        labels = rng.integers(CLASSES, size=30)
        step(
            {
                "point": points(labels),
                "label": labels,
                "labelled_image": np.tile(few_points, (10, 1)),
                "labelled_label": np.tile(few, 10),
            }
        )
    labels = rng.integers(CLASSES, size=300)
    probabilities = model.classify(points(labels)).numpy()
    np.testing.assert_allclose(probabilities.sum(1), 1.0, rtol=1e-5)
    assert (probabilities.argmax(1) == labels).mean() > 0.95
    assert model.take_records()["labelled_accuracy"] > 0.8


def test_one_logit_and_a_negative_weight_are_refused():
    with pytest.raises(UserError, match="a logit for each class: build it with outputs=K"):
        compiled(outputs=1)
    with pytest.raises(UserError, match="unlabelled_weight must be 0 or more"):
        compiled(unlabelled_weight=-1.0)
    for loss in (losses.Hinge(), losses.LeastSquares(), losses.Relativistic()):
        with pytest.raises(UserError, match="is a probability"):
            compiled(adversarial_loss=loss)


def test_data_without_labels_or_of_other_classes_is_refused():
    with pytest.raises(UserError, match="use FewLabels as its data"):
        compiled().check_data(Images("digits", labels=True))
    with pytest.raises(UserError, match="has 3 logits and digits has 10 classes: build it with outputs=10"):
        compiled().check_data(FewLabels("digits"))
    compiled(outputs=10).check_data(FewLabels("digits"))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose checkpoint of step 2 was restored before it went on to step 4."""
    path = tmp_path_factory.mktemp("semi_supervised") / "run"
    for steps in (2, 4):
        train("digits_semi_supervised", path, TINY, steps=steps, log=lambda line: None)
    return path


def test_a_run_resumes_and_its_export_classifies_and_samples_alike(run, tmp_path):
    assert load(run).step == 4
    model = load(run).model
    path = export(run, tmp_path / "export")
    images = load(run).sample(9, seed=1)
    np.testing.assert_allclose(load(path).sample(9, seed=1), images, atol=1e-5)
    signatures = tf.saved_model.load(str(path)).signatures
    assert {"classify", "discriminate", "sample"} <= set(signatures)
    given = signatures["classify"](images=tf.constant(images))
    np.testing.assert_allclose(given["probabilities"], model.classify(images), atol=1e-5)
    np.testing.assert_array_equal(given["labels"], np.argmax(given["probabilities"], axis=1))
    logits = signatures["discriminate"](images=tf.constant(images))["logits"]
    expected = np.log(np.exp(model.discriminator(images).numpy().astype(float)).sum(1, keepdims=True))
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    averaged = model.averages["discriminator"].network.get_weights()
    assert any((a != b).any() for a, b in zip(averaged, model.discriminator.get_weights(), strict=True))


def test_absent_data_is_fabricated_for_a_smoke_run(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "empty"))
    said = []
    overrides = [*TINY[:2], "data.name=mnist", "data.size=8"]
    train("digits_semi_supervised", tmp_path / "run", overrides, smoke=True, log=said.append)
    assert "FABRICATED" in said[0]


def test_two_replicas_learn_as_one_device_does(isolated):
    isolated("""
        import keras, numpy as np, tensorflow as tf
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
        from ganzoo.recipe import build, load_recipe

        overrides = ["model.generator.width=4", "model.discriminator.width=4", "data.take=64", "data.per_class=2",
                     "model.discriminator.dropout=0.0", "model.generator.batch_norm=false"]
        overrides += [f"optimizers.{player}=keras.optimizers.SGD(0.1)" for player in ("generator", "discriminator")]

        def trained(strategy):
            keras.utils.set_random_seed(3)
            with strategy.scope():
                recipe = build(load_recipe("digits_semi_supervised", overrides))
                recipe.model.compile(recipe.optimizers, seed=1)
            recipe.model.fit(recipe.data.batches(16, seed=0), steps_per_epoch=3, epochs=1, verbose=0)
            weights = [strategy.experimental_local_results(v)[-1].numpy() for v in recipe.model.state()["average"]]
            return [*weights, recipe.model.take_records()["accuracy"]]

        one = trained(tf.distribute.get_strategy())
        two = trained(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
        assert len(one) == len(two) > 10
        for value, same in zip(one, two):
            np.testing.assert_allclose(value, same, rtol=1e-3, atol=1e-5)
    """)


def test_instance_noise_is_on_all_that_the_discriminator_learns_from(seen_noise):
    noises = seen_noise(compiled, "discriminator", batch(400), ("discriminator",))
    # The labelled images, a look at the accuracy that teaches nothing, data, samples.
    np.testing.assert_allclose([noise.std() for noise in noises], [1.0, 0.0, 1.0, 1.0], atol=0.1)
