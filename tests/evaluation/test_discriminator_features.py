"""Features of discriminators' layers, and the probe of a run."""

import keras
import numpy as np
import pytest

from ganzoo.evaluation.discriminator_features import discriminator_features, feature_network
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.inputs.base import FamilyInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.families.gan import GAN
from ganzoo.metrics.classification import discriminator_probe
from ganzoo.networks.dcgan import dcgan_discriminator
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator


def test_every_convolution_gives_the_maxima_of_a_grid():
    inputs = keras.Input((8, 8, 1))
    first = keras.layers.Conv2D(2, 1, name="a", kernel_initializer="ones", bias_initializer="zeros")(inputs)
    second = keras.layers.Conv2D(3, 2, 2, name="b", kernel_initializer="ones")(keras.layers.LeakyReLU()(first))
    network = feature_network(keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(second))))
    image = np.arange(64, dtype=np.float32).reshape(1, 8, 8, 1)
    found = discriminator_features(network, image)[0]
    assert len(found) == 4 * 4 * 2 + 4 * 4 * 3
    maxima = image.reshape(4, 2, 4, 2).max(axis=(1, 3))
    np.testing.assert_allclose(found[: 4 * 4 * 2 : 2], maxima.ravel())


def test_networks_without_convolutions_give_their_last_hidden_layer():
    network = feature_network(mlp_discriminator(shape=(2,), width=8))
    assert discriminator_features(network, np.ones((5, 2), np.float32)).shape == (5, 8)
    two = keras.Model([a := keras.Input((2,)), b := keras.Input((3,))], keras.layers.Concatenate()([a, b]))
    assert feature_network(two) is None and feature_network(lambda x: x) is None


def test_a_real_discriminator_has_features_of_all_its_layers():
    network = feature_network(dcgan_discriminator(16, 1, width=4))
    assert discriminator_features(network, np.zeros((3, 16, 16, 1), np.float32)).shape[0] == 3 and network.output_shape[1] > 100


def test_the_probe_is_a_classifiers_accuracy_beside_pixels():
    draws = np.random.default_rng(0)
    labels, told = draws.integers(3, size=(2, 300))
    clear, blind = np.eye(3)[labels], draws.standard_normal((300, 3))
    found = discriminator_probe(clear, np.eye(3)[told], blind, draws.standard_normal((300, 3)), labels, told)
    assert found[""] == 1 and found["pixels"] == pytest.approx(1 / 3, abs=0.12)


def test_a_model_in_memory_is_probed():
    keras.utils.set_random_seed(0)
    model = GAN(mlp_generator((8, 8, 1), latent_dim=3, width=8), mlp_discriminator((8, 8, 1), width=16))
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players})
    said = []
    evaluator = Evaluator(open_input("digits"), count=100, log=said.append)
    scores = {score["name"]: score["value"] for score in evaluator.scores(FamilyInput(model), "discriminator_probe")}
    assert (
        0.3 < scores["discriminator_probe"] < scores["discriminator_probe.pixels"]
        and scores["discriminator_probe.pixels"] > 0.9
    )
