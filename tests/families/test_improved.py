import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import load, noise
from ganzoo.averages import History
from ganzoo.errors import UserError
from ganzoo.families.gan import GAN
from ganzoo.families.improved import FeatureMatching, ImprovedGAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.recipe import build, load_recipe
from ganzoo.serving.export import export
from ganzoo.training import train

SIDES = {"size": 8, "channels": 1, "width": 4, "kernel_size": 3}


def compiled(family=ImprovedGAN, rate=0.1, **options):
    keras.utils.set_random_seed(1)
    model = family(
        mlp_generator(shape=(2,), latent_dim=3, width=8, output="linear"), mlp_discriminator(shape=(2,), width=8), **options
    )
    model.compile({player: keras.optimizers.SGD(rate) for player in model.players}, seed=5)
    return model


def batch(rows=6):
    return {"point": tf.constant(np.random.default_rng(0).normal(size=(rows, 2)), tf.float32)}


def weights(model):
    return {name: [w.copy() for w in network.get_weights()] for name, network in model.networks.items()}


def moved(before, model, name):
    return any((a != b).any() for a, b in zip(before[name], model.networks[name].get_weights(), strict=True))


def test_without_a_technique_it_is_the_gan():
    plain, improved = compiled(GAN), compiled()
    for model in (plain, improved):
        for _ in range(2):
            model.train_step(batch())
    for name, before in weights(plain).items():
        for one, other in zip(before, improved.networks[name].get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    assert plain.state().keys() == improved.state().keys()


# Feature matching.


@pytest.mark.parametrize("norm", ["l2", "l1"])
def test_feature_matching_is_the_distance_of_mean_features(norm):
    rng = np.random.default_rng(0)
    real, fake = rng.normal(1.0, 1.0, (5, 4, 3)).astype("float32"), rng.normal(size=(7, 4, 3)).astype("float32")
    difference = real.astype(float).mean(0) - fake.astype(float).mean(0)
    expected = (difference**2).mean() if norm == "l2" else np.abs(difference).mean()
    np.testing.assert_allclose(FeatureMatching(norm=norm)(real, fake), expected, rtol=1e-5)
    assert FeatureMatching(norm=norm)(real, real[::-1]) < 1e-6


@pytest.mark.parametrize("layer", ["features", "activation_1"])
def test_the_generator_matches_the_features_of_the_layer(layer):
    model = compiled(feature_matching=FeatureMatching(layer))
    latents = model.noise(6)
    model._round.end()
    features = keras.Model(model.discriminator.inputs, model.discriminator.get_layer(layer).output)
    means = [features(x).numpy().astype(float).mean(0) for x in (batch()["point"], model.generator(latents))]
    np.testing.assert_allclose(model.generator_loss(batch()), ((means[0] - means[1]) ** 2).mean(), rtol=1e-4)


def test_feature_matching_moves_the_generator_alone_by_finite_gradients():
    model = compiled(feature_matching=FeatureMatching())
    before = weights(model)
    gradients = model.gradients("generator", lambda: model.generator_loss(batch()))
    assert all(np.isfinite(gradient).all() and np.abs(gradient).max() > 0 for gradient in gradients)
    model.move("generator", gradients)
    assert moved(before, model, "generator") and not moved(before, model, "discriminator")
    assert model.equilibrium["generator"] is None and model.equilibrium["discriminator"] > 1.3


def test_the_discriminator_goes_on_with_its_own_loss_under_feature_matching():
    matching, plain = compiled(feature_matching=FeatureMatching()), compiled()
    np.testing.assert_array_equal(matching.discriminator_loss(batch()), plain.discriminator_loss(batch()))


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"historical_averaging": -1.0}, "a weight, 0 or more, not -1.0"),
        ({"historical_averaging": float("nan")}, "a weight, 0 or more"),
    ],
)
def test_impossible_arguments_are_refused(options, complaint):
    with pytest.raises(UserError, match=complaint):
        compiled(**options)


def test_an_unknown_layer_or_norm_is_refused():
    with pytest.raises(UserError, match="no layer `feature` .*it has images, flatten, .*features"):
        compiled(feature_matching=FeatureMatching("feature"))
    with pytest.raises(UserError, match="l2 or l1, not 'l3'"):
        FeatureMatching(norm="l3")


# Historical averaging.


