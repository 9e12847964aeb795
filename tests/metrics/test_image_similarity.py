import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import gaussian_filter, uniform_filter

from ganzoo.errors import UserError
from ganzoo.metrics.image_similarity import (
    _random_pairs,
    ms_ssim,
    ms_ssim_pairs,
    psnr,
    sharpness_difference,
    ssim,
)

DRAWS = np.random.default_rng(0)


def photographs(count, size, channels=1):
    noise = DRAWS.standard_normal((count, size, size, channels))
    smooth = gaussian_filter(noise, (0, 2, 2, 0))
    return (127 + 40 * smooth / smooth.std()).clip(0, 255).astype(np.uint8)


IMAGES = photographs(6, 48, 3)
NOISY = (IMAGES + 12 * DRAWS.standard_normal(IMAGES.shape)).clip(0, 255).astype(np.uint8)


def test_an_image_equals_itself():
    assert np.isinf(psnr(IMAGES, IMAGES)).all()
    assert np.isinf(sharpness_difference(IMAGES, IMAGES)).all()
    np.testing.assert_allclose(ssim(IMAGES, IMAGES), 1, rtol=1e-6)
    np.testing.assert_allclose(ms_ssim_pairs(IMAGES, IMAGES), 1, rtol=1e-6)


@pytest.mark.parametrize("offset", [0.01, 0.1, 0.5])
def test_psnr_of_a_constant_offset(offset):
    images = np.full((3, 8, 8, 1), 20.0)
    np.testing.assert_allclose(psnr(images, images + 255 * offset), -20 * np.log10(offset))


def test_psnr_is_tensorflows():
    np.testing.assert_allclose(psnr(IMAGES, NOISY), tf.image.psnr(IMAGES, NOISY, 255), rtol=1e-5)


def test_ssim_is_its_definition():
    def blur(values):  # a Gaussian window of 11 pixels, where it fits
        return gaussian_filter(values, 1.5, radius=5)[5:-5, 5:-5]

    a, b = (images[0, :, :, 0].astype(float) for images in (IMAGES, NOISY))
    first, second = blur(a), blur(b)
    covariance = blur(a * b) - first * second
    spread = blur(a * a) - first**2 + blur(b * b) - second**2
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    means = (2 * first * second + c1) / (first**2 + second**2 + c1)
    expected = (means * (2 * covariance + c2) / (spread + c2)).mean()
    assert ssim(IMAGES[:1, :, :, :1], NOISY[:1, :, :, :1])[0] == pytest.approx(expected, rel=1e-4)
    assert 0.5 < expected < 0.99


@pytest.mark.parametrize(("size", "channels"), [(8, 1), (9, 3), (12, 1), (28, 1), (32, 3), (45, 1), (64, 3)])
def test_any_size_is_scored(size, channels):
    images = photographs(4, size, channels)
    noisy = (images + 20 * DRAWS.standard_normal(images.shape)).clip(0, 255).astype(np.uint8)
    for similarity in (ssim, ms_ssim_pairs):
        scores = similarity(images, noisy)
        assert scores.shape == (4,)
        assert np.all((scores > 0) & (scores < 1))


def test_more_pairs_than_a_batch():
    images = photographs(300, 12)
    scores = ssim(images, images[::-1])
    np.testing.assert_allclose(scores[290:], ssim(images[290:], images[::-1][290:]), rtol=1e-5)


def test_sharpness_of_a_ramp_against_a_flat_image():
    ramp = np.tile(np.arange(16.0), (1, 16, 1))[..., None]
    flat = np.zeros_like(ramp)
    assert sharpness_difference(ramp, flat)[0] == pytest.approx(10 * np.log10(255**2 / 1))
    assert sharpness_difference(2 * ramp + 5, flat)[0] == pytest.approx(10 * np.log10(255**2 / 2))


def test_blur_lowers_every_similarity():
    for similarity in (psnr, ssim, ms_ssim_pairs, sharpness_difference):
        scores = [similarity(uniform_filter(IMAGES, (0, n, n, 0)), IMAGES).mean() for n in (3, 5, 9)]
        assert scores[0] > scores[1] > scores[2]


def test_collapse_raises_the_similarity_within_a_set():
    varied = photographs(60, 32)
    collapsed = varied[np.arange(60) % 3]
    assert ms_ssim(collapsed) > ms_ssim(varied) + 0.2
    assert ms_ssim(np.repeat(varied[:1], 5, axis=0)) == pytest.approx(1, abs=1e-5)


def test_similarity_within_a_set_is_a_mean_over_seeded_pairs():
    images = photographs(12, 16)
    first, second = np.triu_indices(12, 1)
    assert ms_ssim(images) == pytest.approx(ms_ssim_pairs(images[first], images[second]).mean())
    some = ms_ssim(images, seed=1, pairs=10)
    assert some == ms_ssim(images, seed=1, pairs=10) != ms_ssim(images, seed=2, pairs=10)


@pytest.mark.parametrize("count", [2, 3, 50, 20_000])
def test_random_pairs_are_different_pairs(count):
    first, second = _random_pairs(count, 40, np.random.default_rng(0))
    assert len(first) == min(40, count * (count - 1) // 2)
    assert np.all((first >= 0) & (first < second) & (second < count))
    assert len(set(zip(first, second, strict=True))) == len(first)


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (IMAGES[:1], "at least 2"),
        (IMAGES[..., 0], "N, H, W"),
        (IMAGES / 127.5 - 1, "0..255"),
        (np.where(IMAGES > 200, np.nan, IMAGES), "NaN"),
    ],
)
def test_bad_images_are_named(images, says):
    with pytest.raises(UserError, match=f"fake_images.*{says}"):
        ms_ssim(images)


@pytest.mark.parametrize("similarity", [psnr, ssim, ms_ssim_pairs, sharpness_difference])
def test_pairs_must_match(similarity):
    with pytest.raises(UserError, match="not pairs"):
        similarity(IMAGES, NOISY[:2])
    with pytest.raises(UserError, match="differ in shape"):
        similarity(IMAGES, NOISY[:, :20])


def test_reconstruction_is_a_measure_of_pairs():
    from ganzoo.metrics.image_similarity import reconstruction
    from ganzoo.metrics.registry import REGISTRY

    targets = np.full((3, 32, 32, 1), 100, np.uint8)
    found = reconstruction(targets + 10, targets)
    np.testing.assert_allclose(found["psnr"], 20 * np.log10(255 / 10), rtol=1e-5)
    assert REGISTRY["reconstruction"].needs == ("outputs", "targets")
