"""The construction of Arora, Risteski, Zhang 2017: what it must hold exactly, and what discriminators make of it."""

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from ganzoo import noise
from ganzoo.data.images import Images
from ganzoo.data.noised_images import NoisedImages
from ganzoo.errors import UserError
from ganzoo.explore.probe import advantage
from ganzoo.families.fixed_pair import FixedPair
from ganzoo.networks.bigan import mlp_joint_discriminator
from ganzoo.networks.limits import pixel_encoder, pool_generator
from ganzoo.serving.export import served

EVERY = 15


@pytest.fixture(scope="module")
def pool():
    return Images("digits", split="train[:512]")


@pytest.fixture(scope="module")
def real():
    """Held-out noised digits, float32 [360, 8, 8, 1]: none is in the pool."""
    return next(iter(NoisedImages("digits", EVERY, split="test").batches(360, seed=0)))["image"]


def compiled(pool, size, width=8, optimizer=None):
    keras.utils.set_random_seed(1)
    model = FixedPair(
        pool_generator(pool, size, EVERY),
        pixel_encoder((8, 8, 1), EVERY),
        mlp_joint_discriminator(shape=(8, 8, 1), latent_dim=4, width=width, depth=1),
    )
    model.compile({"discriminator": optimizer or keras.optimizers.SGD(0.1)}, seed=3)
    return model


def without_noise(images):
    flat = np.array(images).reshape(-1, 64)
    flat[:, [7, 22, 37, 52]] = 0
    return flat


def test_the_encoder_inverts_the_generator_exactly(pool):
    model = compiled(pool, 32)
    latents = model.draw_inputs(500, seed=0)["latents"]
    np.testing.assert_array_equal(model.codes(model.sample(latents)), latents)


def test_codes_of_data_have_the_law_of_latents(pool, real):
    codes = compiled(pool, 32).codes(real).numpy()
    for column in codes.T:
        assert scipy.stats.kstest((column + 1) / 2, "uniform").pvalue > 0.01
    assert np.abs(np.corrcoef(codes.T) - np.eye(4)).max() < 4 / np.sqrt(len(codes))


@pytest.mark.parametrize("size", [7, 64])
def test_samples_are_the_pools_images_in_equal_shares(pool, size):
    model = compiled(pool, size)
    samples = without_noise(model.sample(**model.draw_inputs(6400, seed=1)))
    found, counts = np.unique(samples, axis=0, return_counts=True)
    known = np.unique(without_noise(model.generator.get_layer("pool").pool), axis=0)
    np.testing.assert_array_equal(found, known)
    assert len(known) == size and scipy.stats.chisquare(counts).pvalue > 0.001


def test_decoding_a_code_gives_a_stranger(pool, real):
    model = compiled(pool, 256)
    given_back, strangers = (
        np.linalg.norm(without_noise(real) - without_noise(other), axis=1).mean()
        for other in (model.reconstruct(real), tf.roll(real, 1, axis=0))
    )
    assert given_back > 0.95 * strangers


def test_advantage_of_known_logits():
    assert advantage([1.0, 2.0, 3.0, -1.0], [-1.0, -2.0, 5.0, -1.0]) == 0.5
    assert advantage([1.0], [-1.0]) == 1.0 and advantage([0.5, -0.5], [0.5, -0.5]) == 0.0


def test_who_knows_the_pool_is_never_wrong(pool, real):
    model = compiled(pool, 256)
    known = set(map(bytes, without_noise(model.generator.get_layer("pool").pool)))

    def judge(images):
        return np.array([-1.0 if bytes(image) in known else 1.0 for image in without_noise(images)])

    assert advantage(judge(real), judge(model.sample(**model.draw_inputs(300, seed=2)))) == 1.0


def test_only_the_discriminator_moves(pool):
    model = compiled(pool, 32)
    before = {name: network.get_weights() for name, network in model.networks.items()}
    batch = next(iter(NoisedImages("digits", EVERY).batches(16, seed=0)))
    records = model.train_step(batch)
    assert -1 <= float(records["advantage"]) <= 1 and int(model.step) == 1
    for name, network in model.networks.items():
        moved = [(a != b).any() for a, b in zip(before[name], network.get_weights(), strict=True)]
        assert any(moved) == (name == "discriminator"), name
    assert model.equilibrium == {"discriminator": pytest.approx(2 * np.log(2))}


def test_the_loss_equals_a_numpy_reference(pool, real):
    model = compiled(pool, 32)
    latents = model.noise(len(real))
    model._round.end()
    true, fake = (
        model.discriminator(pair).numpy().astype(np.float64)
        for pair in ([real, model.encoder(real)], [model.generator(latents), latents])
    )
    expected = np.log1p(np.exp(-true)).mean() + np.log1p(np.exp(fake)).mean()
    np.testing.assert_allclose(model.discriminator_loss({"image": real}), expected, rtol=1e-5)
    np.testing.assert_allclose(model._round.records["advantage"], advantage(true, fake), atol=1e-6)


def test_a_small_discriminator_sees_few_images_and_passes_many(pool, real):
    found = {}
    for size in (2, 512):
        model = compiled(pool, size, optimizer=keras.optimizers.Adam(3e-3))
        model.fit(NoisedImages("digits", EVERY, split="train[512:]").batches(128, seed=0), steps_per_epoch=300, verbose=0)
        latents = noise.sample_rows(noise.Uniform(), 1000, (4,), 9)
        fake = model.discriminator([model.generator(latents), latents])
        found[size] = advantage(model.discriminator([real, model.encoder(real)]), fake)
    assert found[2] > 0.8 and found[512] < 0.4


def test_a_resumed_run_ends_in_the_same_state(pool, real, resumes_exactly):
    resumes_exactly(lambda: compiled(pool, 8, optimizer=keras.optimizers.Adam(1e-2)), {"image": real[:16]})


def test_an_export_gives_the_same_samples(pool, tmp_path):
    model = compiled(pool, 32)
    module, signatures = served(model)
    tf.saved_model.save(module, str(tmp_path), signatures=signatures)
    loaded = tf.saved_model.load(str(tmp_path)).signatures
    images = loaded["sample"](count=tf.constant(5), seed=tf.constant(1))["images"]
    np.testing.assert_array_equal(images, model.sample(**model.draw_inputs(5, 1)))
    assert loaded["encode"](images=images)["latents"].shape == (5, 4)


def test_networks_are_rebuilt_from_their_configs(pool):
    for network in (pool_generator(pool, 5, EVERY), pixel_encoder((8, 8, 1), EVERY)):
        again = network.__class__.from_config(network.get_config())
        again.set_weights(network.get_weights())
        value = tf.random.stateless_uniform((4, *network.inputs[0].shape[1:]), [0, 1], -1.0, 1.0)
        np.testing.assert_array_equal(again(value), network(value))


def test_a_pool_larger_than_the_data_is_refused(pool):
    with pytest.raises(UserError, match="more than the 512"):
        pool_generator(pool, 513, EVERY)
