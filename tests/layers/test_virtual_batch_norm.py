"""Virtual batch norm against its definition, and the independence of a batch's examples."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.layers.virtual_batch_norm import DropReference, PrependReference, VirtualBatchNorm


def definition(batch, size):
    """Each example normalised with the moments of the reference and itself together, by plain averages."""
    reference = batch[:size].astype("float64")
    axes = tuple(range(1, batch.ndim - 1))
    outputs = [(reference - reference.mean((0, *axes))) / np.sqrt(reference.var((0, *axes)) + 1e-5)]
    for example in batch[size:].astype("float64"):
        both = np.concatenate([reference, example[None]])
        outputs.append(((example - both.mean((0, *axes))) / np.sqrt(both.var((0, *axes)) + 1e-5))[None])
    return np.concatenate(outputs)


@pytest.mark.parametrize("shape", [(3,), (4, 5, 3)])
def test_matches_the_definition(shape):
    layer = VirtualBatchNorm(size=6)
    batch = np.random.default_rng(0).normal(5.0, 0.1, (10, *shape)).astype("float32")
    batch[6:] += 3.0  # examples far from the reference
    np.testing.assert_allclose(layer(batch), definition(batch, 6), rtol=1e-3, atol=1e-3)
    layer.gamma.assign([1.0, 2.0, 3.0])
    layer.beta.assign([0.0, -1.0, 1.0])
    expected = definition(batch, 6) * [1, 2, 3] + [0, -1, 1]
    np.testing.assert_allclose(layer(batch), expected, rtol=1e-3, atol=1e-3)


def network():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((5,))
    x = PrependReference(size=8, name="reference")(inputs)
    for width in (6, 4):
        x = keras.layers.ReLU()(VirtualBatchNorm(size=8)(keras.layers.Dense(width)(x)))
    return keras.Model(inputs, DropReference(size=8)(x))


def test_examples_do_not_know_of_each_other():
    model = network()
    x = tf.random.stateless_normal((7, 5), [0, 0])
    together = model(x)
    assert together.shape == (7, 4)
    alone = tf.concat([model(x[i : i + 1]) for i in range(7)], axis=0)
    np.testing.assert_allclose(alone, together, atol=1e-6)
    np.testing.assert_array_equal(model(x, training=True), model(x, training=False))


def test_reference_is_state_not_a_parameter():
    model = network()
    reference = model.get_layer("reference").reference
    assert not any(weight is reference for weight in model.trainable_weights)
    assert any(weight is reference for weight in model.non_trainable_weights)
    assert abs(float(np.std(reference.numpy())) - 1.0) < 0.3
    x = tf.random.stateless_normal((3, 5), [0, 0])
    before = model(x)
    reference.assign(reference.numpy() + 1.0)
    assert np.abs(model(x) - before).max() > 0.01


def test_replicas_share_the_reference(isolated):
    isolated(
        """
        import keras, numpy as np, tensorflow as tf
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
        )
        from ganzoo.layers.virtual_batch_norm import DropReference, PrependReference, VirtualBatchNorm

        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        with strategy.scope():
            inputs = keras.Input((3,))
            x = keras.layers.Dense(4)(PrependReference(size=8)(inputs))
            model = keras.Model(inputs, DropReference(size=8)(VirtualBatchNorm(size=8)(x)))
        same = tf.random.stateless_normal((2, 3), [0, 0])
        one, two = strategy.experimental_local_results(
            tf.function(lambda: strategy.run(lambda: model(same, training=True)))()
        )
        np.testing.assert_array_equal(one, two)
        np.testing.assert_allclose(one, model(same), atol=1e-6)
        """
    )
