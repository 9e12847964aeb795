import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import load, losses
from ganzoo.checkpoints import Checkpoints
from ganzoo.data.images import Images
from ganzoo.errors import UserError
from ganzoo.families.stacked import AUTHORS_LADDER, StackedGAN, rung, with_gradient
from ganzoo.networks.stacked import (
    stacked_discriminator_0,
    stacked_discriminator_1,
    stacked_encoder,
    stacked_generator_0,
    stacked_generator_1,
)
from ganzoo.serving.export import export
from ganzoo.training import train

ROWS, CLASSES, FEATURES, Z1, Z0 = 6, 3, 8, 4, 2
MOVERS = {
    "encoder": {"encoder"},
    "stack_0": {"generator_0", "discriminator_0"},
    "stack_1": {"generator_1", "discriminator_1"},
    "joint": {"generator_0", "discriminator_0", "generator_1", "discriminator_1"},
}


def compiled(num_classes=CLASSES, rate=0.01, dropout=0.0, **options):
    keras.utils.set_random_seed(1)
    model = StackedGAN(
        stacked_encoder(8, 1, width=4, feature_dim=FEATURES, num_classes=CLASSES),
        stacked_generator_1(FEATURES, Z1, CLASSES, width=8),
        stacked_discriminator_1(FEATURES, Z1, num_classes, width=8),
        stacked_generator_0(8, 1, FEATURES, Z0, width=4, embedding=4, kernel_size=3, first_side=2),
        stacked_discriminator_0(8, 1, Z0, num_classes, width=4, dropout=dropout),
        **options,
    )
    model.compile({name: keras.optimizers.SGD(rate) for name in model.players}, seed=5, run_eagerly=True)
    return model


def batch():
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (ROWS, 8, 8, 1))
    return {"image": tf.constant(images, tf.float32), "label": tf.constant(rng.integers(0, CLASSES, ROWS))}


def softplus(x):
    return np.log1p(np.exp(x))


def softmax_loss(logits, labels):
    logits = np.asarray(logits, np.float64)
    return (np.log(np.exp(logits).sum(1)) - logits[np.arange(len(labels)), labels]).mean()


@pytest.mark.parametrize("phase", MOVERS)
def test_a_phase_moves_every_weight_of_its_players_and_nothing_of_the_others(phase):
    model = compiled(rate=1.0)
    model.begin(phase)
    before = {name: network.get_weights() for name, network in model.networks.items()}
    trained = {name: [v.numpy() for v in model.networks[name].trainable_variables] for name in MOVERS[phase]}
    logs = model.train_step(batch())
    for name, network in model.networks.items():
        if name in MOVERS[phase]:
            for old, variable in zip(trained[name], network.trainable_variables, strict=True):
                assert np.isfinite(variable.numpy()).all() and (variable.numpy() != old).any(), variable.path
        else:
            for old, new in zip(before[name], network.get_weights(), strict=True):
                np.testing.assert_array_equal(old, new, err_msg=name)
        assert int(model.optimizers[name].iterations) == (name in MOVERS[phase])
    assert int(model.step) == 1
    check_records(phase, logs)


def check_records(phase, logs):
    """Each phase records the losses of the stacks that train, and of no others."""
    assert all(np.isfinite(value) for value in logs.values())
    if phase == "encoder":
        assert {"encoder_loss", "encoder_accuracy"} <= set(logs)
    for level in (0, 1):
        own = {name.split("/")[1] for name in logs if name.startswith(f"stack_{level}/")}
        wanted = {"discriminator_adversarial", "generator_adversarial", "conditional", "entropy", "sample_accuracy"}
        assert wanted <= own if phase in ("joint", f"stack_{level}") else not own


