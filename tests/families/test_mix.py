import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, penalties
from ganzoo.errors import UserError
from ganzoo.families.mix import MIXGAN
from ganzoo.networks.dcgan import dcgan_generator
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.serving.export import served


def compiled(components=3, rate=0.1, optimizer=keras.optimizers.SGD, **options):
    keras.utils.set_random_seed(1)
    model = MIXGAN(
        mlp_generator(shape=(2,), latent_dim=3, width=8, output="linear"),
        mlp_discriminator(shape=(2,), width=8),
        components=components,
        **options,
    )
    model.compile({player: optimizer(rate) for player in model.players}, seed=5)
    return model


def batch(rows=6):
    return {"point": tf.constant(np.random.default_rng(0).normal(size=(rows, 2)), tf.float32)}


def set_weights(model, player, weights):
    model.networks[player].get_layer("mixture").logits.assign(np.log(weights).astype(np.float32))


def softplus(x):
    return np.log1p(np.exp(x))


def test_components_begin_apart():
    model = compiled()
    for one, other in itertools.combinations(model.generators, 2):
        assert np.abs(one.get_weights()[0] - other.get_weights()[0]).max() > 0.01
    kernels = [d.get_weights()[0] for d in model.discriminators]
    assert np.abs(kernels[0] - kernels[1]).max() > 0.01
    np.testing.assert_allclose(model.weights_of("generator"), [1 / 3] * 3, rtol=1e-6)


def least_squares(logits, target):
    return 0.5 * np.square(logits - target)


# What one pair's discriminator and generator lose, of logits of data and of samples, in NumPy.
PAYOFFS = {
    losses.NonSaturating(): (lambda x, y: softplus(-x) + softplus(y), lambda x, y: softplus(-y)),
    losses.Minimax(): (lambda x, y: softplus(-x) + softplus(y), lambda x, y: -softplus(y)),
    losses.Hinge(): (lambda x, y: np.maximum(1 - x, 0) + np.maximum(1 + y, 0), lambda x, y: -y),
    losses.LeastSquares(): (lambda x, y: least_squares(x, 1) + least_squares(y, 0), lambda x, y: least_squares(y, 1)),
    losses.Relativistic(): (lambda x, y: softplus(y - x), lambda x, y: softplus(x - y)),
}


@pytest.mark.parametrize("loss", PAYOFFS, ids=repr)
def test_the_losses_equal_brute_force_over_all_pairs(loss):
    model = compiled(entropy=0.1, adversarial_loss=loss)
    of_discriminator, of_generator = PAYOFFS[loss]
    w_g, w_d = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.2, 0.7])
    set_weights(model, "generator", w_g)
    set_weights(model, "discriminator", w_d)
    real = batch()
    latents = model.noise(6).numpy()
    model._round.end()
    d_loss = g_loss = 0.0
    for i, j in itertools.product(range(3), range(3)):
        fake = model.discriminators[j](model.generators[i](latents)).numpy().astype(np.float64)
        true = model.discriminators[j](real["point"]).numpy().astype(np.float64)
        d_loss += w_g[i] * w_d[j] * of_discriminator(true, fake).mean()
        g_loss += w_g[i] * w_d[j] * of_generator(true, fake).mean()
    np.testing.assert_allclose(model.discriminator_loss(real), d_loss - 0.1 * np.log(w_d).mean(), rtol=1e-5)
    model._round.end()
    np.testing.assert_allclose(model.generator_loss(real), g_loss - 0.1 * np.log(w_g).mean(), rtol=1e-5)


