import keras
import numpy as np
import pytest

from ganzoo.layers.mixture import MixtureChoice, MixtureMean


def weighted(layer, weights):
    layer.build(None)
    layer.logits.assign(np.log(weights))
    return layer


def test_weights_are_equal_at_first_and_sum_to_one():
    layer = MixtureMean(4)
    layer.build(None)
    np.testing.assert_allclose(layer.weights_of_components, [0.25] * 4)
    np.testing.assert_allclose(
        weighted(MixtureMean(4), [1.0, 2.0, 3.0, 4.0]).weights_of_components, [0.1, 0.2, 0.3, 0.4], rtol=1e-6
    )


def test_a_choice_falls_into_the_component_whose_share_holds_it():
    layer = weighted(MixtureChoice(3), [0.5, 0.25, 0.25])
    choices = np.array([0.0, 0.49, 0.51, 0.74, 0.76, 0.999], np.float32)
    samples = np.arange(3, dtype=np.float32) * np.ones((6, 3), np.float32) + 10 * np.arange(6, dtype=np.float32)[:, None]
    taken = layer([choices, samples[..., None]]).numpy()
    assert taken.shape == (6, 1)
    np.testing.assert_array_equal(taken[:, 0], [0, 10, 21, 31, 42, 52])


def test_components_are_taken_as_often_as_they_weigh():
    layer = weighted(MixtureChoice(3), [0.6, 0.3, 0.1])
    choices = np.linspace(0, 1, 1000, endpoint=False, dtype=np.float32)
    taken = layer([choices, np.tile(np.arange(3, dtype=np.float32), (1000, 1))])
    np.testing.assert_allclose(np.bincount(np.asarray(taken, int)) / 1000, [0.6, 0.3, 0.1], atol=0.002)


def test_a_mean_weighs_the_judgements():
    layer = weighted(MixtureMean(2), [3.0, 1.0])
    np.testing.assert_allclose(layer(np.array([[4.0, 8.0], [0.0, -4.0]], np.float32)), [[5.0], [-1.0]], rtol=1e-6)


@pytest.mark.parametrize(
    "kind, inputs, shape", [(MixtureMean, (7, 3), (7, 1)), (MixtureChoice, [(7,), (7, 3, 8, 8, 1)], (7, 8, 8, 1))]
)
def test_shapes_and_configuration(kind, inputs, shape):
    layer = kind(3, name="mixture")
    assert layer.compute_output_shape(inputs) == shape
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert again.components == 3 and again.name == "mixture" and type(again) is kind