def test_a_history_is_the_mean_of_all_past_values():
    variables = [keras.Variable(np.zeros((2, 3))), keras.Variable(np.ones(4))]
    history = History(variables)
    past = [[variable.numpy() for variable in variables]]
    rng = np.random.default_rng(0)
    for _ in range(20):
        for variable in variables:
            variable.assign(rng.normal(size=variable.shape))
        past.append([variable.numpy() for variable in variables])
        history.update()
    for i, mean in enumerate(history.means):
        np.testing.assert_allclose(mean, np.mean([each[i] for each in past], axis=0), rtol=1e-5, atol=1e-6)
    expected = sum(np.square(v.numpy() - m.numpy()).sum() for v, m in zip(variables, history.means, strict=True))
    np.testing.assert_allclose(history.distance(), expected, rtol=1e-5)
    assert int(history.count) == 21


def test_steps_with_historical_averaging_are_the_papers_by_numpy():
    weight, rate = 0.3, 0.1
    model, plain = compiled(historical_averaging=weight), compiled()
    past = {player: [] for player in model.players}
    for _ in range(4):
        for player in model.players:
            variables = model.variables_of(player)
            theta = [v.numpy().astype(float) for v in variables]
            past[player].append(theta)
            for name, network in plain.networks.items():
                network.set_weights(model.networks[name].get_weights())
            loss = getattr(plain, f"{player}_loss")
            plain._round.end(), model._round.end()
            gradients = plain.gradients(player, lambda: loss(batch()))
            plain._round.end()
            means = [np.mean(values, axis=0) for values in zip(*past[player], strict=True)]
            wanted = [
                t - rate * (g.numpy() + weight * 2 * (t - mean)) for t, g, mean in zip(theta, gradients, means, strict=True)
            ]
            loss = getattr(model, f"{player}_loss")
            model.minimize(player, lambda: loss(batch()))
            for variable, value in zip(variables, wanted, strict=True):
                np.testing.assert_allclose(variable, value, rtol=1e-4, atol=1e-6)


def test_the_distance_from_the_past_is_recorded_and_part_of_the_loss():
    model, plain = compiled(historical_averaging=2.0), compiled()
    for one in (model, plain):
        one.train_step(batch())
    before = model.take_records()
    assert before["generator_history"] == 0.0, "at the start there is no past to be away from"
    for name, network in plain.networks.items():
        network.set_weights(model.networks[name].get_weights())
    plain.take_records()
    for one in (model, plain):
        one.train_step(batch())
    with_history, without = model.take_records(), plain.take_records()
    assert with_history["discriminator_history"] > 0
    np.testing.assert_allclose(
        with_history["discriminator_loss"] - with_history["discriminator_history"], without["discriminator_loss"], rtol=1e-4
    )


# In training: resumed, exported, on several devices.

RECIPE = '''
"""Every improved technique at once, tiny."""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import noise
from ganzoo.data.images import Images
from ganzoo.families.improved import FeatureMatching, ImprovedGAN
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits", take=64),
        model=ImprovedGAN(
            generator=dcgan_generator(
                size=8, channels=1, latent_dim=8, width=4, first_side=2, kernel_size=3, norm="virtual", reference_size=6
            ),
            discriminator=dcgan_discriminator(size=8, channels=1, width=4, last_side=2, kernel_size=3, norm="spectral"),
            feature_matching=FeatureMatching(),
            historical_averaging=0.1,
            latents=noise.Uniform(),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(1e-3, beta_1=0.5),
        },
        batch_size=16,
        steps=8,
        log_every=4,
        sample_every=8,
        checkpoint_every=4,
    )
'''


@pytest.fixture
def recipe_file(tmp_path):
    path = tmp_path / "improved.py"
    path.write_text(RECIPE)
    return path


def test_a_resumed_run_keeps_its_past_and_its_reference_to_the_bit(resumes_exactly, recipe_file):
    made = []

    def make():
        keras.utils.set_random_seed(1)
        recipe = build(load_recipe(str(recipe_file)))
        recipe.model.compile(recipe.optimizers, seed=3)
        made.append(recipe.model)
        return made[-1]

    resumes_exactly(make, {"image": tf.constant(np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)), tf.float32)})
    whole, _, resumed = made
    assert sum(len(values) for name, values in whole.state().items() if name.endswith("_history")) > 10
    references = [model.generator.get_layer("reference").reference.numpy() for model in (whole, resumed)]
    np.testing.assert_array_equal(*references)


