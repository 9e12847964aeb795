import numpy as np
import pytest
from scipy.stats import ortho_group

from ganzoo.errors import UserError
from ganzoo.metrics import frechet, tfgan
from ganzoo.metrics.frechet import (
    frechet_distance,
    frechet_from_moments,
    root_spectrum,
    root_spectrum_of_data,
)
from ganzoo.metrics.moments import Moments

DRAWS = np.random.default_rng(0)
REAL = DRAWS.standard_normal((600, 24)) @ DRAWS.standard_normal((24, 24)) + 2
FAKE = DRAWS.standard_normal((500, 24)) @ DRAWS.standard_normal((24, 24))


def exact(real, fake):
    """By eigenvectors of both covariances, in the order of the definition."""
    first, second = np.cov(real.T.astype(float)), np.cov(fake.T.astype(float))
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    trace = np.sqrt(np.linalg.eigvalsh(root @ second @ root).clip(0)).sum()
    return ((real.mean(0) - fake.mean(0)) ** 2).sum() + np.trace(first + second) - 2 * trace


def with_covariance(variances, count=400):
    """Samples whose sample mean is 0 and whose sample covariance is exactly diagonal."""
    values = DRAWS.standard_normal((count, len(variances)))
    basis = np.linalg.qr(values - values.mean(0))[0]
    return basis * np.sqrt(np.asarray(variances) * (count - 1))


def test_equal_sets_are_at_zero():
    assert frechet_distance(REAL, REAL) == pytest.approx(0, abs=1e-9)


def test_commuting_covariances_in_closed_form():
    first, second = DRAWS.uniform(0.1, 4, 12), DRAWS.uniform(0.1, 4, 12)
    shift = DRAWS.standard_normal(12)
    expected = (shift**2).sum() + ((np.sqrt(first) - np.sqrt(second)) ** 2).sum()
    assert frechet_distance(with_covariance(first), with_covariance(second, 300) + shift) == pytest.approx(expected)


def test_a_translation_adds_its_square():
    shift = DRAWS.standard_normal(24)
    moved = frechet_distance(REAL, FAKE - FAKE.mean(0) + REAL.mean(0) + shift)
    still = frechet_distance(REAL, FAKE - FAKE.mean(0) + REAL.mean(0))
    assert moved - still == pytest.approx((shift**2).sum())


def test_rotations_change_nothing():
    rotation = ortho_group.rvs(24, random_state=1)
    assert frechet_distance(REAL @ rotation, FAKE @ rotation) == pytest.approx(frechet_distance(REAL, FAKE))


def test_order_and_sides_change_nothing():
    assert frechet_distance(DRAWS.permutation(FAKE), REAL) == pytest.approx(frechet_distance(REAL, FAKE))


def test_scaling_is_quadratic():
    assert frechet_distance(3 * REAL, 3 * FAKE) == pytest.approx(9 * frechet_distance(REAL, FAKE))


@pytest.mark.parametrize("dim", [2, 24, 600])
def test_agrees_with_the_definition(dim):
    real = DRAWS.standard_normal((900, dim)) * np.geomspace(1, 0.01, dim)
    fake = DRAWS.standard_normal((800, dim)) * np.geomspace(1.1, 0.02, dim) + 0.1
    assert frechet_distance(real, fake) == pytest.approx(exact(real, fake), rel=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("dim", [8, 64])
@pytest.mark.parametrize("shift", [0, 1.5])
def test_agrees_with_tfgan(dtype, dim, shift):
    real = (DRAWS.standard_normal((1000, dim)) + 1).astype(dtype)
    fake = (DRAWS.standard_normal((900, dim)) * np.linspace(0.9, 1.2, dim) + 1 + shift).astype(dtype)
    assert frechet_distance(real, fake) == pytest.approx(tfgan.frechet_distance(real, fake), rel=1e-6)


@pytest.mark.parametrize("counts", [(30, 40), (60, 200), (200, 60), (101, 100)])
def test_fewer_samples_than_dimensions(counts):
    real = DRAWS.standard_normal((counts[0], 100))
    fake = DRAWS.standard_normal((counts[1], 100)) * 1.3 + 0.2
    assert frechet_distance(real, fake) == pytest.approx(exact(real, fake), rel=1e-5)
    first, second = ((values - values.mean(0)) / np.sqrt(len(values) - 1) for values in (real, fake))
    spread = np.square(first).sum() + np.square(second).sum() - 2 * np.linalg.norm(first @ second.T, "nuc")
    expected = np.square(real.mean(0) - fake.mean(0)).sum() + spread
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-8)


def test_data_and_covariances_give_one_spectrum():
    first, second = np.cov(REAL.T), np.cov(FAKE.T)
    expected = np.sqrt(np.linalg.eigvals(first @ second).real)
    np.testing.assert_allclose(np.sort(root_spectrum(first, second)), np.sort(expected), rtol=1e-8)
    few = REAL[:20]
    np.testing.assert_allclose(
        np.sort(root_spectrum_of_data(few, FAKE[:10]))[-9:],
        np.sort(root_spectrum(np.cov(few.T), np.cov(FAKE[:10].T)))[-9:],
        rtol=1e-6,
    )


