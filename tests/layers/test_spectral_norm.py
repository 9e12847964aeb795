"""Spectral normalisation against NumPy's SVD, its gradient, and its state on one and several replicas."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.layers.spectral_norm import (
    SpectralNormConv2D,
    SpectralNormConv2DTranspose,
    SpectralNormDense,
    SpectralNormEmbedding,
    power_iteration,
)

MAKERS = {
    "dense": (lambda **kw: SpectralNormDense(7, **kw), (12,)),
    "conv": (lambda **kw: SpectralNormConv2D(7, 3, padding="same", **kw), (6, 6, 4)),
    "transpose": (lambda **kw: SpectralNormConv2DTranspose(7, 3, strides=2, padding="same", **kw), (6, 6, 4)),
    "embedding": (lambda **kw: SpectralNormEmbedding(9, 7, **kw), ()),
}
EVERY = pytest.mark.parametrize("name", MAKERS)


def built(name, **kwargs):
    """A layer with its kernel, that kernel as the paper's matrix [out, in * k * k], and inputs."""
    keras.utils.set_random_seed(3)
    make, shape = MAKERS[name]
    layer = make(**kwargs)
    layer.build((None, *shape))
    if name == "embedding":
        inputs = tf.range(9)
        kernel = layer.embeddings
        kernel.assign(tf.random.stateless_normal(kernel.shape, [0, 0]))
        return layer, kernel, kernel.numpy().T, inputs
    kernel = layer.kernel
    matrix = kernel.numpy()
    if name == "transpose":
        matrix = matrix.swapaxes(2, 3)
    return layer, kernel, matrix.reshape(-1, 7).T, tf.random.stateless_normal((3, *shape), [1, 1])


def plain(name, kernel, inputs):
    """The layer's output without its bias for a given kernel, by TensorFlow."""
    if name == "dense":
        return inputs @ kernel
    if name == "conv":
        return tf.nn.conv2d(inputs, kernel, 1, "SAME")
    if name == "transpose":
        return tf.nn.conv2d_transpose(inputs, kernel, (3, 12, 12, 7), 2, "SAME")
    return tf.gather(kernel, inputs)


def sigma_of(name, layer, kernel, inputs, **kwargs):
    """The layer's sigma, read off its outputs."""
    return float(tf.norm(plain(name, kernel.value, inputs)) / tf.norm(layer(inputs, **kwargs)))


@EVERY
def test_sigma_becomes_the_largest_singular_value(name):
    layer, kernel, matrix, inputs = built(name)
    for _ in range(60):
        layer(inputs, training=True)
    largest = np.linalg.svd(matrix, compute_uv=False)[0]
    np.testing.assert_allclose(sigma_of(name, layer, kernel, inputs), largest, rtol=1e-4)
    np.testing.assert_allclose(layer(inputs), plain(name, kernel.value / largest, inputs), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(layer.u), 1.0, rtol=1e-5)


@EVERY
def test_one_call_is_one_iteration(name):
    layer, kernel, matrix, inputs = built(name)
    u = layer.u.numpy()
    v = matrix.T @ u / np.linalg.norm(matrix.T @ u)
    u = matrix @ v / np.linalg.norm(matrix @ v)
    np.testing.assert_allclose(sigma_of(name, layer, kernel, inputs, training=True), u @ matrix @ v, rtol=1e-5)
    np.testing.assert_allclose(layer.u, u, rtol=1e-4, atol=1e-6)


@EVERY
def test_only_training_moves_u_and_nothing_moves_the_kernel(name):
    layer, kernel, _, inputs = built(name)
    u, before = layer.u.numpy(), kernel.numpy()
    layer(inputs)
    layer(inputs, training=False)
    np.testing.assert_array_equal(layer.u, u)
    layer(inputs, training=True)
    assert np.abs(layer.u.numpy() - u).max() > 0
    np.testing.assert_array_equal(kernel, before)


@EVERY
def test_more_iterations_come_closer(name):
    errors = []
    for power_iterations in (1, 5, 50):
        layer, kernel, matrix, inputs = built(name, power_iterations=power_iterations)
        largest = np.linalg.svd(matrix, compute_uv=False)[0]
        errors.append(abs(sigma_of(name, layer, kernel, inputs) - largest) / largest)
    assert errors[0] > errors[1] >= errors[2]
    assert errors[2] < 1e-4


