import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, penalties
from ganzoo.errors import UserError
from ganzoo.families.gan import GAN
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator


def compiled(**options):
    keras.utils.set_random_seed(1)
    model = GAN(
        mlp_generator(shape=(2,), latent_dim=3, width=8, output="linear"),
        mlp_discriminator(shape=(2,), width=8),
        **options,
    )
    optimizers = {"generator": keras.optimizers.SGD(0.1), "discriminator": keras.optimizers.SGD(0.1)}
    model.compile(optimizers, seed=5)
    return model


def batch(rows=6):
    return {"point": tf.constant(np.random.default_rng(0).normal(size=(rows, 2)), tf.float32)}


def weights(model):
    return {name: [w.copy() for w in network.get_weights()] for name, network in model.networks.items()}


def moved(before, model, name):
    return any((a != b).any() for a, b in zip(before[name], model.networks[name].get_weights(), strict=True))


@pytest.mark.parametrize("player, other", [("generator", "discriminator"), ("discriminator", "generator")])
def test_a_step_of_one_player_moves_that_player_alone(player, other):
    model = compiled()
    before = weights(model)
    loss = getattr(model, f"{player}_loss")
    model.minimize(player, lambda: loss(batch()))
    assert moved(before, model, player) and not moved(before, model, other)


def test_a_discriminator_step_is_gradient_descent_on_its_loss():
    model = compiled()
    real = batch()
    # The draws of a step are numbered: starting over gives the same latents.
    with tf.GradientTape() as tape:
        loss = model.discriminator_loss(real)
    variables = model.variables_of("discriminator")
    expected = [v - 0.1 * g for v, g in zip(variables, tape.gradient(loss, variables), strict=True)]
    model._round.end()
    model.minimize("discriminator", lambda: model.discriminator_loss(real))
    for variable, wanted in zip(variables, expected, strict=True):
        np.testing.assert_allclose(variable, wanted, rtol=1e-5, atol=1e-7)


def test_the_losses_equal_a_numpy_reference():
    model = compiled()
    real = batch()
    latents = model.noise(6).numpy()
    model._round.end()
    real_logits = model.discriminator(real["point"]).numpy().astype(np.float64)
    fake_logits = model.discriminator(model.generator(latents)).numpy().astype(np.float64)
    expected = np.log1p(np.exp(-real_logits)).mean() + np.log1p(np.exp(fake_logits)).mean()
    np.testing.assert_allclose(model.discriminator_loss(real), expected, rtol=1e-5)
    model._round.end()
    np.testing.assert_allclose(model.generator_loss(real), np.log1p(np.exp(-fake_logits)).mean(), rtol=1e-5)


def test_simultaneous_updates_start_from_the_same_point():
    together, in_turn = compiled(simultaneous=True), compiled()
    real = batch()
    gradients = {}
    reference = compiled()
    for player in ("discriminator", "generator"):
        loss = getattr(reference, f"{player}_loss")
        gradients[player] = [g.numpy() for g in reference.gradients(player, lambda: loss(real))]
    before = weights(together)
    together.train_step(real)
    in_turn.train_step(real)
    for player in ("discriminator", "generator"):
        for old, new, gradient in zip(before[player], together.networks[player].get_weights(), gradients[player], strict=True):
            np.testing.assert_allclose(new, old - 0.1 * gradient, rtol=1e-4, atol=1e-6)
    assert moved(weights(together), in_turn, "generator"), "in turn, the generator sees a discriminator that moved"


