import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, noise
from ganzoo.data.points import Points
from ganzoo.errors import UserError
from ganzoo.families.bigan import BiGAN
from ganzoo.networks.bigan import dcgan_encoder, dcgan_joint_discriminator, mlp_encoder, mlp_joint_discriminator
from ganzoo.networks.dcgan import dcgan_generator
from ganzoo.networks.mlp import mlp_generator
from ganzoo.serving.export import served


def compiled(gaussian=False, width=8, optimizer=lambda: keras.optimizers.SGD(0.1), **options):
    keras.utils.set_random_seed(1)
    model = BiGAN(
        mlp_generator(shape=(2,), latent_dim=3, width=width, output="linear"),
        mlp_encoder(shape=(2,), latent_dim=3, width=width, gaussian=gaussian),
        mlp_joint_discriminator(shape=(2,), latent_dim=3, width=width),
        gaussian=gaussian,
        **options,
    )
    model.compile({player: optimizer() for player in model.players}, seed=5)
    return model


def batch(rows=6):
    return {"point": tf.constant(np.random.default_rng(0).normal(size=(rows, 2)), tf.float32)}


def softplus(x):
    return np.log1p(np.exp(x))


@pytest.mark.parametrize("gaussian", [False, True])
def test_the_losses_equal_a_numpy_reference(gaussian):
    model = compiled(gaussian)
    real = batch()["point"].numpy()
    latents = model.noise(6)
    code = model.encoder(real).numpy()
    if gaussian:
        draw = model.draw(6, (3,), noise.Normal(), "code").numpy()
        code = code[:, :3] + np.exp(code[:, 3:]) * draw
    model._round.end()
    data = model.discriminator([tf.constant(real), tf.constant(code)]).numpy().astype(np.float64)
    sample = model.discriminator([model.generator(latents), latents]).numpy().astype(np.float64)
    np.testing.assert_allclose(model.discriminator_loss(batch()), (softplus(-data) + softplus(sample)).mean(), rtol=1e-5)
    model._round.end()
    np.testing.assert_allclose(model.generator_loss(batch()), (softplus(data) + softplus(-sample)).mean(), rtol=1e-5)


@pytest.mark.parametrize("player, others", [("generator", ["discriminator"]), ("discriminator", ["generator", "encoder"])])
def test_a_step_of_one_side_moves_that_side_alone(player, others):
    model = compiled(gaussian=True)
    before = {name: [w.copy() for w in network.get_weights()] for name, network in model.networks.items()}
    loss = getattr(model, f"{player}_loss")
    model.minimize(player, lambda: loss(batch()))
    for name, network in model.networks.items():
        moved = [(a != b).any() for a, b in zip(before[name], network.get_weights(), strict=True)]
        assert any(moved) == (name not in others), name


def test_both_sides_move_from_the_same_point():
    together, reference = compiled(), compiled()
    gradients = {}
    for player in ("discriminator", "generator"):
        loss = getattr(reference, f"{player}_loss")
        gradients[player] = [g.numpy() for g in reference.gradients(player, lambda: loss(batch()))]
    before = {player: [v.numpy() for v in together.variables_of(player)] for player in gradients}
    together.train_step(batch())
    for player, moves in gradients.items():
        for old, gradient, new in zip(before[player], moves, together.variables_of(player), strict=True):
            np.testing.assert_allclose(new.numpy(), old - 0.1 * gradient, rtol=1e-4, atol=1e-6)


def test_the_encoder_comes_to_invert_the_generator():
    model = compiled(width=64, optimizer=lambda: keras.optimizers.Adam(1e-3, beta_1=0.5), average_decay=0.99)

    def error():
        latents = model.draw_inputs(512, seed=9)["latents"]
        return float(tf.reduce_mean(tf.abs(model.codes(model.sample(latents)) - latents)))

    before = error()
    model.fit(Points("ring8", take=4096).batches(128, seed=0), steps_per_epoch=600, epochs=1, verbose=0)
    assert error() < 0.75 * before


@pytest.mark.parametrize("gaussian", [False, True], ids=["BiGAN", "ALI"])
def test_a_resumed_run_ends_in_the_same_state(resumes_exactly, gaussian):
    resumes_exactly(lambda: compiled(gaussian, optimizer=lambda: keras.optimizers.Adam(1e-2)), batch())


def test_an_export_encodes_and_reconstructs(tmp_path):
    keras.utils.set_random_seed(0)
    sizes = {"size": 8, "channels": 1, "latent_dim": 5, "width": 4, "kernel_size": 3}
    model = BiGAN(
        dcgan_generator(first_side=2, **sizes),
        dcgan_encoder(last_side=2, gaussian=True, **sizes),
        dcgan_joint_discriminator(last_side=2, latent_width=8, joint_width=8, **sizes),
        gaussian=True,
    )
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players})
    assert np.isfinite(model.train_step({"image": tf.zeros((4, 8, 8, 1))})["generator_loss"])
    module, signatures = served(model)
    tf.saved_model.save(module, str(tmp_path), signatures=signatures)
    loaded = tf.saved_model.load(str(tmp_path)).signatures
    images = loaded["sample"](count=tf.constant(3), seed=tf.constant(0))["images"]
    codes = loaded["encode"](images=images)["latents"]
    assert codes.shape == (3, 5)
    np.testing.assert_allclose(loaded["reconstruct"](images=images)["images"], model.sample(codes), atol=1e-5)
    assert loaded["discriminate"](images=images, latents=codes)["logits"].shape == (3, 1)


def test_what_does_not_fit_is_refused():
    generator = mlp_generator(shape=(2,), latent_dim=3, output="linear")
    discriminator = mlp_joint_discriminator(shape=(2,), latent_dim=3)
    with pytest.raises(UserError, match="6 values for 3 latents, not 3"):
        BiGAN(generator, mlp_encoder(shape=(2,), latent_dim=3), discriminator, gaussian=True)
    with pytest.raises(UserError, match="one logit"):
        BiGAN(generator, mlp_encoder(shape=(2,), latent_dim=3), discriminator, adversarial_loss=losses.Relativistic())