@pytest.mark.parametrize("level", [1, 0])
@pytest.mark.parametrize("num_classes", [None, CLASSES])
def test_the_discriminators_losses_equal_a_numpy_reference(level, num_classes):
    of_classes = {"class_weight": 0.7} if num_classes else {}
    model = compiled(num_classes, image_noise=0.0, features_noise=0.0, **of_classes)
    data, labels = batch(), batch()["label"].numpy()
    features = model.encode(data["image"])["features"]
    z1, z0 = model.parted(model.noise(ROWS))
    real = features if level else data["image"]
    fake = model.generator_1([z1, data["label"]]) if level else model.generator_0([features, z0])
    latents = z1 if level else z0
    discriminator = model.networks[f"discriminator_{level}"]
    of_real, of_fake = ({k: v.numpy() for k, v in discriminator(x, training=True).items()} for x in (real, fake))
    expected = 0.5 * (softplus(-of_real["logits"]).mean() + softplus(of_fake["logits"]).mean())
    expected += 10 * ((of_fake["codes"] - latents.numpy()) ** 2).mean()
    if num_classes:
        expected += 0.7 * softmax_loss(of_real["classes"], labels)
        np.testing.assert_allclose(of_real["logits"][:, 0], np.log(np.exp(of_real["classes"]).sum(1)), rtol=1e-4)
    found = model.discriminator_loss(level, real, fake, latents, data["label"])
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("loss", [losses.NonSaturating(), losses.Minimax()], ids=repr)
def test_the_generators_losses_equal_a_numpy_reference(loss):
    weights = {"adversarial_weight": 0.5, "conditional_weight": 3.0, "entropy_weight": 7.0}
    model = compiled(adversarial_loss=loss, image_noise=0.0, features_noise=0.0, **weights)
    for layer in (*model.encoder.layers, *model.generator_1.layers):
        if getattr(layer, "bias", None) is not None:
            layer.bias.assign_add(0.3 * tf.ones_like(layer.bias))  # so that rectified features are not all zero
    data, labels = batch(), batch()["label"].numpy()
    z1, z0 = model.parted(model.noise(ROWS))
    fake_features = model.generator_1([z1, data["label"]])

    def total(judged, latents, conditional):
        logits = judged["logits"].numpy()
        adversarial = softplus(-logits).mean() if isinstance(loss, losses.NonSaturating) else -softplus(logits).mean()
        return 0.5 * adversarial + 3 * conditional + 7 * ((judged["codes"].numpy() - latents.numpy()) ** 2).mean()

    kernel, bias = model.encoder.get_layer("classes").get_weights()
    conditional = softmax_loss(fake_features.numpy() @ kernel + bias, labels)
    expected = total(model.discriminator_1(fake_features, training=True), z1, conditional)
    np.testing.assert_allclose(model.generator_1_loss(fake_features, z1, data["label"]), expected, rtol=1e-4)

    images = model.generator_0([fake_features, z0], training=True)
    features = model.encode(images)["features"]
    assert (features.numpy() * fake_features.numpy()).sum() > 0.1
    conditional = ((features - fake_features).numpy() ** 2).mean()
    expected = total(model.discriminator_0(images, training=True), z0, conditional)
    np.testing.assert_allclose(model.generator_0_loss(fake_features, z0, data["label"]), expected, rtol=1e-4)


def test_the_upper_generator_feels_its_share_of_the_lower_ones_loss():
    model = compiled(joint_weight=0.25, rate=1.0)
    data = batch()
    latents = model.noise(ROWS)

    def both():
        z1, z0 = model.parted(latents)
        features = model.generator_1([z1, data["label"]], training=True)
        model._round.draws = 0  # the same noise for the discriminators each time
        return model.generator_1_loss(features, z1, data["label"]), model.generator_0_loss(features, z0, data["label"])

    with tf.GradientTape(persistent=True) as tape:
        upper, lower = both()
        sum_of_both = upper + 0.25 * lower
    ones, zeros = model.variables_of("generator_1"), model.variables_of("generator_0")
    expected = [v - g for v, g in zip(ones, tape.gradient(sum_of_both, ones), strict=True)]
    expected += [v - g for v, g in zip(zeros, tape.gradient(lower, zeros), strict=True)]

    def loss():
        model._round.draws = 0
        return model.joint_loss(latents, data["label"])

    model.minimize_as_one(("generator_1", "generator_0"), loss)
    for variable, wanted in zip(ones + zeros, expected, strict=True):
        np.testing.assert_allclose(variable, wanted, rtol=1e-3, atol=1e-5, err_msg=variable.path)
    np.testing.assert_allclose(model._round.records["generator_1_loss"], upper, rtol=1e-5)


