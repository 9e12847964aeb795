import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import load, noise
from ganzoo.errors import UserError
from ganzoo.families.began import BEGAN, reconstruction_errors
from ganzoo.networks.began import began_discriminator, began_generator
from ganzoo.serving.export import export
from ganzoo.training import train

RECIPE = '''
"""A tiny BEGAN for tests."""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.images import Images
from ganzoo.families.began import BEGAN
from ganzoo.networks.began import began_discriminator, began_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits", take=64),
        model=BEGAN(
            generator=began_generator(size=8, channels=1, latent_dim=4, width=4, first_side=4),
            discriminator=began_discriminator(size=8, channels=1, code_dim=4, width=4, first_side=4),
            lambda_k=0.1,
        ),
        optimizers={"generator": keras.optimizers.Adam(1e-3), "discriminator": keras.optimizers.Adam(1e-3)},
        batch_size=8,
        steps=6,
        log_every=2,
        sample_every=6,
        checkpoint_every=2,
    )
'''
QUIET = {"log": lambda line: None}


def compiled(rate=0.05, **options):
    keras.utils.set_random_seed(1)
    model = BEGAN(
        began_generator(size=8, channels=1, latent_dim=3, width=4, first_side=4),
        began_discriminator(size=8, channels=1, code_dim=3, width=4, first_side=4),
        **options,
    )
    model.compile({player: keras.optimizers.SGD(rate) for player in model.players}, seed=5)
    return model


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "tiny_began.py"
    path.write_text(RECIPE)
    return path


def batch(step=0, rows=6):
    images = np.random.default_rng(step).uniform(-1, 1, (rows, 8, 8, 1))
    return {"image": tf.constant(images, tf.float32)}


def error_of(model, images):
    """L in NumPy."""
    images = np.asarray(images, np.float64)
    reconstructions = np.asarray(model.discriminator(images), np.float64)
    return np.mean(np.abs(images - reconstructions) ** model.eta)


@pytest.mark.parametrize("eta", [1, 2])
def test_the_losses_equal_a_numpy_reference(eta):
    model = compiled(rate=0.0, eta=eta)
    model.k.assign(0.3)
    real = batch()["image"]
    for_discriminator, for_generator = (error_of(model, model.generator(model.noise(6))) for _ in range(2))
    model._round.end()
    logs = {name: float(value) for name, value in model.train_step(batch()).items()}
    assert logs["discriminator_loss"] == pytest.approx(error_of(model, real) - 0.3 * for_discriminator, rel=1e-5)
    assert logs["generator_loss"] == pytest.approx(for_generator, rel=1e-5)
    assert for_discriminator != pytest.approx(for_generator, rel=1e-6)


def test_errors_are_means_over_an_images_own_values():
    images = np.zeros((3, 2, 2, 1), np.float32)
    reconstructions = np.array([0, 1, -3], np.float32).reshape(3, 1, 1, 1) * np.ones((1, 2, 2, 1), np.float32)
    np.testing.assert_allclose(reconstruction_errors(images, reconstructions), [0, 1, 3])
    np.testing.assert_allclose(reconstruction_errors(images, reconstructions, eta=2), [0, 1, 9])


@pytest.mark.parametrize("gamma, lambda_k, rate", [(0.5, 0.1, 0.05), (1.0, 30.0, 0.0), (0.01, 5.0, 0.05)])
def test_the_controller_follows_its_recursion(gamma, lambda_k, rate):
    model = compiled(rate, gamma=gamma, lambda_k=lambda_k)
    step = model.train_step  # as it is: to trace takes seconds
    k, seen = 0.0, []
    for number in range(6):
        reference = BEGAN(keras.models.clone_model(model.generator), keras.models.clone_model(model.discriminator), gamma)
        for name, network in reference.networks.items():
            network.set_weights(model.networks[name].get_weights())
        # The draws of a step are numbered: the discriminator's latents come first, the generator's after them.
        model.noise(6)
        real_error = error_of(reference, batch(number)["image"])
        fake_error = error_of(reference, reference.generator(model.noise(6)))
        model._round.end()
        logs = step(batch(number))
        k = min(max(k + lambda_k * (gamma * real_error - fake_error), 0.0), 1.0)
        assert float(model.k) == pytest.approx(k, rel=1e-4, abs=1e-5)
        assert float(logs["k"]) == pytest.approx(k, rel=1e-4, abs=1e-5)
        assert float(logs["convergence"]) == pytest.approx(real_error + abs(gamma * real_error - fake_error), rel=1e-4)
        k = float(model.k)
        seen.append(k)
    assert (max(seen) > 0) == (gamma > 0.01)  # what should not be the smaller is never counted
    if lambda_k == 30.0:
        assert max(seen) == 1.0


