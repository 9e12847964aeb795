import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.families.autoencoder import VAE, Autoencoder
from ganzoo.likelihoods import Gaussian
from ganzoo.networks.bigan import mlp_encoder
from ganzoo.networks.mlp import mlp_generator
from ganzoo.serving.export import served


def compiled(family, depth=1, latent_dim=2, shape=(3,), rate=0.01, optimizer=None, **options):
    keras.utils.set_random_seed(1)
    model = family(
        mlp_generator(shape=shape, latent_dim=latent_dim, width=8, depth=depth, output="linear"),
        mlp_encoder(shape=shape, latent_dim=latent_dim, width=8, depth=depth, gaussian=family.gaussian),
        **options,
    )
    model.compile({"autoencoder": optimizer() if optimizer else keras.optimizers.SGD(rate)}, seed=5)
    return model


def points(rows, dimensions=3):
    return np.random.default_rng(0).normal(size=(rows, dimensions)).astype(np.float32)


def linear(model, weights, bias, deviation):
    """Sets a linear decoder x = W z + b and the exact posterior of its latents as the encoder; returns N(b, W W^T + s^2 I)."""
    precision = np.eye(2) + weights @ weights.T / deviation**2
    posterior = np.linalg.inv(precision)
    assert np.allclose(posterior, np.diag(np.diag(posterior))), "an encoder of independent codes needs orthogonal rows"
    gain = (posterior @ weights / deviation**2).T
    model.generator.set_weights([weights, bias])
    log_deviation = 0.5 * np.log(np.diag(posterior))
    model.encoder.set_weights([np.concatenate([gain, gain * 0], 1), np.concatenate([-bias @ gain, log_deviation])])
    return scipy.stats.multivariate_normal(bias, weights.T @ weights + deviation**2 * np.eye(3))


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_the_elbo_of_a_linear_vae_is_its_closed_form(shift):
    # With the exact posterior the bound is log p(x); moved by `shift` in each code it is lower by the KL between both.
    deviation = 0.6
    model = compiled(VAE, depth=0, likelihood=Gaussian(deviation))
    weights, bias = np.array([[1.0, 2.0, 0.0], [-1.0, 0.5, 1.0]]), np.array([0.3, -0.2, 0.1])
    law = linear(model, weights, bias, deviation)
    kernel, offset = model.encoder.get_weights()
    model.encoder.set_weights([kernel, offset + np.array([shift, shift, 0, 0])])
    x = points(40)

    @tf.function
    def bound(x):
        model.loss_of(x)
        return model._round.end()["elbo"]

    found = []
    for step in range(300):
        model.step.assign(step)
        found.append(float(bound(tf.constant(x))))
    precision = np.eye(2) + weights @ weights.T / deviation**2
    expected = law.logpdf(x).mean() - 0.5 * shift**2 * precision.sum()
    np.testing.assert_allclose(np.mean(found), expected, atol=4 * np.std(found) / np.sqrt(300))
    assert np.std(found) / np.sqrt(300) < 0.05


def test_the_loss_weighs_the_kl_by_beta_and_its_annealing():
    model = compiled(VAE, beta=4.0, kl_steps=10)
    for step, weight in ((0, 0.0), (5, 2.0), (10, 4.0), (50, 4.0)):
        model.step.assign(step)
        loss = float(model.loss_of(tf.constant(points(6))))
        records = model._round.end()
        np.testing.assert_allclose(loss, weight * records["kl"] - records["log_likelihood"], rtol=1e-5)


@pytest.mark.parametrize("family", [Autoencoder, VAE])
def test_a_step_moves_both_networks_and_lowers_the_loss(family):
    model = compiled(family)
    before = [w.copy() for w in model.encoder.get_weights() + model.generator.get_weights()]
    losses = [float(model.train_step({"point": tf.constant(points(16))})["autoencoder_loss"]) for _ in range(30)]
    assert losses[-1] < losses[0]
    after = model.encoder.get_weights() + model.generator.get_weights()
    assert all((a != b).any() for a, b in zip(before, after, strict=True))


def test_an_autoencoder_of_enough_latents_gives_back_what_it_is_given():
    model = compiled(Autoencoder, depth=0, latent_dim=3, average_decay=0.0, likelihood=Gaussian(1.0), rate=0.1)
    x = tf.constant(points(64))
    step = tf.function(model.train_step)
    for _ in range(500):
        step({"point": x})
    np.testing.assert_allclose(model.reconstruct(x), x, atol=0.02)


@pytest.mark.parametrize("family, options", [(Autoencoder, {}), (VAE, {"kl_steps": 3})], ids=["plain", "VAE"])
def test_a_resumed_run_ends_in_the_same_state(resumes_exactly, family, options):
    batch = {"point": tf.constant(points(8))}
    resumes_exactly(lambda: compiled(family, optimizer=lambda: keras.optimizers.Adam(1e-2), **options), batch)


@pytest.mark.parametrize("family", [Autoencoder, VAE])
def test_an_export_encodes_and_reconstructs(family, tmp_path):
    model = compiled(family)
    module, signatures = served(model)
    tf.saved_model.save(module, str(tmp_path), signatures=signatures)
    loaded = tf.saved_model.load(str(tmp_path)).signatures
    x = tf.constant(points(4))
    assert "discriminate" not in loaded
    np.testing.assert_allclose(loaded["encode"](points=x)["latents"], model.codes(x), rtol=1e-5)
    np.testing.assert_allclose(loaded["reconstruct"](points=x)["points"], model.reconstruct(x), rtol=1e-5)


def test_what_makes_no_sense_is_refused():
    generator, encoder = mlp_generator(shape=(3,), latent_dim=2), mlp_encoder(shape=(3,), latent_dim=2)
    with pytest.raises(UserError, match="4 values for 2 latents, not 2"):
        VAE(generator, encoder)
    for options, complaint in (({"beta": -1.0}, "beta"), ({"kl_steps": 0}, "kl_steps")):
        with pytest.raises(UserError, match=complaint):
            compiled(VAE, **options)