def test_players_whose_losses_are_scaled_apart_move_as_without_scales():
    # Mixed precision: each player's optimizer carries a loss scale of its own, and one gradient serves both.
    steps = []
    for scales in (None, {"generator_1": 2.0, "generator_0": 8.0}):
        model = compiled(rate=1.0)
        if scales:
            for name, scale in scales.items():
                model.optimizers[name] = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1.0), initial_scale=scale)
                model.optimizers[name].build(model.variables_of(name))
        latents, labels = model.noise(ROWS), batch()["label"]
        before = {name: [v.numpy() for v in model.variables_of(name)] for name in ("generator_1", "generator_0")}
        model.minimize_as_one(tuple(before), lambda: model.joint_loss(latents, labels))
        pairs = [(v, old) for name, olds in before.items() for v, old in zip(model.variables_of(name), olds, strict=True)]
        steps.append([v.numpy() - old for v, old in pairs])
    assert max(np.abs(step).max() for step in steps[0]) > 1e-2
    for plain, scaled in zip(*steps, strict=True):
        np.testing.assert_allclose(scaled, plain, rtol=1e-3, atol=1e-5)


def test_a_gradient_is_scaled_and_its_value_is_not():
    x = tf.constant([1.5, -2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = with_gradient(x, 0.25)
        loss = tf.reduce_sum(y**2)
    np.testing.assert_allclose(y, x)
    np.testing.assert_allclose(tape.gradient(loss, x), 0.25 * 2 * x)


def test_the_ladder_gives_more_steps_to_the_weaker_generator():
    found = [int(rung(tf.constant(loss), AUTHORS_LADDER)) for loss in (0.7, 0.65, 0.6, 0.4, 0.2, 0.0)]
    assert found == [1, 3, 3, 5, 7, 7]


@pytest.mark.parametrize(
    "phase, threshold, steps, wrap",
    [
        ("stack_0", 0.0, 1, lambda step: step),
        ("stack_0", 100.0, 2, lambda step: step),
        ("joint", 100.0, 2, lambda step: step),
        ("stack_1", 100.0, 2, tf.function),
    ],
)
def test_the_ladder_decides_how_often_the_generators_move(phase, threshold, steps, wrap):
    model = compiled(ladder=((threshold, 1), (-1.0, 2)))
    model.begin(phase)
    logs = wrap(model.train_step)(batch())
    for name, optimizer in model.optimizers.items():
        turns = {"generator": steps, "discriminator": 1}.get(name.split("_")[0])
        assert int(optimizer.iterations) == (turns if name in MOVERS[phase] else 0)
    level = 1 if phase == "stack_1" else 0
    assert logs[f"stack_{level}/generator_steps"] == steps and int(model.step) == 1


def test_the_composite_generator_is_both_generators_and_its_average_follows_them():
    model = compiled(average_decay=0.0)
    latents, labels = model.draw_inputs(5, seed=3).values()
    z1, z0 = latents[:, :Z1], latents[:, Z1:]
    expected = model.generator_0([model.generator_1([z1, labels]), z0])
    np.testing.assert_allclose(model.generator([latents, labels]), expected, atol=1e-6)
    for phase, shows in (("stack_1", False), ("stack_0", True), ("joint", True)):
        model.begin(phase)
        model.train_step(batch())
        assert model.makes_samples == shows
        expected = model.generator_0([model.generator_1([z1, labels]), z0], training=False)
        np.testing.assert_allclose(model.sample(latents, labels), expected, atol=1e-5)
    with_features = model.services["decode"][0](features=model.generator_1([z1, labels], training=False), latents=z0)
    np.testing.assert_allclose(with_features["images"], expected, atol=1e-5)


def test_labels_are_as_asked_for_or_uniform_and_independent_of_how_many():
    model = compiled()
    assert (model.draw_inputs(9, seed=0, label=2)["labels"].numpy() == 2).all()
    own = model.draw_inputs(600, seed=0)
    counts = np.bincount(own["labels"].numpy(), minlength=CLASSES)
    assert len(counts) == CLASSES and np.abs(counts - 200).max() < 45
    np.testing.assert_array_equal(model.draw_inputs(10, seed=0, first=70)["labels"], own["labels"][70:80])
    np.testing.assert_array_equal(model.draw_inputs(600, seed=0, label=1)["latents"], own["latents"])
    np.testing.assert_array_equal(model.showcase(9, seed=0)["labels"], [0, 0, 0, 1, 1, 1, 2, 2, 2])


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"adversarial_loss": losses.Relativistic()}, "compares pairs"),
        ({"ladder": ((0.3, 1), (0.5, 3))}, "descend"),
        ({"ladder": ((0.3, 0),)}, "pairs"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options, complaint):
    with pytest.raises(UserError, match=complaint):
        compiled(**options)


