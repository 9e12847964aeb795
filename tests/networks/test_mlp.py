"""Parameter counts and layout of the fully connected networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def test_the_first_gans_networks_on_mnist():
    generator = mlp_generator((28, 28, 1), latent_dim=100, width=1200, depth=2)
    assert trainable(generator) == 101 * 1200 + 1201 * 1200 + 1201 * 784
    discriminator = mlp_discriminator((28, 28, 1), width=240, depth=2, maxout=5, dropout=0.5)
    assert trainable(discriminator) == 785 * 1200 + 241 * 1200 + 241
    assert [layer.rate for layer in discriminator.layers if isinstance(layer, keras.layers.Dropout)] == [0.5, 0.5]


def test_the_semi_supervised_gans_networks_on_mnist():
    generator = mlp_generator((28, 28, 1), latent_dim=100, width=500, depth=2, activation="softplus", batch_norm=True)
    assert trainable(generator) == 100 * 500 + 1000 + 500 * 500 + 1000 + 501 * 784
    widths = (1000, 500, 250, 250, 250)
    discriminator = mlp_discriminator((28, 28, 1), width=widths, activation="relu", noise=0.5, outputs=10)
    assert trainable(discriminator) == 785 * 1000 + 1001 * 500 + 501 * 250 + 2 * 251 * 250 + 251 * 10
    noises = [layer.stddev for layer in discriminator.layers if isinstance(layer, keras.layers.GaussianNoise)]
    assert noises == [0.5] * 5


def test_noise_is_added_while_training_alone():
    discriminator = mlp_discriminator((2,), width=[3, 4], noise=0.1)
    x = tf.zeros((2, 2))
    np.testing.assert_array_equal(discriminator(x), discriminator(x, training=False))
    assert np.abs(discriminator(x, training=True) - discriminator(x, training=True)).min() > 0


@pytest.mark.parametrize("option", [{"width": ()}, {"width": (3, 0)}, {"noise": -0.1}])
def test_what_is_no_width_or_noise_is_refused(option):
    with pytest.raises(UserError, match=next(iter(option))):
        mlp_discriminator((2,), **option)


def test_batch_norm_takes_the_biases_place():
    generator = mlp_generator((2,), latent_dim=4, width=10, depth=2, batch_norm=True, output="linear")
    assert trainable(generator) == 4 * 10 + 20 + 10 * 10 + 20 + 11 * 2
    assert generator.count_params() == trainable(generator) + 2 * 20


def test_labels_enter_every_layer():
    generator = mlp_generator((2,), latent_dim=4, width=10, depth=2, num_classes=3)
    assert trainable(generator) == (4 + 3 + 1) * 10 + (10 + 3 + 1) * 10 + (10 + 3 + 1) * 2
    discriminator = mlp_discriminator((2,), width=10, depth=1, num_classes=3)
    assert trainable(discriminator) == (2 + 3 + 1) * 10 + (10 + 3 + 1)


def test_minibatch_discrimination_adds_its_kernels():
    discriminator = mlp_discriminator((2,), width=10, depth=1, minibatch_discrimination=True)
    assert trainable(discriminator) == 3 * 10 + 10 * 500 + 500 + (10 + 100 + 1)


def test_a_discriminator_can_have_a_logit_for_each_class():
    discriminator = mlp_discriminator((2,), width=10, depth=1, outputs=4)
    assert trainable(discriminator) == 3 * 10 + 11 * 4 and discriminator.output_shape == (None, 4)


def test_depth_zero_is_linear():
    discriminator = mlp_discriminator((2,), depth=0)
    x = tf.random.stateless_normal((5, 2), [0, 0])
    np.testing.assert_allclose(discriminator(2 * x), 2 * discriminator(x), rtol=1e-4, atol=1e-6)
    assert trainable(mlp_generator((2,), latent_dim=4, depth=0)) == 5 * 2


@pytest.mark.parametrize("x", [-1.0, 2.0])
def test_leaky_slope_is_a_fifth(x):
    discriminator = mlp_discriminator((1,), width=1, depth=1)
    for weight in discriminator.trainable_weights:
        weight.assign(tf.ones_like(weight) if weight.path.endswith("kernel") else tf.zeros_like(weight))
    np.testing.assert_allclose(discriminator(tf.constant([[x]])), [[max(x, 0.2 * x)]], rtol=1e-6)
