"""Copies of networks with first weights of their own."""

import keras
import numpy as np
import pytest

from ganzoo.networks.clone import fresh_copy
from ganzoo.networks.mlp import mlp_discriminator


def seeded():
    """A network whose kernels have seeds of their own, as a loaded one's may; one kernel's is nested in a wrapper."""
    inputs = keras.Input((2, 3))
    dense = keras.layers.Dense(4, kernel_initializer=keras.initializers.GlorotUniform(seed=7))
    x = keras.layers.TimeDistributed(dense)(inputs)
    return keras.Model(inputs, keras.layers.Dense(5, kernel_initializer=keras.initializers.RandomNormal(seed=8))(x))


@pytest.mark.parametrize("make", [lambda: mlp_discriminator(shape=(2,), width=8), seeded], ids=["mlp", "seeded"])
def test_every_kernel_of_a_copy_is_drawn_anew(make):
    keras.utils.set_random_seed(0)
    network = make()
    copies = [network, fresh_copy(network, "one"), fresh_copy(network, "two")]
    assert [copy.name for copy in copies[1:]] == ["one", "two"]
    for index, weight in enumerate(network.weights):
        drawn = [copy.weights[index].numpy() for copy in copies]
        if weight.path.endswith("kernel"):
            assert all((drawn[i] != drawn[j]).all() for i, j in ((0, 1), (0, 2), (1, 2))), weight.path
    assert sum(weight.path.endswith("kernel") for weight in network.weights) >= 2


def test_a_copy_has_the_shapes_and_layers_of_its_network():
    network = mlp_discriminator(shape=(3,), width=5)
    copy = fresh_copy(network, "copy")
    assert [layer.name for layer in copy.layers] == [layer.name for layer in network.layers]
    assert [weight.shape for weight in copy.weights] == [weight.shape for weight in network.weights]
    copy.set_weights(network.get_weights())
    points = np.ones((4, 3), np.float32)
    np.testing.assert_allclose(copy(points), network(points), rtol=1e-6)
