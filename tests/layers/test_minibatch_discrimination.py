"""Minibatch discrimination against NumPy, and that it tells a collapsed batch from a diverse one."""

import keras
import numpy as np

from ganzoo.layers.minibatch_discrimination import MinibatchDiscrimination


def test_matches_numpy():
    keras.utils.set_random_seed(0)
    layer = MinibatchDiscrimination(kernels=4, dims=3)
    x = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
    layer.build(x.shape)
    layer.log_scale.assign(np.random.default_rng(1).normal(size=12))
    tensor = layer.tensor.numpy()
    tensor = tensor / np.linalg.norm(tensor, axis=0) * np.exp(layer.log_scale.numpy())
    rows = np.einsum("na,abc->nbc", x, tensor.reshape(5, 4, 3))
    expected = np.zeros((6, 4))
    for i in range(6):
        for j in range(6):
            if i != j:
                expected[i] += np.exp(-np.abs(rows[i] - rows[j]).sum(-1))
    outputs = layer(x).numpy()
    np.testing.assert_array_equal(outputs[:, :5], x)
    np.testing.assert_allclose(outputs[:, 5:], expected, rtol=1e-4, atol=1e-6)


def test_collapse_shows():
    keras.utils.set_random_seed(0)
    layer = MinibatchDiscrimination()
    x = np.random.default_rng(0).normal(size=(8, 512)).astype("float32")
    diverse = layer(x).numpy()[:, 512:]
    collapsed = layer(np.repeat(x[:1], 8, axis=0)).numpy()[:, 512:]
    np.testing.assert_allclose(collapsed, 7.0, rtol=1e-4)  # each of the seven others at distance 0
    # Unit columns keep closeness off both 0 and 7 however many features there are.
    assert 0.01 < diverse.mean() < 1.0


def test_a_lone_example_is_close_to_nobody():
    layer = MinibatchDiscrimination(kernels=4)
    np.testing.assert_allclose(layer(np.ones((1, 3), "float32"))[:, 3:], 0.0, atol=1e-6)
