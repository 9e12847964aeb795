import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.likelihoods import Bernoulli, Gaussian, kl_to_standard_normal


def test_the_gaussian_is_scipys():
    rng = np.random.default_rng(0)
    x, decoded = rng.normal(size=(2, 3, 4, 1)).astype(np.float32)[:, :, :, None]
    expected = scipy.stats.norm(decoded, 0.7).logpdf(x).reshape(3, -1).sum(1)
    np.testing.assert_allclose(Gaussian(0.7).log_probability(x, decoded), expected, rtol=1e-5)


def test_the_bernoulli_of_bits_is_their_probability():
    bits, decoded = np.array([[-1.0, 1.0, 1.0]], np.float32), np.array([[0.5, 0.5, -0.2]], np.float32)
    np.testing.assert_allclose(Bernoulli().log_probability(bits, decoded), np.log([0.25 * 0.75 * 0.4]), rtol=1e-5)
    assert np.isfinite(Bernoulli().log_probability(bits, -bits)).all()


def test_the_bernoulli_is_finite_in_bfloat16_too():
    # oneDNN's rewriter computes it in bfloat16, where 1 - 1e-6 is 1.
    bits = tf.constant([[-1.0, 1.0, -1.0, 0.5]], tf.bfloat16)
    with tf.GradientTape() as tape:
        decoded = tf.constant([[-1.0, 1.0, 1.0, 1.0]], tf.bfloat16)
        tape.watch(decoded)
        likelihood = Bernoulli().log_probability(bits, decoded)
    assert np.isfinite(tf.cast(likelihood, tf.float32)).all()
    assert np.isfinite(tf.cast(tape.gradient(likelihood, decoded), tf.float32)).all()


def test_kl_of_known_gaussians():
    np.testing.assert_allclose(kl_to_standard_normal(np.zeros((1, 2), np.float32), np.zeros((1, 2), np.float32)), [0.0])
    mean, deviation = np.array([[1.0, -2.0]], np.float32), np.array([[0.5, 3.0]], np.float32)
    expected = 0.5 * (1 + 0.25 - 1 - 2 * np.log(0.5)) + 0.5 * (4 + 9 - 1 - 2 * np.log(3.0))
    np.testing.assert_allclose(kl_to_standard_normal(mean, np.log(deviation)), [expected], rtol=1e-6)


def test_a_deviation_is_positive():
    with pytest.raises(UserError, match="positive"):
        Gaussian(0.0)
