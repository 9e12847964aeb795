"""Self-attention against NumPy, and that it begins as the identity."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.layers.self_attention import SelfAttention


def pooled(x):
    batch, height, width, channels = x.shape
    return x.reshape(batch, height // 2, 2, width // 2, 2, channels).max((2, 4))


def reference(layer, x):
    """o(softmax(theta phi^T) g) position by position, without gamma."""
    theta, phi, g, o = (layer.__dict__[name].kernel.numpy()[0, 0] for name in ("theta", "phi", "g", "o"))
    query = (x @ theta).reshape(len(x), -1, theta.shape[1])
    key = pooled(x @ phi).reshape(len(x), -1, phi.shape[1])
    value = pooled(x @ g).reshape(len(x), -1, g.shape[1])
    weights = np.exp(query @ key.transpose(0, 2, 1))
    weights /= weights.sum(-1, keepdims=True)
    return (weights @ value @ o).reshape(x.shape)


def test_matches_numpy():
    keras.utils.set_random_seed(0)
    layer = SelfAttention(spectral_norm=False)
    x = np.random.default_rng(0).normal(size=(2, 4, 6, 16)).astype("float32")
    np.testing.assert_array_equal(layer(x), x)
    layer.gamma.assign(0.7)
    np.testing.assert_allclose(layer(x), x + 0.7 * reference(layer, x), rtol=1e-4, atol=1e-5)


def test_parameters():
    layer = SelfAttention()
    layer(tf.zeros((1, 4, 4, 32)))
    trainable = sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)
    assert trainable == 32 * 4 + 32 * 4 + 32 * 16 + 16 * 32 + 1
    assert {tuple(layer.theta.kernel.shape), tuple(layer.phi.kernel.shape)} == {(1, 1, 32, 4)}
    assert np.abs(layer.theta.kernel.numpy() - layer.phi.kernel.numpy()).max() > 0.1  # not drawn with one seed


def test_small_maps_are_refused():
    with pytest.raises(ValueError, match="2x2"):
        SelfAttention()(tf.zeros((1, 1, 4, 8)))
