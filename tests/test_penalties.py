"""Penalties on discriminators whose gradients are known in closed form, values and their own gradients."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import penalties
from ganzoo.errors import UserError
from ganzoo.networks.dcgan import dcgan_discriminator

SHAPE = (5, 2, 3, 2)
GRADIENT_PENALTIES = [
    penalties.WGANGP(),
    penalties.WGANGP(weight=0.1, one_sided=True),
    penalties.DRAGAN(),
    penalties.R1(0.5),
    penalties.R2(0.5),
]
EVERY = pytest.mark.parametrize("penalty", GRADIENT_PENALTIES, ids=repr)


def batches(seed=0):
    """Real and fake images, and a uniform draw for each value (whose first column serves as one for each image)."""
    random = np.random.default_rng(seed)
    real, fake, epsilon = random.normal(size=SHAPE), random.normal(2, 1, SHAPE), random.uniform(size=SHAPE)
    return (tf.constant(array, tf.float32) for array in (real, fake, epsilon))


def draws(penalty, epsilon):
    """What the penalty asks for, out of `epsilon`."""
    shape = penalty.epsilon_shape(SHAPE[1:])
    return None if shape is None else epsilon[(slice(None),) + (0,) * (len(SHAPE) - 1 - len(shape))]


def run(penalty, discriminate, variable, seed=0):
    """Value of the penalty and its gradient with respect to the discriminator's variable."""
    real, fake, epsilon = batches(seed)
    with tf.GradientTape() as tape:
        value = penalty(discriminate, real, fake, draws(penalty, epsilon))
    return value.numpy(), tape.gradient(value, variable).numpy()


def linear(scale):
    """x to w . x + 1 with |w| = scale, and w."""
    w = np.random.default_rng(1).normal(size=SHAPE[1:])
    w = tf.Variable(scale * w / np.linalg.norm(w), dtype=tf.float32)
    return w, lambda x: tf.reduce_sum(x * w, axis=(1, 2, 3))[:, None] + 1.0


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
@EVERY
def test_linear_discriminator(penalty, scale):
    # Its gradient is w everywhere, wherever the penalty looks.
    w, discriminate = linear(scale)
    value, gradient = run(penalty, discriminate, w)
    if isinstance(penalty, (penalties.R1, penalties.R2)):
        expected, slope = penalty.gamma / 2 * scale**2, penalty.gamma * scale
    else:
        away = max(scale - 1, 0) if getattr(penalty, "one_sided", False) else scale - 1
        expected, slope = penalty.weight * away**2, 2 * penalty.weight * away
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-10)
    np.testing.assert_allclose(gradient, slope * w.numpy() / scale, rtol=1e-4, atol=1e-5)


def lengths(images):
    return np.sqrt((images.astype("float64") ** 2).sum(axis=(1, 2, 3)))


@EVERY
def test_quadratic_discriminator(penalty):
    # D(x) = a |x|^2 / 2 has the gradient a x: its length tells where the penalty looked.
    a = tf.Variable(1.7)
    value, gradient = run(penalty, lambda x: a * tf.reduce_sum(x * x, axis=(1, 2, 3))[:, None] / 2, a)
    real, fake, epsilon = (array.numpy() for array in batches())
    if isinstance(penalty, (penalties.R1, penalties.R2)):
        squares = lengths(real if isinstance(penalty, penalties.R1) else fake) ** 2
        expected, slope = penalty.gamma / 2 * 1.7**2 * squares.mean(), penalty.gamma * 1.7 * squares.mean()
    else:
        mix = epsilon[:, :1, :1, :1]
        points = mix * real + (1 - mix) * fake
        if isinstance(penalty, penalties.DRAGAN):
            points = real + 0.5 * real.std() * (2 * epsilon - 1)
        length = lengths(points)
        away = 1.7 * length - 1
        if getattr(penalty, "one_sided", False):
            away = np.maximum(away, 0)
        expected, slope = penalty.weight * (away**2).mean(), penalty.weight * (2 * away * length).mean()
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(gradient, slope, rtol=1e-5)


@EVERY
def test_flat_discriminator_gives_finite_gradients(penalty):
    # Without an epsilon in the root its derivative at 0 would be infinite, and infinity times 0 is not a number.
    w, discriminate = linear(1.0)
    w.assign(tf.zeros_like(w))
    value, gradient = run(penalty, discriminate, w)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


