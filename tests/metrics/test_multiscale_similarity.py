"""MS-SSIM against TensorFlow's, and below its least size against compare_gan's known answer."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from ganzoo.metrics import multiscale_similarity as module
from ganzoo.metrics.image_similarity import ms_ssim, ms_ssim_pairs
from ganzoo.metrics.multiscale_similarity import multiscale_similarity


def photographs(count, height, width, channels=1):
    smooth = gaussian_filter(np.random.default_rng(0).standard_normal((count, height, width, channels)), (0, 2, 2, 0))
    return (127 + 40 * smooth / smooth.std()).clip(0, 255).astype(np.uint8)


def noisy(images, scale=20):
    return (images + scale * np.random.default_rng(1).standard_normal(images.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("shape", [(161, 161, 1), (176, 163, 3)])
def test_from_161_pixels_on_it_is_tensorflows(shape):
    images = photographs(2, *shape)
    expected = tf.image.ssim_multiscale(tf.constant(images), tf.constant(noisy(images)), 255)
    np.testing.assert_allclose(multiscale_similarity(images, noisy(images)), expected, rtol=2e-5)


def test_below_it_is_compare_gans():
    images = np.ones((3, 64, 64, 3)) * np.array([1, 0.7, 0])[:, None, None, None]
    assert ms_ssim(images) == pytest.approx(0.989989, abs=1e-6)  # its ms_ssim_score_test


def test_constant_images_differ_by_the_luminance_of_the_coarsest_scale():
    images = [np.full((1, 16, 16, 1), value) for value in (50.0, 200.0)]
    expected = ((2 * 50 * 200 + 6.5025) / (50**2 + 200**2 + 6.5025)) ** 0.1333
    assert multiscale_similarity(*images)[0] == pytest.approx(expected)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (28, 28), (21, 30), (8, 8)])
def test_windows_are_cut_to_the_image(height, width):
    """Each scale by TensorFlow's SSIM of one scale, with the window that fits."""
    first = photographs(3, height, width)
    second = noisy(first, 8)
    expected, images = np.ones(3), [tf.constant(x, tf.float64) for x in (first, second)]
    for scale, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        if scale:
            odd = [[0, 0], *([0, size % 2] for size in images[0].shape[1:3]), [0, 0]]
            images = [tf.nn.avg_pool2d(tf.pad(x, odd, "SYMMETRIC"), 2, 2, "VALID") for x in images]
        size = min(11, *images[0].shape[1:3])
        offsets = np.arange(size) - (size - 1) / 2
        window = np.exp(-(offsets[:, None] ** 2 + offsets**2) / 4.5)
        kernel = tf.constant((window / window.sum())[:, :, None, None])
        blur = [tf.nn.conv2d(x, kernel, 1, "VALID").numpy() for x in (*images, images[0] * images[1], *map(tf.square, images))]
        mean, other, product, square, other_square = blur
        luminance = (2 * mean * other + 6.5025) / (mean**2 + other**2 + 6.5025)
        structure = (2 * (product - mean * other) + 58.5225) / (square - mean**2 + other_square - other**2 + 58.5225)
        similarity = structure * luminance if scale == 4 else structure
        expected *= np.maximum(similarity.mean(axis=(1, 2, 3)), 0) ** weight
    np.testing.assert_allclose(multiscale_similarity(first, second), expected, rtol=1e-9)
    assert (expected < 0.999).all()


def test_parts_of_a_set_are_scored_as_the_whole(monkeypatch):
    images = photographs(7, 20, 20)
    whole = ms_ssim_pairs(images, noisy(images))
    monkeypatch.setattr(module, "_ELEMENTS", 1000)
    np.testing.assert_allclose(ms_ssim_pairs(images, noisy(images)), whole, rtol=1e-12)