@pytest.mark.parametrize("player, other", [("generator", "discriminator"), ("discriminator", "generator")])
def test_a_step_moves_all_components_and_weights_of_one_player(player, other):
    model = compiled()
    before = {name: [w.copy() for w in network.get_weights()] for name, network in model.networks.items()}
    loss = getattr(model, f"{player}_loss")
    model.minimize(player, lambda: loss(batch()))
    moved = [np.abs(a - b).max() > 0 for a, b in zip(before[player], model.networks[player].get_weights(), strict=True)]
    assert all(moved)
    for a, b in zip(before[other], model.networks[other].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def weights_after(entropy):
    """Generator weights where the first component already makes data and the others make points far away."""
    model = compiled(entropy=entropy, rate=0.5)
    for i, generator in enumerate(model.generators):
        weights = [np.zeros_like(w) for w in generator.get_weights()]
        weights[-1] += 0.0 if i == 0 else 30.0
        generator.set_weights(weights)
    for discriminator in model.discriminators:  # judges that take what lies at the origin for data
        discriminator.set_weights([*[w * 0 - 0.1 for w in discriminator.get_weights()[:-1]], discriminator.get_weights()[-1]])
    return moved_weights(model, "generator")


def moved_weights(model, player):
    """A player's mixture weights after 300 steps that move them alone."""
    logits, loss = model.networks[player].get_layer("mixture").logits.value, getattr(model, f"{player}_loss")

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = loss(batch())
        logits.assign_sub(0.5 * tape.gradient(value, logits))

    for _ in range(300):
        step()
        model._round.end()
    return model.weights_of(player).numpy()


def judges_weights_after(entropy):
    """Discriminator weights where the first component tells samples from data and the others are blind."""
    model = compiled(entropy=entropy)
    for generator in model.generators:  # samples far to the right of all data
        generator.set_weights([*[w * 0 for w in generator.get_weights()[:-1]], np.array([10.0, 0.0], np.float32)])
    for j, discriminator in enumerate(model.discriminators):
        weights = [w * 0 for w in discriminator.get_weights()]
        if j == 0:  # 8 units that see the first coordinate, passed on and summed up: the logit falls with it
            weights[0][0], weights[2][:], weights[-2][:], weights[-1][:] = 0.5, np.eye(8), -0.5, 8.0
        discriminator.set_weights(weights)
    return moved_weights(model, "discriminator")


def test_weights_collapse_without_the_regulariser_and_not_with_it():
    assert weights_after(entropy=0.0).max() > 0.97
    assert weights_after(entropy=1.0).min() > 0.1


def test_discriminators_weights_collapse_onto_the_one_that_sees_and_not_with_the_regulariser():
    assert judges_weights_after(entropy=0.0)[0] > 0.97
    assert judges_weights_after(entropy=1.0).min() > 0.1


def test_a_resumed_run_ends_in_the_same_state(resumes_exactly):
    resumes_exactly(lambda: compiled(components=2, optimizer=keras.optimizers.Adam, rate=0.01), batch())


@pytest.mark.parametrize(
    "options",
    [
        {"adversarial_loss": losses.Hinge()},
        {"adversarial_loss": losses.Relativistic()},
        {"adversarial_loss": losses.LeastSquares(), "penalties": [penalties.R1(1.0)]},
        {"adversarial_loss": losses.Wasserstein(), "penalties": [penalties.WGANGP()], "discriminator_steps": 2},
    ],
    ids=lambda options: repr(options["adversarial_loss"]),
)
def test_it_plays_with_any_loss(options):
    model = compiled(components=2, **options)
    records = model.train_step(batch(12))
    assert int(model.step) == 1 and all(np.isfinite(value) for value in records.values())
    np.testing.assert_allclose(records["generator_weight_0"] + records["generator_weight_1"], 1.0, rtol=1e-5)


def test_samples_come_from_the_components_by_weight():
    model = compiled(average_decay=0.0)
    for i, generator in enumerate(model.generators):
        generator.set_weights([*[w * 0 for w in generator.get_weights()[:-1]], np.full(2, i, np.float32)])
    set_weights(model, "generator", [0.6, 0.3, 0.1])
    model.averages["generator"].network.set_weights(model.generator.get_weights())
    samples = model.sample(**model.draw_inputs(4000, seed=0)).numpy()
    shares = np.bincount(samples[:, 0].astype(int), minlength=3) / 4000
    np.testing.assert_allclose(shares, [0.6, 0.3, 0.1], atol=0.03)
    assert (np.diff(model.sample(**model.showcase(10, 0)).numpy()[:, 0]) >= 0).all()


def test_an_export_chooses_as_the_model_does(tmp_path):
    model = compiled()
    module, signatures = served(model)
    tf.saved_model.save(module, str(tmp_path), signatures=signatures)
    loaded = tf.saved_model.load(str(tmp_path))
    samples = loaded.signatures["sample"](count=tf.constant(9), seed=tf.constant(3))["points"]
    np.testing.assert_allclose(samples, model.sample(**model.draw_inputs(9, 3)), rtol=1e-5)
    logits = loaded.signatures["discriminate"](points=samples)["logits"].numpy()
    each = [d(samples).numpy() for d in model.discriminators]
    np.testing.assert_allclose(logits, np.mean(each, 0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "options, complaint", [({"components": 1}, "at least 2"), ({"entropy": -1.0}, "0 or more")], ids=["one", "negative"]
)
def test_what_makes_no_sense_is_refused(options, complaint):
    with pytest.raises(UserError, match=complaint):
        compiled(**options)
    with pytest.raises(UserError, match="takes labels"):
        MIXGAN(dcgan_generator(size=8, channels=1, num_classes=3, width=4), mlp_discriminator(shape=(8, 8, 1)))
