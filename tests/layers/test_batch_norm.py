"""The fused kernel trains and counts as Keras' own layer does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.layers.batch_norm import EPSILON, MOMENTUM, BatchNorm, batch_norm


def both(**options):
    ours = batch_norm(name="norm", **options)
    theirs = keras.layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name="norm", **options)
    return ours, theirs


def derivatives(layer, x):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = layer(x, training=True)
            loss = tf.reduce_sum(tf.sin(3.0 * y))
        weights = [weight.value for weight in layer.trainable_weights]
        gradient, *others = inner.gradient(loss, [x, *weights])
        norm = tf.reduce_sum(tf.square(gradient))
    return [y, gradient, *others, outer.gradient(norm, x), layer.moving_mean, layer.moving_variance]


@pytest.mark.parametrize("options", [{}, {"scale": False, "center": False}])
def test_outputs_gradients_and_statistics_are_keras_own(options, monkeypatch):
    fused = []
    kernel = tf.raw_ops.FusedBatchNormV3
    monkeypatch.setattr(tf.raw_ops, "FusedBatchNormV3", lambda **kwargs: fused.append(1) or kernel(**kwargs))
    x = tf.constant(np.random.default_rng(0).normal(2.0, 3.0, (4, 3, 2, 5)), tf.float32)
    ours, theirs = both(**options)
    for mine, wanted in zip(derivatives(ours, x), derivatives(theirs, x), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=2e-3, atol=2e-3)
    assert fused
    # Keras' convention: the variance of the batch is divided by N, not by N - 1.
    expected = MOMENTUM + (1 - MOMENTUM) * np.var(x.numpy(), axis=(0, 1, 2))
    np.testing.assert_allclose(ours.moving_variance, expected, rtol=1e-4)
    np.testing.assert_allclose(ours(x, training=False), theirs(x, training=False), rtol=1e-3, atol=1e-3)


def test_what_the_kernel_does_not_compute_is_keras_way():
    maps = tf.zeros((2, 3, 3, 4))
    assert BatchNorm()._fused(maps)
    assert not BatchNorm(synchronized=True)._fused(maps)
    assert not BatchNorm(axis=1)._fused(maps)
    assert not BatchNorm()._fused(tf.zeros((2, 4)))
    frozen = BatchNorm(trainable=False)
    frozen(maps + 1.0, training=True)
    assert not frozen.moving_mean.numpy().any()
