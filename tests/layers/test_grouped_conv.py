"""Grouped convolutions against one dense convolution a group, with first and second gradients."""

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.layers import grouped_conv
from ganzoo.layers.grouped_conv import GroupedConv2D


def dense(x, kernel, groups):
    """The same by a dense kernel that is 0 between groups."""
    size, _, inside, filters = kernel.shape
    full = np.zeros((size, size, inside * groups, filters), "float32")
    for group in range(groups):
        out = slice(group * filters // groups, (group + 1) * filters // groups)
        full[:, :, group * inside : (group + 1) * inside, out] = kernel[..., out]
    return tf.nn.conv2d(x, full, 1, "SAME")


@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize("native", [True, False])
def test_matches_a_dense_convolution(native, groups, monkeypatch):
    if native and not grouped_conv.differentiable("float32"):
        pytest.skip("TensorFlow has no gradients of grouped convolutions on this machine")
    monkeypatch.setattr(grouped_conv, "differentiable", lambda dtype: native)
    layer = GroupedConv2D(12, 3, padding="same", groups=groups, use_bias=False)
    x = tf.random.stateless_normal((3, 5, 4, 6), [0, 0])
    layer.build(x.shape)
    assert layer.native == (native or groups == 1)

    def outputs_and_gradients(convolve):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = convolve(x)
                loss = tf.reduce_sum(tf.tanh(y))
            first = inner.gradient(loss, x)
            squares = tf.reduce_sum(first**2)
        return y, first, outer.gradient(squares, x)

    expected = outputs_and_gradients(lambda x: dense(x, layer.kernel.numpy(), groups))
    for got, wanted in zip(outputs_and_gradients(layer), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)


def test_kernel_trains_without_onednn(fresh_python):
    fresh_python(
        """
        import tensorflow as tf
        from ganzoo.layers.grouped_conv import GroupedConv2D

        layer = GroupedConv2D(8, 3, groups=4)
        x = tf.random.stateless_normal((2, 6, 6, 8), [0, 0])
        layer(x)

        @tf.function
        def gradients():
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(layer(x) ** 2)
            return tape.gradient(loss, [w.value for w in layer.trainable_weights])

        assert all(float(tf.norm(gradient)) > 0 for gradient in gradients())
        """,
        env={"TF_ENABLE_ONEDNN_OPTS": "0"},
    )