@pytest.mark.parametrize("player, other", [("generator", "discriminator"), ("discriminator", "generator")])
def test_each_player_moves_by_its_own_optimizer_alone(player, other):
    model = compiled(rate=0.0)
    model.optimizers[player].learning_rate = 0.1
    model.k.assign(0.5)
    before = {name: network.get_weights() for name, network in model.networks.items()}
    model.train_step(batch())
    after = {name: network.get_weights() for name, network in model.networks.items()}
    for one, two in zip(before[other], after[other], strict=True):
        np.testing.assert_array_equal(one, two)
    changed = [np.abs(one - two).max() for one, two in zip(before[player], after[player], strict=True)]
    assert min(changed) > 0 and np.isfinite(changed).all()


def test_samples_count_in_the_discriminators_step_only_as_far_as_k_says():
    moves = []
    for k in (0.0, 0.5):
        model = compiled()
        model.k.assign(k)
        model.train_step(batch())
        moves.append(model.discriminator.get_weights())
    # By hand: gradient descent on L(x) - k L(G(z)).
    model = compiled()
    variables = [v.value for v in model.discriminator.trainable_variables]
    with tf.GradientTape() as tape:
        real_error = model.error(batch()["image"])
        loss = real_error - 0.5 * model.error(model.generator(model.noise(6)))
    expected = [v - 0.05 * g for v, g in zip(variables, tape.gradient(loss, variables), strict=True)]
    for got, wanted in zip(moves[1], expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)
    assert any(np.abs(one - two).max() > 1e-5 for one, two in zip(*moves, strict=True))


@pytest.mark.parametrize(
    "options, complaint",
    [({"gamma": 0.0}, "gamma"), ({"gamma": 1.5}, "gamma"), ({"lambda_k": 0}, "lambda_k"), ({"eta": 3}, "eta")],
)
def test_arguments_out_of_range_are_refused(options, complaint):
    with pytest.raises(UserError, match=complaint):
        compiled(**options)


def test_a_discriminator_that_gives_no_images_is_refused():
    logits = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    with pytest.raises(UserError, match="reconstructs its input"):
        BEGAN(began_generator(size=8, channels=1, width=2), logits)


def test_the_prior_is_the_papers():
    assert compiled().latents == noise.Uniform(-1.0, 1.0)


def test_a_resumed_run_ends_with_the_same_bits_k_included(resumes_exactly):
    made = []

    def make():
        made.append(compiled(lambda_k=0.5))
        return made[-1]

    resumes_exactly(make, batch())
    whole, _, resumed = made
    assert any(value is whole.k for values in whole.state().values() for value in values)
    assert float(whole.k) == float(resumed.k) > 0.0


def test_tensorboard_shows_k_and_convergence_and_an_export_answers(recipe, tmp_path):
    train(recipe, tmp_path / "run", **QUIET)
    tags = set()
    for file in (tmp_path / "run" / "logs").glob("events*"):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            tags |= {value.tag for value in event.summary.value}
    assert {"training/k", "training/convergence", "training/real_error", "training/fake_error", "loss/generator"} <= tags
    exported = export(tmp_path / "run", tmp_path / "exported")
    run = load(tmp_path / "run")
    np.testing.assert_allclose(load(exported).sample(70, seed=3), run.sample(70, seed=3), atol=1e-5)
    signatures = tf.saved_model.load(str(exported)).signatures
    images = tf.random.stateless_uniform((5, 8, 8, 1), [1, 2], -1, 1)
    expected = run.model.discriminator(images, training=False)
    np.testing.assert_allclose(signatures["reconstruct"](images=images)["images"], expected, atol=1e-5)
    errors = np.mean(np.abs(images - expected), axis=(1, 2, 3))[:, None]
    np.testing.assert_allclose(signatures["discriminate"](images=images)["errors"], errors, atol=1e-5)


TWO_REPLICAS = """
import tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
import json, numpy as np
from ganzoo.recipe import build, load_recipe
results = []
for strategy in (tf.distribute.OneDeviceStrategy("CPU:0"), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])):
    import keras
    keras.utils.set_random_seed(3)
    with strategy.scope():
        recipe = build(load_recipe({recipe!r}))
        recipe.model.compile(recipe.optimizers, seed=1)
    model = recipe.model
    ks = []
    data = iter(strategy.experimental_distribute_dataset(recipe.data.batches(8, seed=0)))
    step = tf.function(lambda batch: strategy.run(model.train_step, (batch,)))
    for _ in range(5):
        logs = step(next(data))
        ks.append([float(k.numpy()) for k in strategy.experimental_local_results(model.k)])
        for name in ("k", "convergence"):
            assert len({{float(v.numpy()) for v in strategy.experimental_local_results(logs[name])}}) == 1, name
    results.append(ks)
one, two = results
for (k,), (first, second) in zip(one, two):
    assert first == second
    np.testing.assert_allclose(first, k, rtol=1e-4, atol=1e-6)
assert one[-1][0] > 0
"""


def test_two_replicas_keep_one_controller(isolated, recipe):
    isolated(TWO_REPLICAS.format(recipe=str(recipe)))
