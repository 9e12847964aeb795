"""The faster way to weight gradients computes what TensorFlow's own does, derivatives of derivatives included."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.layers import convolution
from ganzoo.layers.convolution import Conv2D, Conv2DTranspose, Geometry

GEOMETRIES = [  # size, kernel, strides, padding: maps of 4x4 and less, odd sides, a kernel below the stride, none to pad
    ((8, 8), (5, 5), (2, 2), "same"),
    ((7, 6), (4, 4), (2, 2), "same"),
    ((9, 7), (3, 2), (2, 3), "valid"),
    ((4, 4), (2, 2), (3, 3), "same"),
    ((4, 4), (3, 3), (1, 1), "same"),
    ((4, 4), (4, 4), (1, 1), "valid"),
    ((16, 12), (5, 5), (2, 2), "same"),
]


def derivatives(product, first, second):
    """A product of two tensors, its gradients, and those of a function of the gradients."""
    with tf.GradientTape() as outer:
        outer.watch([first, second])
        with tf.GradientTape() as inner:
            inner.watch([first, second])
            value = product(first, second)
            loss = tf.reduce_sum(tf.sin(value))
        one, other = inner.gradient(loss, [first, second])
        norm = tf.reduce_sum(tf.square(one)) + tf.reduce_sum(tf.sin(other))
    return [value, one, other, *outer.gradient(norm, [first, second])]


@pytest.mark.parametrize("size, kernel_size, strides, padding", GEOMETRIES)
def test_all_derivatives_are_tensorflows(size, kernel_size, strides, padding):
    rng = np.random.default_rng(0)
    geometry = Geometry(size, kernel_size, strides, padding)
    x = tf.constant(rng.standard_normal((3, *size, 2)), tf.float32)
    y = tf.constant(rng.standard_normal((3, *geometry.out, 4)), tf.float32)
    kernel = tf.constant(rng.standard_normal((*kernel_size, 2, 4)), tf.float32)
    pad = padding.upper()
    pairs = [
        (geometry.forward, lambda x, kernel: tf.nn.conv2d(x, kernel, strides, pad), x),
        (geometry.data, lambda y, kernel: tf.nn.conv2d_transpose(y, kernel, x.shape, strides, pad), y),
    ]
    for ours, plain, maps in pairs:
        for mine, theirs in zip(derivatives(ours, maps, kernel), derivatives(plain, maps, kernel), strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-4 * np.abs(theirs).max())
    by_kernel, by_convolution = geometry._by_kernel(x, y), geometry._by_convolution(x, y)
    np.testing.assert_allclose(by_convolution, by_kernel, atol=1e-5 * np.abs(by_kernel).max())


@pytest.mark.parametrize(
    "ours, keras_own, shape",
    [(Conv2D, keras.layers.Conv2D, (8, 8, 3)), (Conv2DTranspose, keras.layers.Conv2DTranspose, (4, 4, 3))],
)
def test_a_layer_trains_as_keras_own(ours, keras_own, shape, monkeypatch):
    taken = []
    by = Geometry._by_convolution
    monkeypatch.setattr(Geometry, "_by_convolution", lambda *arguments: taken.append(1) or by(*arguments))
    x = tf.constant(np.random.default_rng(1).standard_normal((5, *shape)), tf.float32)
    layers = [make(6, 5, strides=2, padding="same", activation="tanh", name="layer") for make in (ours, keras_own)]
    for layer in layers:
        layer.build(x.shape)
    layers[1].set_weights(layers[0].get_weights())

    def gradients(layer):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True) if layer is layers[0] else layer(x)
            loss = tf.reduce_sum(tf.square(y))
        return y, *tape.gradient(loss, [x, *[weight.value for weight in layer.trainable_weights]])

    for mine, theirs in zip(gradients(layers[0]), gradients(layers[1]), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-4)
    assert len(taken) == 1
    with tf.GradientTape() as tape:  # what is served keeps TensorFlow's own operations
        loss = tf.reduce_sum(layers[0](x, training=False))
    tape.gradient(loss, layers[0].kernel.value)
    assert len(taken) == 1


@pytest.mark.parametrize(
    "options, size, cpu, fast",
    [
        ({"strides": 2}, (8, 8), True, True),
        ({"strides": 2}, (8, 8), False, False),  # GPUs keep TensorFlow's own
        ({"strides": 2}, (16, 16), True, False),  # larger maps gain nothing
        ({"strides": 1}, (4, 4), True, False),
        ({"strides": 2}, (None, 8), True, False),
        ({"strides": 2, "groups": 3}, (8, 8), True, False),
        ({"strides": 2, "data_format": "channels_first"}, (8, 8), True, False),
        ({"dilation_rate": 2}, (8, 8), True, False),
    ],
)
def test_where_it_gains(options, size, cpu, fast, monkeypatch):
    monkeypatch.setattr(convolution, "on_cpu", lambda: cpu)
    layer = keras.layers.Conv2D(6, 3, padding="same", **options)
    assert (Geometry.of(layer, size) is not None) == fast
