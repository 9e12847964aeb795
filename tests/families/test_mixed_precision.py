"""Families under Keras' mixed policies: networks compute in half precision, penalties and weights stay in float32."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, penalties
from ganzoo.families.gan import GAN
from ganzoo.families.wgan import WGAN
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator

SMALL = {"size": 8, "channels": 1, "width": 4}
DCGAN = {**SMALL, "kernel_size": 3}


def wgan_gp():
    return WGAN(
        dcgan_generator(latent_dim=4, first_side=2, **DCGAN),
        dcgan_discriminator(last_side=2, norm="layer", **DCGAN),
        critic_steps=1,
        clip=None,
        penalties=[penalties.WGANGP()],
    )


def hinge_r1_r2():
    return GAN(
        resnet_generator(latent_dim=4, **SMALL),
        resnet_discriminator(**SMALL),
        losses.Hinge(),
        penalties=[penalties.R1(1.0), penalties.R2(1.0)],
    )


EVERY = pytest.mark.parametrize("make", [wgan_gp, hinge_r1_r2], ids=lambda make: make.__name__)
HALF = pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
BATCH = {"image": tf.constant(np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 1)), tf.float32)}


@pytest.fixture(autouse=True)
def float32_again():
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture
def found(monkeypatch):
    """A list that gets what each penalty gives."""
    values = []

    def watch(kind):
        call = kind.__call__

        def watched(*arguments):
            values.append(call(*arguments))
            return values[-1]

        monkeypatch.setattr(kind, "__call__", watched)

    for kind in (penalties.WGANGP, penalties.R1, penalties.R2):
        watch(kind)
    return values


def compiled(make, policy, rate=0.01):
    """A family that is built under a policy; its first weights are the same under each."""
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(1)
    model = make()
    model.compile({player: keras.optimizers.SGD(rate) for player in model.players}, seed=5)
    return model


def judged(make, policy, found):
    """The records of one step of the discriminator with a loss scale that float16 can bear, and its penalties."""
    model = compiled(make, policy)
    assert {layer.compute_dtype for layer in model.discriminator.layers if layer.count_params()} >= {
        policy.removeprefix("mixed_")
    }
    assert all(variable.dtype == "float32" for variable in model.discriminator.trainable_variables)
    (judge,) = set(model.players) - {"generator"}
    if policy == "mixed_float16":
        model.optimizers[judge].dynamic_scale.assign(64.0)
    found.clear()
    model.minimize(judge, lambda: model.discriminator_loss(BATCH))
    records = {name.removeprefix(f"{judge}_"): float(value) for name, value in model._round.end().items()}
    assert all(value.dtype == tf.float32 for value in found)
    return records, [float(value) for value in found]


@EVERY
def test_half_precision_finds_the_losses_penalties_and_gradients_of_float32(make, found):
    records, values = judged(make, "float32", found)
    assert "skipped" not in records and min(values) > 0.1
    for policy in ("mixed_bfloat16", "mixed_float16"):
        half_records, half_values = judged(make, policy, found)
        assert half_records.pop("skipped", 0.0) == 0.0
        # bfloat16 has 8 bits. A norm that still had the loss scale in it would be 64 times too long.
        assert half_records == pytest.approx(records, rel=0.03, abs=0.01)
        np.testing.assert_allclose(half_values, values, rtol=0.03)
        assert half_values != values


@HALF
@EVERY
def test_training_in_half_precision_moves_both_players_by_finite_steps(make, policy, found):
    model = compiled(make, policy)
    (judge,) = set(model.players) - {"generator"}
    first = {name: network.get_weights() for name, network in model.networks.items()}
    skipped = 0
    for step in range(8):
        trainable = [variable.numpy() for variable in model.networks[judge].trainable_variables]
        records = {name: float(value) for name, value in model.train_step(BATCH).items()}
        assert np.isfinite(list(records.values())).all(), records
        moved = [np.any(a != b) for a, b in zip(trainable, model.networks[judge].trainable_variables, strict=True)]
        if records.get(f"{judge}_skipped"):
            # The loss scale begins at 2^15, which is too high for a gradient of this length.
            assert records[f"{judge}_gradient_norm"] == 0 and not any(moved)
            skipped += 1
        else:
            assert records[f"{judge}_gradient_norm"] > 0 and sum(moved) > len(moved) / 2
            if step:
                break
    assert (skipped > 0) == (policy == "mixed_float16")
    assert found and all(value.dtype == tf.float32 and np.isfinite(value) for value in found)
    for name, network in model.networks.items():
        assert all(np.isfinite(weight).all() for weight in network.get_weights())
        assert any(np.any(a != b) for a, b in zip(first[name], network.get_weights(), strict=True))
    means = model.take_records()
    assert np.isfinite(list(means.values())).all()
    if skipped:
        assert means[f"{judge}_skipped"] == pytest.approx(skipped / (step + 1))
