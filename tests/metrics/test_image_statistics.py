import numpy as np
import pytest
from scipy import stats
from scipy.ndimage import gaussian_filter

from ganzoo.errors import UserError
from ganzoo.metrics.image_statistics import (
    filter_response_distance,
    filter_responses,
    histogram_kl,
    local_contrast,
    local_contrast_distance,
    power_spectrum_distance,
    radial_spectrum,
    random_filters,
    spectrum_slope,
    weibull_fit,
)

DRAWS = np.random.default_rng(0)
METRICS = (power_spectrum_distance, filter_response_distance, local_contrast_distance)


def power_law(count, size, exponent):
    """Noise whose amplitude falls as 1 / f^exponent."""
    radius = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size))
    radius[0, 0] = 1
    spectrum = np.fft.fft2(DRAWS.standard_normal((count, size, size))) / radius**exponent
    return np.fft.ifft2(spectrum).real


def as_images(values):
    values = values - values.mean()
    return (127 + 40 * values / values.std()).clip(0, 255).astype(np.uint8)[..., None]


REAL, FRESH = as_images(power_law(400, 32, 1))[:200], as_images(power_law(400, 32, 1))[:200]
WHITE = as_images(power_law(200, 32, 0))


def test_white_noise_is_flat_at_its_variance():
    frequencies, power = radial_spectrum(3 * DRAWS.standard_normal((400, 64, 64)))
    np.testing.assert_allclose(power, 9, rtol=0.15)
    assert abs(spectrum_slope(frequencies, power)) < 0.02
    assert len(power) == 45 and frequencies[0] > 0 and frequencies[-1] == pytest.approx(0.5**0.5, rel=0.02)


@pytest.mark.parametrize("exponent", [0.5, 1, 1.5])
def test_a_power_law_has_twice_its_exponent(exponent):
    frequencies, power = radial_spectrum(power_law(200, 64, exponent))
    assert spectrum_slope(frequencies, power) == pytest.approx(-2 * exponent, abs=0.06)


def test_a_single_wave_is_found_at_its_frequency():
    wave = np.cos(2 * np.pi * 5 * np.arange(32) / 32) * np.ones((3, 32, 1))
    frequencies, power = radial_spectrum(wave)
    assert frequencies[power.argmax()] == pytest.approx(5 / 32, rel=0.05)


def test_images_that_are_not_square_and_have_colours():
    values = DRAWS.standard_normal((300, 24, 40, 3))
    _, power = radial_spectrum(values)
    assert len(power) == 17
    np.testing.assert_allclose(power, 1 / 3, rtol=0.25)  # the mean of three channels


def test_spectrum_of_white_against_coloured_noise():
    scores = power_spectrum_distance(REAL, WHITE)
    assert scores["slope"] == pytest.approx(2, abs=0.15)
    assert scores["tail"] > 0.2
    assert power_spectrum_distance(WHITE, REAL)["tail"] == pytest.approx(-scores["tail"])
    assert power_spectrum_distance(WHITE, REAL)["distance"] == pytest.approx(scores["distance"])


def test_the_tail_begins_above_three_eighths_of_a_cycle_a_pixel():
    smooth, rough = as_images(power_law(20, 64, 1)), as_images(power_law(20, 64, 0))
    (frequencies, real), (_, fake) = radial_spectrum(smooth), radial_spectrum(rough)
    gap = np.log10(fake / real)
    expected = gap[frequencies > 0.375].mean()
    assert power_spectrum_distance(smooth, rough)["tail"] == pytest.approx(expected, rel=1e-6)
    for other in (0.36, 0.4):
        assert gap[frequencies > other].mean() != pytest.approx(expected, rel=1e-3)


def test_a_checkerboard_shows_in_the_tail():
    board = 12 * (-1) ** np.add.outer(np.arange(32), np.arange(32))[..., None]
    stripes = 12 * (-1) ** np.arange(32)[:, None, None]
    for pattern in (board, stripes * np.ones((1, 32, 1), int)):
        marked = (FRESH.astype(int) + pattern).clip(0, 255).astype(np.uint8)
        assert power_spectrum_distance(REAL, marked)["tail"] > 0.02 > abs(power_spectrum_distance(REAL, FRESH)["tail"])
        assert filter_response_distance(REAL, marked)["kl"] > 2 * filter_response_distance(REAL, FRESH)["kl"]