def test_both_ways_through_the_spectrum_agree(monkeypatch):
    first, second = np.cov(REAL.T), np.cov(FAKE.T)
    precise = root_spectrum(first, second)
    monkeypatch.setattr(frechet, "_SMALL", 0)
    np.testing.assert_allclose(np.sort(root_spectrum(first, second)), np.sort(precise), rtol=1e-8)


@pytest.mark.parametrize("small", [0, 512])
def test_singular_covariances(monkeypatch, small):
    monkeypatch.setattr(frechet, "_SMALL", small)
    dead = REAL.copy()
    dead[:, 3] = 7  # a unit that never fires
    twice = np.concatenate([FAKE[:, :12], FAKE[:, :12]], axis=1)  # rank 12 of 24
    for real, fake in ((dead, FAKE), (FAKE, dead), (twice, REAL), (REAL, twice), (dead, twice), (twice, twice + 1)):
        assert frechet_distance(real, fake) == pytest.approx(exact(real, fake), rel=1e-6)
    assert frechet_distance(np.ones((50, 4)), np.zeros((60, 4))) == 4


def of_repeats(stored, count):
    """Mean and the rows A of a covariance A^T A of `count` samples that repeat stored ones in turn."""
    shares = np.bincount(np.arange(count) % len(stored))
    mean = shares @ stored / count
    return mean, np.sqrt(shares / (count - 1))[:, None] * (stored - mean)


@pytest.mark.parametrize("dim", [128, 600])
@pytest.mark.parametrize("stored", [2, 10, 50])
def test_collapsed_generators_are_measured_exactly(stored, dim):
    count = 2000 if dim == 128 else 700
    real = np.random.default_rng(1).standard_normal((count, dim)).astype(np.float32)
    images = np.random.default_rng(2).standard_normal((stored, dim)).astype(np.float32)
    (mean, rows), double = of_repeats(images.astype(float), count), real.astype(float)
    covariance = np.cov(double.T)
    # The trace of the root is that of A S A^T, of rank stored - 1, by its singular values: nothing of rank d is rounded.
    roots = np.linalg.svd(rows @ np.linalg.cholesky(covariance), compute_uv=False)[: stored - 1]
    expected = np.square(double.mean(0) - mean).sum() + np.trace(covariance) + np.square(rows).sum() - 2 * roots.sum()
    assert frechet_distance(real, images[np.arange(count) % stored]) == pytest.approx(expected, rel=1e-6)
    assert frechet_distance(images[np.arange(count) % stored], real) == pytest.approx(expected, rel=1e-6)


def test_two_collapsed_sides_are_measured_exactly():
    draws = np.random.default_rng(3).standard_normal((2, 40, 64)).astype(np.float32)
    first, second = draws[0, :30], draws[1]
    (mean, rows), (other, others) = of_repeats(first.astype(float), 900), of_repeats(second.astype(float), 800)
    spread = np.square(rows).sum() + np.square(others).sum() - 2 * np.linalg.norm(rows @ others.T, "nuc")
    expected = np.square(mean - other).sum() + spread
    assert frechet_distance(first[np.arange(900) % 30], second[np.arange(800) % 40]) == pytest.approx(expected, rel=1e-6)


def test_streamed_moments_give_the_same():
    first, second = Moments(24), Moments(24)
    for part in np.array_split(REAL, 9):
        first.update(part)
    for part in np.array_split(FAKE, 4):
        second.merge(Moments.of(part))
    assert frechet_from_moments(first, second) == pytest.approx(frechet_distance(REAL, FAKE), rel=1e-9)
    with pytest.raises(UserError, match="no Frechet distance"):
        frechet_from_moments(first, Moments(3))


def test_distance_grows_with_noise_and_with_lost_modes():
    noise = DRAWS.standard_normal(REAL.shape)
    noisy = [frechet_distance(REAL, REAL + scale * noise) for scale in (0, 0.5, 1, 2)]
    lost = [frechet_distance(REAL, REAL[REAL[:, 0] > np.quantile(REAL[:, 0], cut)]) for cut in (0, 0.2, 0.5, 0.8)]
    assert np.all(np.diff(noisy) > 0)
    assert np.all(np.diff(lost) > 0)


@pytest.mark.parametrize(
    ("fake", "says"),
    [
        (np.where(np.arange(24) == 2, np.nan, FAKE), "fake has NaN"),
        (np.where(np.arange(24) == 2, np.inf, FAKE), "fake has NaN or infinite"),
        (FAKE[:1], "fake has 1 sample"),
        (FAKE[:, :5], "differ in shape"),
        (FAKE[0], "fake must have 2 axes"),
    ],
)
def test_bad_features_are_named(fake, says):
    with pytest.raises(UserError, match=says):
        frechet_distance(REAL, fake)