def test_each_player_steps_at_a_learning_rate_of_its_own():
    # The two time-scale update rule. From the same point the gradients are the same, and SGD's steps as long as the rates.
    steps = {}
    for rate in (0.1, 0.4):
        model = compiled(simultaneous=True)
        model.optimizers["discriminator"].learning_rate = rate
        before = weights(model)
        model.train_step(batch())
        steps[rate] = {
            name: np.concatenate([(b - a).ravel() for a, b in zip(before[name], network.get_weights(), strict=True)])
            for name, network in model.networks.items()
        }
    assert np.abs(steps[0.1]["discriminator"]).max() > 1e-3 and np.abs(steps[0.1]["generator"]).max() > 1e-3
    np.testing.assert_allclose(steps[0.4]["discriminator"], 4 * steps[0.1]["discriminator"], rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(steps[0.4]["generator"], steps[0.1]["generator"])


@pytest.mark.parametrize("discriminator_steps, generator_steps", [(1, 1), (3, 1), (1, 2), (2, 3)])
def test_each_player_takes_its_steps_on_fresh_batches(discriminator_steps, generator_steps):
    model = compiled(discriminator_steps=discriminator_steps, generator_steps=generator_steps)
    seen = []
    original = model.discriminator_loss
    model.discriminator_loss = lambda real: seen.append(real["point"].numpy()) or original(real)
    data = batch(rows=4 * model.batches_per_step)
    model.train_step(data)
    assert int(model.optimizers["discriminator"].iterations) == discriminator_steps
    assert int(model.optimizers["generator"].iterations) == generator_steps
    assert int(model.step) == generator_steps
    np.testing.assert_array_equal(np.concatenate(seen), data["point"])


def test_every_draw_of_a_step_differs_and_the_next_step_differs_again():
    model = compiled()
    first = [model.noise(4).numpy() for _ in range(3)]
    model._round.end()
    np.testing.assert_array_equal(model.noise(4), first[0])
    model.step.assign_add(1)
    model._round.end()
    later = model.noise(4).numpy()
    draws = [*first, later]
    for i, one in enumerate(draws):
        for other in draws[:i]:
            assert np.abs(one - other).max() > 0.01


def test_real_and_fake_pass_batch_norm_in_batches_of_their_own():
    keras.utils.set_random_seed(0)
    model = GAN(dcgan_generator(size=16, channels=1, latent_dim=4, width=4), dcgan_discriminator(size=16, channels=1, width=4))
    model.compile({name: keras.optimizers.SGD(0.0) for name in model.players})
    sizes = []
    discriminate = model.discriminate
    model.discriminate = lambda images, **kw: sizes.append(images.shape[0]) or discriminate(images, **kw)
    model.train_step({"image": tf.zeros((4, 16, 16, 1))})
    assert sizes == [4, 4, 4]  # real, fake; then the generator's


def test_instance_noise_falls_to_zero():
    model = compiled(instance_noise=1.0, instance_noise_steps=10)
    zeros = tf.zeros((500, 2))
    strength = []
    for step in (0, 5, 10, 20):
        model.step.assign(step)
        strength.append(np.std(model.blurred(zeros)))
    np.testing.assert_allclose(strength, [1.0, 0.5, 0.0, 0.0], atol=0.06)


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_instance_noise_is_on_all_that_the_discriminator_sees(player, seen_noise):
    make = lambda **options: compiled(adversarial_loss=losses.Relativistic(), **options)  # noqa: E731
    noises = seen_noise(make, player, batch(400))
    assert len(noises) == 2  # data and samples
    np.testing.assert_allclose([noise.std() for noise in noises], 1.0, atol=0.1)
    assert np.abs(noises[0] - noises[1]).max() > 1, "each batch has a noise of its own"


def test_a_penalty_is_added_to_the_discriminators_loss_alone():
    plain, penalised = compiled(), compiled(penalties=[penalties.R1(gamma=10.0)])
    real = batch()
    assert penalised.discriminator_loss(real) > plain.discriminator_loss(real)
    for model in (plain, penalised):
        model._round.end()
    np.testing.assert_allclose(penalised.generator_loss(real), plain.generator_loss(real), rtol=1e-6)


@pytest.mark.parametrize(
    "penalty", [penalties.WGANGP(), penalties.DRAGAN(), penalties.R1(gamma=1.0), penalties.R2(gamma=1.0)], ids=repr
)
def test_every_penalty_moves_the_discriminator_by_finite_gradients(penalty):
    model = compiled(penalties=[penalty])
    before = weights(model)
    model.minimize("discriminator", lambda: model.discriminator_loss(batch()))
    assert moved(before, model, "discriminator")
    assert all(np.isfinite(weight).all() for weight in model.discriminator.get_weights())


def test_a_relativistic_generator_sees_real_logits():
    model = compiled(adversarial_loss=losses.Relativistic())
    model.train_step(batch())
    assert int(model.step) == 1


def test_a_loss_that_is_not_finite_stops_before_the_weights_change():
    model = compiled()
    before = weights(model)
    with pytest.raises(tf.errors.InvalidArgumentError, match="the loss or gradient of the generator is not finite"):
        model.minimize("generator", lambda: model.generator_loss(batch()) * np.inf)
    assert not moved(before, model, "generator")


@pytest.mark.filterwarnings("ignore:.*gradients")  # as Keras says
def test_a_weight_that_the_loss_does_not_reach_stays_and_the_others_move():
    model = compiled()
    before = weights(model)["generator"]
    *others, last = model.gradients("generator", lambda: model.generator_loss(batch()))
    assert np.abs(last).max() > 0
    model.move("generator", [*others, None])
    *moved_ones, kept = weights(model)["generator"]
    np.testing.assert_array_equal(kept, before[-1])
    assert all((one != old).any() for one, old in zip(moved_ones, before[:-1], strict=True))


def test_records_are_means_over_the_steps_since_the_last_report():
    model = compiled()
    expected = [model.train_step(batch())["generator_loss"].numpy() for _ in range(3)]
    np.testing.assert_allclose(model.take_records()["generator_loss"], np.mean(expected), rtol=1e-6)
    assert model.take_records() == {}


def test_each_player_needs_an_optimizer():
    model = GAN(mlp_generator(shape=(2,), output="linear"), mlp_discriminator(shape=(2,)))
    with pytest.raises(ValueError, match="one optimizer a player"):
        model.compile({"generator": keras.optimizers.Adam()})


def test_simultaneous_updates_are_one_step_each():
    with pytest.raises(UserError, match="one step of each"):
        compiled(simultaneous=True, discriminator_steps=2)