@pytest.mark.parametrize("metric", METRICS)
def test_fresh_real_images_are_near_and_blurred_ones_far(metric):
    blurred = gaussian_filter(FRESH, (0, 1, 1, 0))
    near, far = metric(REAL, FRESH), metric(REAL, blurred)
    for part in near:
        if part not in ("flat", "kurtosis"):  # neither differs between these sets
            assert abs(near[part]) < 0.15 * abs(far[part]), part


@pytest.mark.parametrize("metric", METRICS)
def test_equal_sets_are_at_zero(metric):
    assert metric(REAL, REAL) == pytest.approx(dict.fromkeys(metric(REAL, FRESH), 0), abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_seeded_subsamples(metric):
    first = metric(REAL, FRESH, seed=1, cap=50)
    assert first == metric(REAL, FRESH, seed=1, cap=50) != metric(REAL, FRESH, seed=2, cap=50)


def test_filters_ignore_brightness_and_have_unit_norm():
    filters = random_filters(5, 5, seed=0)
    np.testing.assert_allclose(filters.sum(axis=(1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(np.square(filters).sum(axis=(1, 2)), 1)
    flat = np.full((3, 12, 12), 200, np.float32)
    np.testing.assert_allclose(filter_responses(flat, filters[0]), 0, atol=1e-3)


def test_filter_responses_are_a_convolution():
    image, kernel = DRAWS.standard_normal((1, 9, 9)).astype(np.float32), random_filters(1, 5, seed=0)[0]
    windows = np.lib.stride_tricks.sliding_window_view(image[0], (5, 5))
    expected = np.einsum("ijkl,kl->ij", windows, kernel[::-1, ::-1]).ravel()
    np.testing.assert_allclose(filter_responses(image, kernel), expected, atol=1e-5)


def test_normal_noise_has_no_excess_kurtosis_but_sparse_images_have():
    sparse = np.zeros((200, 32, 32, 1), np.uint8)
    sparse[DRAWS.random(sparse.shape) < 0.01] = 255
    assert filter_response_distance(WHITE, WHITE[::-1])["kurtosis"] == pytest.approx(0, abs=1e-9)
    assert filter_response_distance(WHITE, sparse)["kurtosis"] > 5


@pytest.mark.parametrize(("shape", "scale"), [(0.7, 3), (1, 0.2), (2, 40), (4, 1)])
def test_weibull_fit(shape, scale):
    values = scale * np.random.default_rng(0).weibull(shape, 20_000)
    assert weibull_fit(values) == pytest.approx((shape, scale), rel=0.03)
    fitted, _, fitted_scale = stats.weibull_min.fit(values[:2000], floc=0)
    assert weibull_fit(values[:2000]) == pytest.approx((fitted, fitted_scale), rel=1e-3)


def test_contrast_of_a_ramp():
    ramp = (3 * np.arange(10)[:, None] + 4 * np.arange(10)).astype(np.uint8)[None, ..., None]
    np.testing.assert_allclose(local_contrast(ramp), 5)
    assert len(local_contrast(ramp)) == 81


def test_contrast_scale_of_fainter_images():
    fainter = (127 + (FRESH.astype(float) - 127) / 2).astype(np.uint8)
    scores = local_contrast_distance(REAL, fainter)
    assert scores["scale"] == pytest.approx(np.log(0.5), abs=0.1)
    assert scores["kl"] > 0.1


def test_flat_areas_are_counted_apart():
    half = FRESH.copy()
    half[:, :16] = 0
    assert local_contrast_distance(REAL, half)["flat"] == pytest.approx(0.5, abs=0.05)


def test_histogram_divergence():
    assert histogram_kl([10, 30], [10, 30]) == 0
    assert histogram_kl([1e9, 3e9], [2e9, 2e9]) == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5), rel=1e-6)
    assert np.isfinite(histogram_kl([10, 0], [0, 10]))


@pytest.mark.parametrize("metric", METRICS)
def test_bad_images_are_named(metric):
    with pytest.raises(UserError, match="fake_images has 1 images"):
        metric(REAL, FRESH[:1])
    with pytest.raises(UserError, match="differ in shape"):
        metric(REAL, FRESH[:, :16])
    with pytest.raises(UserError, match="at least 8 pixels"):
        metric(REAL[:, :4], REAL[:, :4])
    with pytest.raises(UserError, match="fake image is one flat colour"):
        metric(REAL, np.full_like(REAL, 9))
    with pytest.raises(UserError, match="real_images has NaN"):
        metric(np.where(REAL > 200, np.nan, REAL), FRESH)