@EVERY
def test_half_precision_does_not_overflow(penalty):
    # |w|^2 = 90,000 is beyond float16; the sums are float32 whatever the discriminator computes in.
    w, _ = linear(300.0)

    def discriminate(x):
        product = tf.cast(x, tf.float16) * tf.cast(w, tf.float16)
        return tf.reduce_sum(product, axis=(1, 2, 3))[:, None]

    real, fake, epsilon = batches()
    value = penalty(discriminate, real, fake, draws(penalty, epsilon))
    assert value.dtype == tf.float32
    away = 300.0**2 / 2 * penalty.gamma if hasattr(penalty, "gamma") else penalty.weight * 299.0**2
    np.testing.assert_allclose(value, away, rtol=1e-2)


@EVERY
def test_network_in_a_graph(penalty):
    keras.utils.set_random_seed(0)
    network = dcgan_discriminator(16, 2, width=4, norm="layer")
    variables = [variable.value for variable in network.trainable_variables]
    shape = (5, 16, 16, 2)
    real, fake, epsilon = (tf.random.stateless_uniform(shape, [0, i]) for i in range(3))
    single = penalty.epsilon_shape(shape[1:]) == ()

    def step():
        with tf.GradientTape() as tape:
            uniform = epsilon[:, 0, 0, 0] if single else epsilon
            # Steep enough that the one-sided penalty has something to say.
            value = penalty(lambda x: 100.0 * network(x, training=True), real, fake, uniform)
        return value, tape.gradient(value, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    value, gradients = step()
    graph_value, graph_gradients = tf.function(step)()
    assert value > 0
    np.testing.assert_allclose(graph_value, value, rtol=1e-4)
    for eager, graph in zip(gradients, graph_gradients, strict=True):
        np.testing.assert_allclose(graph, eager, rtol=1e-3, atol=1e-3 * np.abs(eager).max())
    # All weights matter but the two biases that no gradient passes: the last normalisation's and the logit's.
    assert [bool(np.abs(gradient).max() > 0) for gradient in gradients] == [True, True, True, True, False, True, False]


def test_draws():
    shape = (8, 8, 3)
    assert penalties.WGANGP().epsilon_shape(shape) == ()
    assert penalties.DRAGAN().epsilon_shape(shape) == shape
    assert penalties.R1().epsilon_shape(shape) is None
    for penalty in (penalties.WGANGP(), penalties.DRAGAN()):
        with pytest.raises(UserError, match="epsilon"):
            penalty(lambda x: x, tf.zeros((2, 3)), tf.zeros((2, 3)))


@pytest.mark.parametrize("shape", [(6, 4), (3, 3, 2, 5)])
def test_orthogonal_matches_numpy(shape):
    kernel = tf.Variable(np.random.default_rng(0).normal(size=shape), dtype=tf.float32)
    w = kernel.numpy().reshape(-1, shape[-1]).T
    off = (w @ w.T) * (1 - np.eye(shape[-1]))
    with tf.GradientTape() as tape:
        value = penalties.Orthogonal(weight=0.01)([kernel, kernel])
    np.testing.assert_allclose(value, 2 * 0.01 * (off**2).sum(), rtol=1e-5)
    gradient = tape.gradient(value, kernel).numpy().reshape(-1, shape[-1]).T
    np.testing.assert_allclose(gradient, 2 * 0.01 * 4 * off @ w, rtol=1e-4, atol=1e-6)


def test_orthogonal_kernel_costs_nothing_at_any_length():
    kernel = 3.0 * keras.initializers.Orthogonal(seed=0)((8, 5))
    np.testing.assert_allclose(penalties.orthogonal(kernel), 0.0, atol=1e-8)


@pytest.mark.parametrize("penalty", [*GRADIENT_PENALTIES, penalties.Orthogonal()], ids=repr)
def test_objects_are_plain_values(penalty):
    assert eval(repr(penalty), vars(penalties)) == penalty
    assert dataclasses.replace(penalty) == penalty
    weight = "gamma" if hasattr(penalty, "gamma") else "weight"
    with pytest.raises(UserError, match="positive"):
        dataclasses.replace(penalty, **{weight: 0.0})


def test_noise_must_have_the_images_shape():
    with pytest.raises(ValueError, match="incompatible"):
        penalties.DRAGAN()(lambda x: x, tf.ones((3, 3)), tf.ones((3, 3)), tf.ones(3))