def test_virtual_batch_norms_reference_is_of_the_prior_and_is_served(recipe_file, tmp_path):
    train(recipe_file, tmp_path / "run", steps=2, overrides=["batch_size=4"], log=lambda line: None)
    run = load(tmp_path / "run")
    model = run.model
    reference, averaged = (n.get_layer("reference").reference.numpy() for n in (model.generator, model.average.network))
    np.testing.assert_array_equal(reference, noise.Uniform()((6, 8), noise.seed_of(0, 0, "reference")))
    np.testing.assert_array_equal(reference, averaged)
    exported = load(export(tmp_path / "run", tmp_path / "export"))
    np.testing.assert_allclose(exported.sample(5, seed=1), run.sample(5, seed=1), atol=1e-5)
    np.testing.assert_allclose(run.sample(5, seed=1), run.sample(70, seed=1)[:5], atol=1e-6)


def test_minibatch_discrimination_and_smoothing_train_by_arguments_alone(tmp_path):
    overrides = [
        "model.discriminator.minibatch_discrimination=true",
        "model.adversarial_loss.smoothing=0.9",
        "model.feature_matching=FeatureMatching(norm='l1')",
        "model.generator.width=4",
        "model.discriminator.width=4",
        "batch_size=8",
    ]
    facts = train("digits_improved", tmp_path / "run", overrides, steps=2, log=lambda line: None)
    model = load(tmp_path / "run").model
    assert facts["steps"] == 2 and np.isfinite(facts["generator_loss"])
    assert model.adversarial_loss.smoothing == 0.9 and model.feature_matching == FeatureMatching(norm="l1")
    assert model.discriminator.get_layer("minibatch_discrimination").kernels == 100


def test_the_recipe_with_no_technique_on_is_digits_dcgan():
    networks = []
    for name in ("digits_dcgan", "digits_improved"):
        keras.utils.set_random_seed(0)
        recipe = build(load_recipe(name, ["model.generator.width=4", "model.discriminator.width=4"]))
        recipe.model.compile(recipe.optimizers)
        networks.append([weight for each in recipe.model.networks.values() for weight in each.get_weights()])
    for one, other in zip(*networks, strict=True):
        np.testing.assert_array_equal(one, other)


REPLICAS = """
    import keras, numpy as np, tensorflow as tf
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
    from ganzoo.recipe import build, load_recipe

    def trained(strategy):
        keras.utils.set_random_seed(3)
        overrides = [f"optimizers.{{player}}=keras.optimizers.SGD(0.05)" for player in ("generator", "discriminator")]
        with strategy.scope():
            recipe = build(load_recipe({recipe!r}, overrides))
            recipe.model.compile(recipe.optimizers, seed=1)
        recipe.model.fit(recipe.data.batches(16, seed=0), steps_per_epoch=4, epochs=1, verbose=0)
        assert sum(weight.name == "u" for weight in recipe.model.discriminator.weights) == 3
        state = recipe.model.state()
        state.pop("counters")
        return {{(name, i): strategy.experimental_local_results(v) for name, of in state.items() for i, v in enumerate(of)}}

    one = trained(tf.distribute.get_strategy())
    two = trained(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
    assert one.keys() == two.keys() and sum("history" in name for name, _ in one) > 10
    for name, (first, second) in two.items():
        np.testing.assert_array_equal(first.numpy(), second.numpy(), err_msg=str(name))
        np.testing.assert_allclose(one[name][0].numpy(), first.numpy(), rtol=2e-4, atol=2e-5, err_msg=str(name))
"""


def test_two_replicas_keep_the_past_the_reference_and_u_of_one_device(isolated, recipe_file):
    isolated(REPLICAS.format(recipe=str(recipe_file)))


def test_instance_noise_is_on_all_whose_features_are_matched(seen_noise):
    make = lambda **options: compiled(feature_matching=FeatureMatching("features"), **options)  # noqa: E731
    noises = seen_noise(make, "generator", batch(400), ("features",))
    assert len(noises) == 2  # data and samples
    np.testing.assert_allclose([noise.std() for noise in noises], 1.0, atol=0.1)
