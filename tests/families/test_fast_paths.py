"""What trains faster on CPUs trains alike: convolutions of small maps, fused batch norm, one kernel a variable for Adam."""

import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, penalties
from ganzoo.families import base
from ganzoo.families.gan import GAN
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator

STEPS = 20


def trained(norm, **options):
    """The losses of every step, and the weights after the last."""
    keras.utils.set_random_seed(3)
    model = GAN(
        dcgan_generator(8, 1, 6, width=6, first_side=4),
        dcgan_discriminator(8, 1, width=6, last_side=2, norm=norm),
        **options,
    )
    model.compile({player: keras.optimizers.Adam(1e-4, beta_1=0.5) for player in model.players}, seed=5)
    rng, step = np.random.default_rng(0), tf.function(model.train_step)
    records = [step({"image": tf.constant(rng.uniform(-1, 1, (8, 8, 8, 1)), tf.float32)}) for _ in range(STEPS)]
    losses_of = np.array([[record[f"{player}_loss"] for player in sorted(model.players)] for record in records])
    return losses_of, [weight for network in model.networks.values() for weight in network.get_weights()]


@pytest.mark.parametrize(
    "norm, options",
    [
        ("batch", {}),
        ("layer", {"adversarial_loss": losses.Wasserstein(), "penalties": (penalties.WGANGP(),)}),
    ],
)
def test_twenty_steps_are_those_of_the_plain_paths(norm, options, monkeypatch):
    fast_losses, fast_weights = trained(norm, **options)
    for module in ("ganzoo.layers.convolution", "ganzoo.layers.batch_norm"):
        monkeypatch.setattr(sys.modules[module], "on_cpu", lambda: False)
    monkeypatch.setattr(base, "fused", lambda optimizer: optimizer)
    plain_losses, plain_weights = trained(norm, **options)
    np.testing.assert_allclose(fast_losses, plain_losses, rtol=1e-4, atol=1e-4)
    for fast, plain in zip(fast_weights, plain_weights, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-2, atol=2e-4)
