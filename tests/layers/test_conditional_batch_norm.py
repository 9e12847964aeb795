"""Conditional batch norm against NumPy, by label and by vector, and the batch norm that all share."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.layers.batch_norm import batch_norm
from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm


def images(seed=0):
    return tf.constant(np.random.default_rng(seed).normal(3.0, 2.0, (6, 4, 4, 5)), tf.float32)


def standardised(x):
    x = x.numpy().astype("float64")
    return (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-5)


def test_labels_choose_gain_and_bias():
    layer = ConditionalBatchNorm(3)
    x, labels = images(), tf.constant([0, 1, 2, 2, 1, 0], tf.int64)
    np.testing.assert_allclose(layer([x, labels], training=True), standardised(x), atol=1e-4)  # it begins plain
    gain, bias = np.random.default_rng(1).normal(size=(2, 3, 5)).astype("float32")
    layer.gain.embeddings.assign(gain)
    layer.bias.embeddings.assign(bias)
    expected = standardised(x) * (1 + gain[labels][:, None, None]) + bias[labels][:, None, None]
    np.testing.assert_allclose(layer([x, labels], training=True), expected, atol=1e-3)
    assert layer.count_params() == 2 * 3 * 5 + 2 * 5


@pytest.mark.parametrize("spectral_norm", [False, True])
def test_vectors_give_gain_and_bias(spectral_norm):
    keras.utils.set_random_seed(0)
    layer = ConditionalBatchNorm(spectral_norm=spectral_norm)
    x, vectors = images(), tf.constant(np.random.default_rng(2).normal(size=(6, 7)), tf.float32)
    for _ in range(50):
        outputs = layer([x, vectors], training=True)
    maps = [layer.gain.kernel.numpy(), layer.bias.kernel.numpy()]
    assert np.abs(maps[0] - maps[1]).max() > 0.1  # not drawn with one seed
    if spectral_norm:
        maps = [kernel / np.linalg.svd(kernel, compute_uv=False)[0] for kernel in maps]
    gain, bias = ((vectors.numpy() @ kernel)[:, None, None] for kernel in maps)
    np.testing.assert_allclose(outputs, standardised(x) * (1 + gain) + bias, atol=1e-3)


def test_inference_uses_the_running_statistics():
    layer = ConditionalBatchNorm(3)
    x, labels = images(), tf.zeros(6, tf.int64)
    layer([x, labels], training=True)
    mean, variance = 0.1 * x.numpy().mean((0, 1, 2)), 0.9 + 0.1 * x.numpy().var((0, 1, 2))
    np.testing.assert_allclose(layer.norm.moving_mean, mean, rtol=1e-4)
    np.testing.assert_allclose(layer([x, labels]), (x - mean) / np.sqrt(variance + 1e-5), atol=1e-4)


def test_one_replica_trains_by_the_fused_kernel():
    layer = ConditionalBatchNorm(3)
    labels = tf.zeros(6, tf.int64)

    def kernels(training):
        graph = tf.function(lambda x: layer([x, labels], training=training)).get_concrete_function(images()).graph
        return [operation.type for operation in graph.get_operations() if "FusedBatchNorm" in operation.type]

    assert kernels(training=True) == ["FusedBatchNormV3"]
    assert not kernels(training=False)


def test_spectral_norm_of_a_table_is_refused():
    with pytest.raises(ValueError, match="num_classes"):
        ConditionalBatchNorm(3, spectral_norm=True)


def test_batch_norm_has_the_fields_constants():
    layer = batch_norm(name="norm", scale=False)
    assert (layer.momentum, layer.epsilon, layer.synchronized, layer.scale) == (0.9, 1e-5, False, False)


def test_replicas_normalise_with_the_global_batch(isolated):
    isolated(
        """
        import numpy as np, tensorflow as tf
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
        )
        from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm

        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        with strategy.scope():
            layer = ConditionalBatchNorm(3)
            layer.build([(None, 4), (None,)])
        assert layer.norm.synchronized
        x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32") * [[1], [1], [1], [1], [9], [9], [9], [9]]

        def step():
            first = 4 * tf.distribute.get_replica_context().replica_id_in_sync_group
            rows = tf.constant(x, tf.float32)[first : first + 4]
            return layer([rows, tf.zeros(4, tf.int64)], training=True)

        parts = strategy.experimental_local_results(tf.function(lambda: strategy.run(step))())
        expected = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5)
        np.testing.assert_allclose(np.concatenate([part.numpy() for part in parts]), expected, atol=1e-4)
        """
    )
