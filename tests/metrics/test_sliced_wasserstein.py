import numpy as np
import pytest
from scipy.ndimage import uniform_filter
from scipy.stats import ortho_group

from ganzoo.errors import UserError
from ganzoo.metrics.sliced_wasserstein import (
    sliced_wasserstein,
    sliced_wasserstein_approximation,
    sliced_wasserstein_patches,
)

DRAWS = np.random.default_rng(0)
REAL = DRAWS.standard_normal((1000, 64))
IMAGES = DRAWS.integers(0, 256, (200, 32, 32, 3)).astype(np.uint8)


def test_a_pure_shift_is_three_times_its_square():
    shift = np.full(64, 0.25)  # |mu|^2 = 4
    scores = [sliced_wasserstein(REAL, REAL + shift, seed=seed) for seed in range(12)]
    assert np.mean(scores) == pytest.approx(12, rel=0.03)
    assert np.std(scores) / 12 == pytest.approx(np.sqrt(2 / 1000), rel=0.5)


def test_shifted_samples():
    fake = np.random.default_rng(1).standard_normal((4000, 64)) + 0.25
    real = np.random.default_rng(2).standard_normal((4000, 64))
    assert sliced_wasserstein(real, fake) == pytest.approx(12, rel=0.12)


def test_equal_sets_are_at_zero():
    assert sliced_wasserstein(REAL, DRAWS.permutation(REAL)) == pytest.approx(0, abs=1e-20)


def test_sides_change_nothing():
    fake = DRAWS.standard_normal((1000, 64)) * 1.2
    assert sliced_wasserstein(REAL, fake, seed=3) == pytest.approx(sliced_wasserstein(fake, REAL, seed=3))


def test_one_dimension_is_exact():
    real, fake = DRAWS.standard_normal((300, 1)), DRAWS.exponential(size=(300, 1))
    expected = 3 * np.mean((np.sort(real[:, 0]) - np.sort(fake[:, 0])) ** 2)
    assert sliced_wasserstein(real, fake, directions=7) == pytest.approx(expected)


def test_scale_of_isotropic_normals():
    fake = np.random.default_rng(1).standard_normal((20_000, 4)) * 2
    real = np.random.default_rng(2).standard_normal((20_000, 4))
    assert sliced_wasserstein(real, fake) == pytest.approx(3 * 4, rel=0.03)  # 3 d (2 - 1)^2


def test_the_approximation_is_the_distance_of_isotropic_normals():
    real, fake = (np.random.default_rng(seed).standard_normal((20_000, 64)) for seed in (1, 2))
    fake = 1.5 * fake + 0.25
    expected = 3 * (64 * 0.25**2 + 64 * 0.5**2)
    assert sliced_wasserstein_approximation(real, fake) == pytest.approx(expected, rel=0.01)
    assert sliced_wasserstein(real, fake) == pytest.approx(expected, rel=0.12)
    assert sliced_wasserstein_approximation(real, real[::-1]) == pytest.approx(0, abs=1e-18)
    assert sliced_wasserstein_approximation(1e30 * real, 1e30 * (real + 1)) == pytest.approx(3 * 64 * 1e60)


def test_rotations_hardly_matter():
    rotation = ortho_group.rvs(64, random_state=0)
    fake = DRAWS.standard_normal((1000, 64)) + 0.3
    assert sliced_wasserstein(REAL @ rotation, fake @ rotation) == pytest.approx(sliced_wasserstein(REAL, fake), rel=0.2)


def test_seeds_and_unequal_counts():
    fake = DRAWS.standard_normal((700, 64)) + 0.1
    first = sliced_wasserstein(REAL, fake, seed=1)
    assert first == sliced_wasserstein(REAL, fake, seed=1)
    assert first != sliced_wasserstein(REAL, fake, seed=2)
    assert sliced_wasserstein(REAL.astype(np.float32), fake.astype(np.float32), seed=1) == pytest.approx(first, rel=1e-3)


def test_patches_of_one_distribution_are_at_the_floor():
    scores = sliced_wasserstein_patches(IMAGES[:60], IMAGES[60:120])
    assert set(scores) == {"mean", "floor", "32", "16"}
    assert scores["mean"] == pytest.approx(scores["floor"], rel=0.3)
    assert scores["mean"] == pytest.approx((scores["32"] + scores["16"]) / 2)


def test_patches_see_texture():
    smooth = uniform_filter(IMAGES, (0, 5, 5, 0))
    scores = sliced_wasserstein_patches(IMAGES, smooth)
    assert min(scores["32"], scores["16"]) > 2 * scores["floor"]


@pytest.mark.parametrize(("shape", "levels"), [((28, 28, 1), ["28"]), ((8, 8, 1), ["8"]), ((64, 64, 3), ["64", "32", "16"])])
def test_grey_small_and_flat_images(shape, levels):
    images = np.zeros((12, *shape), np.uint8)
    images[:, 3:5] = DRAWS.integers(0, 256, (12, 2, *shape[1:]))
    scores = sliced_wasserstein_patches(images, images[::-1].copy())
    assert list(scores) == ["mean", "floor", *levels]
    assert np.isfinite(list(scores.values())).all()
    assert scores == sliced_wasserstein_patches(images, images[::-1].copy())


@pytest.mark.parametrize("shape", [(32, 16, 3), (6, 6, 3), (33, 33, 3)])
def test_sizes_that_tfgan_cannot_take(shape):
    with pytest.raises(UserError, match="square images"):
        sliced_wasserstein_patches(np.zeros((5, *shape), np.uint8), np.zeros((5, *shape), np.uint8))


def test_bad_features_are_named():
    with pytest.raises(UserError, match="fake has NaN"):
        sliced_wasserstein(REAL, np.where(REAL > 2, np.nan, REAL))
    with pytest.raises(UserError, match="at least 2"):
        sliced_wasserstein(REAL[:1], REAL)
    with pytest.raises(UserError, match="differ in shape"):
        sliced_wasserstein(REAL, REAL[:, :2])
    with pytest.raises(UserError, match="differ in shape"):
        sliced_wasserstein_patches(IMAGES, IMAGES[:, :16, :16])
    with pytest.raises(UserError, match="fake_images has 1 images"):
        sliced_wasserstein_patches(IMAGES, IMAGES[:1])
