"""The networks whose features are trained on the data: float32 and the same weights everywhere, whatever trains beside."""

import keras
import numpy as np
import pytest

from ganzoo.evaluation.features import trained
from ganzoo.evaluation.features.trained import AUTOENCODER, CLASSIFIER, make_network


@pytest.fixture
def bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("kind", [CLASSIFIER, AUTOENCODER])
def test_features_are_float32_beside_a_training_in_half_precision(kind, bfloat16):
    network = make_network(kind, (8, 8, 1), classes=3)
    computing = [layer for layer in network.layers if not isinstance(layer, keras.layers.InputLayer)]
    assert {layer.compute_dtype for layer in computing} == {"float32"}


@pytest.mark.parametrize("kind", [CLASSIFIER, AUTOENCODER])
def test_first_weights_follow_from_the_seed_alone(kind):
    first, again, other = (make_network(kind, (8, 8, 1), classes=3, seed=seed).get_weights() for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    drawn = [(a, b) for a, b in zip(first, other, strict=True) if a.ndim > 1]
    assert len(drawn) > 4 and not any(np.array_equal(a, b) for a, b in drawn)


def test_a_classifier_is_scored_by_its_accuracy_on_held_out_images():
    labels = np.arange(240) % 2
    images = np.random.default_rng(0).integers(0, 100, (240, 8, 8, 1)) + 150 * labels[:, None, None, None]
    images, said = images.astype(np.uint8), []
    network = trained.train(
        CLASSIFIER, "shades", images[:200], labels[:200], images[200:], labels[200:], steps=30, log=said.append
    )
    assert network.accuracy > 0.9 and f"accuracy {network.accuracy:.4f}" in said[-1]
    probabilities = network.extract(images[200:]).probabilities
    assert np.mean(probabilities.argmax(axis=1) == labels[200:]) == network.accuracy


@pytest.mark.parametrize("side, last", [(8, 2), (16, 2), (17, 3), (28, 4), (32, 4), (36, 3), (40, 3), (64, 4)])
def test_maps_are_halved_until_they_are_small(side, last):
    layers = make_network(CLASSIFIER, (side, side, 1), classes=3).layers
    (flatten,) = [layer for layer in layers if isinstance(layer, keras.layers.Flatten)]
    assert flatten.input.shape[1:3] == (last, last)
