import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from ganzoo import noise, penalties
from ganzoo.errors import UserError
from ganzoo.families.biggan import UNTRUNCATED, BigGAN, kernels_of, truncated
from ganzoo.networks.biggan import biggan_discriminator, biggan_generator
from ganzoo.networks.dcgan import dcgan_generator
from ganzoo.serving.export import served

CLASSES = 3


def made(**options):
    keras.utils.set_random_seed(1)
    model = BigGAN(
        biggan_generator(8, 1, latent_dim=4, width=2, num_classes=CLASSES, shared_dim=4),
        biggan_discriminator(8, 1, width=2, num_classes=CLASSES),
        **{"discriminator_steps": 1, **options},
    )
    model.compile({player: keras.optimizers.SGD(0.01) for player in model.players}, seed=5)
    return model


def batch(rows=6):
    images = np.random.default_rng(0).uniform(-1, 1, (rows, 8, 8, 1))
    return {"image": tf.constant(images, tf.float32), "label": tf.range(rows, dtype=tf.int64) % CLASSES}


# ----------------------------------------------------------------------------------------------------- truncation


def test_truncation_has_known_answers():
    latents = tf.constant([-3.0, -1.0, 0.0, 0.5, 2.0])
    for bound in (0.04, 0.5, 1.0, 3.0):
        share = stats.norm.cdf(bound) - stats.norm.cdf(-bound)
        expected = stats.norm.ppf(stats.norm.cdf(-bound) + stats.norm.cdf(latents.numpy().astype(np.float64)) * share)
        np.testing.assert_allclose(truncated(latents, tf.constant(bound)), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(truncated(latents, tf.constant(0.0)), np.zeros(5))
    for open_value in (6.0, 1e9):
        np.testing.assert_array_equal(truncated(latents, tf.constant(open_value)), latents)


@pytest.mark.parametrize("bound", [0.3, 1.0, 2.5])
def test_truncated_latents_are_normal_ones_within_the_bound(bound):
    draws = truncated(noise.Normal()([20_000], [1, 2]), tf.constant(bound)).numpy()
    assert np.abs(draws).max() <= bound
    assert stats.kstest(draws, stats.truncnorm(-bound, bound).cdf).pvalue > 1e-3


def test_extreme_latents_stay_finite():
    latents = tf.constant([-12.0, -5.6, 5.6, 12.0])
    for bound in (1.0, 5.9):
        draws = truncated(latents, tf.constant(bound)).numpy()
        assert np.isfinite(draws).all() and np.abs(draws).max() <= bound


def test_samples_take_truncation_and_keep_their_labels():
    model = made()
    plain, cut = model.draw_inputs(100, 3), model.draw_inputs(100, 3, truncation=0.5)
    assert np.abs(plain["latents"]).max() > 1 > 0.5 >= np.abs(cut["latents"]).max()
    np.testing.assert_array_equal(plain["labels"], cut["labels"])
    order = np.argsort(plain["latents"].numpy().ravel())
    assert (np.diff(cut["latents"].numpy().ravel()[order]) >= 0).all()


def test_only_normal_latents_can_be_truncated():
    with pytest.raises(UserError, match=r"truncation is of N\(0, 1\)"):
        made(latents=noise.Uniform())


# --------------------------------------------------------------------------------------- orthogonal regularisation


def off_diagonal(kernel):
    matrix = kernel.astype(np.float64).reshape(-1, kernel.shape[-1])
    products = matrix.T @ matrix
    return np.square(products - np.diag(np.diag(products))).sum()


def test_the_penalty_is_on_every_kernel_and_not_on_the_shared_embedding():
    model = made(orthogonal=penalties.Orthogonal(0.5))
    paths = [v.path for v in model.generator.trainable_variables if v.path.endswith("kernel")]
    kernels = [v.numpy() for v in model.generator.trainable_variables if v.path.endswith("kernel")]
    assert len(kernels_of(model.generator)) == len(kernels) and any("gain" in path for path in paths)
    plain = made().generator_loss(batch())
    loss = model.generator_loss(batch())
    np.testing.assert_allclose(loss - plain, 0.5 * sum(map(off_diagonal, kernels)), rtol=1e-4)
    embedding = model.generator.get_layer("shared_embedding").embeddings
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([v.value for v in model.generator.trainable_variables])
        penalty = model.orthogonal(kernels_of(model.generator))
    gradients = tape.gradient(penalty, [v.value for v in model.generator.trainable_variables])
    untouched = [v for v, g in zip(model.generator.trainable_variables, gradients, strict=True) if g is None]
    assert any(v is embedding for v in untouched)
    assert {v.path.split("/")[-1] for v in untouched} == {"embeddings", "bias", "gamma", "beta"}


def test_the_kernels_of_transposed_convolutions_have_their_outputs_last():
    network = dcgan_generator(size=8, channels=1, latent_dim=4, width=4, first_side=2, kernel_size=3)
    shapes = [tuple(kernel.shape) for kernel in kernels_of(network)]
    assert shapes == [(4, 32), (3, 3, 8, 4), (3, 3, 4, 1)]
    transposed = network.get_layer("up_4").kernel.numpy()  # [k, k, outputs, in]
    np.testing.assert_array_equal(kernels_of(network)[1], transposed.swapaxes(2, 3))


def test_descending_the_penalty_makes_kernels_orthogonal():
    kernel = tf.Variable(np.random.default_rng(0).normal(0.1, 0.1, (3, 3, 8, 8)), dtype=tf.float32)
    penalty = penalties.Orthogonal(1.0)
    before = off_diagonal(kernel.numpy())
    for _ in range(20):
        with tf.GradientTape() as tape:
            loss = penalty([kernel])
        kernel.assign_sub(0.03 * tape.gradient(loss, kernel))
    assert off_diagonal(kernel.numpy()) < 0.1 * before


# ---------------------------------------------------------------------------------------------------------- steps


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_step_of_one_player_moves_that_player_alone(player):
    model = made(orthogonal=penalties.Orthogonal())
    before = {name: [v.numpy() for v in network.trainable_variables] for name, network in model.networks.items()}
    loss = getattr(model, f"{player}_loss")
    model.minimize(player, lambda: loss(batch()))
    for name, network in model.networks.items():
        changed = [(old != new.numpy()).any() for old, new in zip(before[name], network.trainable_variables, strict=True)]
        assert any(changed) is (name == player)


def test_hinge_losses_equal_a_numpy_reference():
    model = made()
    model.discriminator.trainable = False  # so that no power iteration moves between two looks
    real = batch()
    fake = model.generate(model.noise(6), real["label"])
    model._round.end()
    model.discriminate = lambda images, labels, training=False: model.discriminator([images, labels], training=False)
    real_logits, fake_logits = (model.discriminate(x, real["label"]).numpy() for x in (real["image"], fake))
    expected = np.maximum(0, 1 - real_logits).mean() + np.maximum(0, 1 + fake_logits).mean()
    np.testing.assert_allclose(model.discriminator_loss(real), expected, rtol=1e-3)
    model._round.end()
    np.testing.assert_allclose(model.generator_loss(real), -fake_logits.mean(), rtol=1e-2, atol=1e-3)


def test_an_export_samples_by_label_and_truncation(tmp_path):
    model = made()
    module, signatures = served(model)
    tf.saved_model.save(module, str(tmp_path), signatures=signatures)
    loaded = tf.saved_model.load(str(tmp_path))  # kept: its functions live as long as it does
    draw = {"count": tf.constant(5), "seed": tf.constant(1), "label": tf.constant(2)}
    images = {}
    for truncation in (0.4, UNTRUNCATED):
        expected = model.sample(**model.draw_inputs(5, 1, label=2, truncation=truncation))
        images[truncation] = loaded.signatures["sample"](**draw, truncation=tf.constant(truncation))["images"]
        np.testing.assert_allclose(images[truncation], expected, atol=1e-5)
    assert np.abs(images[0.4] - images[UNTRUNCATED]).max() > 1e-4
    for bound in (-1.0, float("nan")):
        with pytest.raises(tf.errors.InvalidArgumentError, match="truncation must be 0 or more"):
            loaded.signatures["inputs"](**draw, first=tf.constant(0), truncation=tf.constant(bound))