@pytest.mark.parametrize(
    "changed, complaint",
    [
        ({"generator_1": lambda: stacked_generator_1(9, Z1, CLASSES, 8)}, "feature_dim"),
        ({"generator_1": lambda: stacked_generator_1(FEATURES, Z1, 4, 8)}, "tells 3 classes"),
        ({"discriminator_1": lambda: stacked_discriminator_1(FEATURES, 5, width=8)}, "guesses 5 latents"),
        ({"encoder": lambda: stacked_encoder(8, 3, 4, FEATURES, CLASSES)}, "takes images"),
        ({"encoder": lambda: stacked_encoder(8, 1, 4, FEATURES, CLASSES, dropout=1.0)}, "fraction"),
    ],
)
def test_networks_that_do_not_fit_are_refused(changed, complaint):
    networks = compiled().networks
    with pytest.raises(UserError, match=complaint):
        StackedGAN(**{**networks, **{name: make() for name, make in changed.items()}})


def test_data_without_labels_is_refused():
    with pytest.raises(UserError, match="labels=True"):
        compiled().check_data(Images("digits"))


def state_of(model):
    return {name: [value.numpy() for value in part] for name, part in model.state().items()}


def test_a_checkpoint_in_the_middle_of_any_phase_continues_to_the_same_bits(tmp_path):
    whole, resumed = compiled(dropout=0.5), compiled(dropout=0.5)
    for network in resumed.networks.values():
        network.set_weights([weight + 1 for weight in network.get_weights()])
    for phase in whole.phases:
        whole.begin(phase)
        whole.train_step(batch())
        Checkpoints(tmp_path / phase, whole.state(), 1).save()
        assert Checkpoints(tmp_path / phase, resumed.state(), 1).restore() == int(whole.step)
        resumed.begin(phase)
        for model in (whole, resumed):
            model.train_step(batch())
        ours, theirs = state_of(whole), state_of(resumed)
        assert ours.keys() == theirs.keys()
        for name in ours:
            for one, other in zip(ours[name], theirs[name], strict=True):
                np.testing.assert_array_equal(one, other, err_msg=f"{phase}: {name}")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The digits recipe made tiny, one step of two of its phases."""
    path = tmp_path_factory.mktemp("stacked") / "run"
    widths = {"encoder": 4, "generator_1": 8, "discriminator_1": 8, "generator_0": 4, "discriminator_0": 4}
    overrides = [f"model.{name}.width={width}" for name, width in widths.items()]
    phases = "phases={'encoder': 1, 'joint': 1}"
    said = []
    facts = train("digits_stacked", path, [*overrides, phases, "steps=2", "batch_size=8"], log=said.append)
    assert facts["steps"] == 2
    assert [line for line in said if line.startswith("phase")] == ["phase encoder: to step 1", "phase joint: to step 2"]
    return path


def test_an_export_samples_a_class_and_encodes(run, tmp_path):
    mine, exported = load(run), load(export(run, tmp_path / "stacked"))
    assert mine.options == exported.options == {"label": (tf.int32, -1)}
    for label in (None, 7):
        images = mine.sample(70, seed=3, label=label)
        np.testing.assert_allclose(exported.sample(70, seed=3, label=label), images, atol=1e-5)
    assert (exported.labels(70, seed=3, label=7) == 7).all() and len(set(mine.labels(70, seed=3))) == 10
    found = exported.serve("encode", images=images)
    assert found["features"].shape == (70, 64) and found["classes"].shape == (70, 10)
    assert exported.serve("discriminate", images=images)["logits"].shape == (70, 1)
    back = exported.serve("decode", features=found["features"], latents=np.zeros((70, 16), np.float32))
    assert back["images"].shape == images.shape
    expected = mine.model.encoder(images, training=False)["classes"]
    np.testing.assert_allclose(found["classes"], expected, atol=1e-4)
    with pytest.raises(UserError, match="from 0 to 9"):
        mine.sample(1, label=10)


@pytest.mark.parametrize("level, strength, shape", [(1, 0.2, (FEATURES,)), (0, 0.1, (8, 8, 1))])
def test_each_discriminator_sees_everything_under_its_own_noise(level, strength, shape):
    model, seen = compiled(), []
    original = model.networks[f"discriminator_{level}"]
    setattr(model, f"discriminator_{level}", lambda examples, **options: seen.append(examples) or original(examples, **options))
    for _ in range(2):
        model.judged(level, tf.zeros((600, *shape)))
    np.testing.assert_allclose([np.std(noise) for noise in seen], strength, rtol=0.1)
    assert np.abs(seen[0] - seen[1]).max() > strength, "drawn anew each time"