@EVERY
def test_gradient_has_the_projection_term(name):
    # W / sigma(W) does not change when W grows, so its gradient has no part along W; with sigma constant it would.
    layer, kernel, matrix, inputs = built(name)
    for _ in range(200):
        layer(inputs, training=True)
    with tf.GradientTape() as tape:
        tape.watch(kernel.value)
        outputs = layer(inputs, training=True)
        weights = tf.random.stateless_normal(outputs.shape, [2, 2])
        loss = tf.reduce_sum(weights * outputs**2)
    gradient = tf.convert_to_tensor(tape.gradient(loss, kernel.value))
    along = float(tf.reduce_sum(gradient * kernel.value))
    assert abs(along) < 1e-4 * float(tf.norm(gradient) * tf.norm(kernel.value))
    # The whole gradient, by hand: (g - <g, W / sigma> u v^T) / sigma with g that of the normalised weights.
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    normalised = tf.Variable(kernel.value / s[0])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(weights * (plain(name, normalised, inputs)) ** 2)
    g = tf.convert_to_tensor(tape.gradient(loss, normalised)).numpy()
    if name == "transpose":
        g, gradient = g.swapaxes(2, 3), gradient.numpy().swapaxes(2, 3)
    g, gradient = g.reshape(-1, 7).T, np.asarray(gradient).reshape(-1, 7).T
    expected = (g - (g * matrix / s[0]).sum() * np.outer(u[:, 0], vt[0])) / s[0]
    np.testing.assert_allclose(gradient, expected, atol=2e-3 * np.abs(expected).max())


def test_zero_weights_stay_finite():
    sigma, u = power_iteration(tf.zeros((4, 3)), tf.ones(3))
    assert float(sigma) == 0.0
    assert np.isfinite(u).all()


def test_iterations_are_checked():
    with pytest.raises(ValueError, match="power_iterations"):
        SpectralNormDense(3, power_iterations=0)


def test_replicas_keep_equal_state(isolated):
    """Two replicas see different data; after steps in a graph their u and kernels have moved and are equal."""
    isolated(
        """
        import keras, numpy as np, tensorflow as tf
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
        )
        from ganzoo.layers.spectral_norm import SpectralNormConv2D, SpectralNormDense
        from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm

        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        with strategy.scope():
            keras.utils.set_random_seed(0)
            images, vectors = keras.Input((4, 4, 2)), keras.Input((3,))
            x = SpectralNormConv2D(4, 3, name="conv")(images)
            x = ConditionalBatchNorm(spectral_norm=True, name="norm")([x, vectors])
            x = SpectralNormDense(1, name="dense")(keras.layers.Flatten()(x))
            model = keras.Model([images, vectors], x)
            optimizer = keras.optimizers.SGD(0.1)
            optimizer.build(model.trainable_variables)

        def step():
            replica = tf.distribute.get_replica_context().replica_id_in_sync_group
            x = tf.random.stateless_normal((4, 4, 4, 2), [replica, 0])
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(model([x, x[:, 0, :3, 0]], training=True) ** 2)
                model([x, x[:, 0, :3, 0]], training=True)
            variables = model.trainable_variables
            optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)

        run = tf.function(lambda: strategy.run(step))
        first = [w.numpy() for w in model.weights]
        for _ in range(3):
            run()
        assert sum(w.path.endswith("/u") for w in model.weights) == 4
        for weight, before in zip(model.weights, first, strict=True):
            one, two = (v.numpy() for v in strategy.experimental_local_results(weight.value))
            np.testing.assert_array_equal(one, two, err_msg=weight.path)
            assert np.abs(one - before).max() > 0, weight.path
        model.set_weights(first)  # as a restored checkpoint does
        for weight, before in zip(model.weights, first, strict=True):
            for local in strategy.experimental_local_results(weight.value):
                np.testing.assert_array_equal(local.numpy(), before, err_msg=weight.path)
        """
    )
