import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.frechet import fd_floor, frechet_distance, frechet_floor, frechet_interval
from ganzoo.metrics.frechet_bias import frechet_distance_debiased, frechet_distance_infinity


def draws(seed, count, spectrum, shift=0.0):
    values = np.random.default_rng(seed).standard_normal((count, len(spectrum))) * np.sqrt(spectrum)
    values[:, 0] += shift
    return values


HARMONIC = {dim: 1 / np.arange(1, dim + 1) for dim in (256, 512)}


@pytest.mark.parametrize(
    ("spectrum", "count", "expected"),
    [
        (np.ones(64), 500, 4.424),
        (np.ones(64), 2000, 1.105),
        (np.ones(64), 8000, 0.2760),
        (HARMONIC[256], 500, 0.7300),
        (HARMONIC[256], 2000, 0.1822),
        (HARMONIC[256], 8000, 0.0455),
        (HARMONIC[512], 512, 1.409),
        (HARMONIC[512], 250, 2.892),
        (HARMONIC[512], 100, 7.27),
        (HARMONIC[512], 50, 14.7),
    ],
)
def test_floor_in_closed_form(spectrum, count, expected):
    assert fd_floor(spectrum, count, count) == pytest.approx(expected, rel=1e-3, abs=6e-5)


def test_floor_of_white_features():
    dim, count = 32, 700
    expected = 2 * dim / count + dim * (dim + 1) / (2 * (count - 1))
    assert fd_floor(np.ones(dim), count, count) == pytest.approx(expected)
    assert fd_floor(np.ones(dim), count) == pytest.approx(expected / 2)
    assert fd_floor(np.concatenate([np.ones(dim), np.zeros(9)]), count, count) == pytest.approx(expected)


@pytest.mark.parametrize(("dim", "count"), [(64, 500), (64, 2000), (128, 500)])
def test_floor_is_what_equal_distributions_show(dim, count):
    spectrum = np.geomspace(2, 0.05, dim)
    measured = [frechet_distance(draws((1, i), count, spectrum), draws((2, i), count, spectrum)) for i in range(12)]
    assert np.mean(measured) == pytest.approx(fd_floor(spectrum, count, count), rel=0.03)
    assert frechet_floor(draws(3, 20_000, spectrum), count, count) == pytest.approx(np.mean(measured), rel=0.03)


@pytest.mark.parametrize("shift", [0, 0.5])
@pytest.mark.parametrize("scale", [1, 0.1, 1.4])
@pytest.mark.parametrize("counts", [(1000, 1000), (3000, 500)])
def test_debiasing_recovers_the_true_distance(shift, scale, counts):
    first = np.geomspace(2, 0.05, 64)
    second = scale * (first[::-1] if scale > 1 else first)
    true = shift**2 + ((np.sqrt(first) - np.sqrt(second)) ** 2).sum()
    plain, debiased = [], []
    for i in range(16):
        real, fake = draws((1, i), counts[0], first), draws((2, i), counts[1], second, shift)
        plain.append(frechet_distance(real, fake))
        debiased.append(frechet_distance_debiased(real, fake)["debiased"])
    bias, error = abs(np.mean(plain) - true), np.std(debiased) / 4
    assert abs(np.mean(debiased) - true) < 0.1 * bias + 3 * error
    assert bias > 0.1


def test_the_floor_beside_it():
    real, fake = draws(1, 4000, np.ones(32)), draws(2, 1000, np.ones(32))
    assert frechet_distance_debiased(real, fake)["floor"] == pytest.approx(fd_floor(np.ones(32), 1000, 4000), rel=0.02)


def test_infinity_takes_the_generated_sides_bias_away():
    spectrum = np.geomspace(2, 0.05, 48)
    real = draws(1, 60_000, spectrum)
    plain, infinite = [], []
    for i in range(10):
        fake = draws((2, i), 2000, spectrum, 0.5)
        plain.append(frechet_distance(real, fake))
        infinite.append(frechet_distance_infinity(real, fake, seed=i))
    bias = np.mean(plain) - 0.25
    assert abs(np.mean(infinite) - 0.25) < 0.2 * bias + 3 * np.std(infinite) / np.sqrt(10)
    assert bias > 0.1


def test_infinity_is_seeded():
    real, fake = draws(1, 500, np.ones(8)), draws(2, 500, np.ones(8))
    first = frechet_distance_infinity(real, fake, seed=3)
    assert first == frechet_distance_infinity(real, fake, seed=3)
    assert first != frechet_distance_infinity(real, fake, seed=4)


def test_interval_has_the_width_of_repeated_samples():
    spectrum = np.geomspace(2, 0.05, 24)
    real = draws(1, 3000, spectrum)
    repeats = [frechet_interval(real, draws((2, i), 1500, spectrum, 0.4), blocks=20, seed=i) for i in range(30)]
    values = np.array([repeat["value"] for repeat in repeats])
    errors = np.array([repeat["se"] for repeat in repeats])
    assert np.median(errors) == pytest.approx(values.std(ddof=1), rel=0.35)
    covered = [repeat["low"] <= values.mean() <= repeat["high"] for repeat in repeats]
    assert np.mean(covered) >= 0.86
    assert repeats[0]["value"] == frechet_distance(real, draws((2, 0), 1500, spectrum, 0.4))


def test_interval_with_fewer_samples_than_dimensions():
    interval = frechet_interval(draws(1, 40, np.ones(64)), draws(2, 50, np.ones(64)))
    assert 0 < interval["se"] < interval["value"]
    assert interval["low"] < interval["value"] < interval["high"]


def test_bad_counts_are_named():
    real, fake = draws(1, 50, np.ones(4)), draws(2, 7, np.ones(4))
    with pytest.raises(UserError, match="at least 8"):
        frechet_distance_infinity(real, fake)
    with pytest.raises(UserError, match="smallest subset"):
        frechet_distance_infinity(real, real, least=50)
    with pytest.raises(UserError, match="needs 20 generated"):
        frechet_interval(real, fake)
    with pytest.raises(UserError, match="two samples"):
        fd_floor(np.ones(3), 1)


@pytest.mark.parametrize("metric", [frechet_distance_debiased, frechet_distance_infinity, frechet_interval])
def test_bad_features_are_named(metric):
    real = draws(1, 50, np.ones(4))
    with pytest.raises(UserError, match="fake has NaN"):
        metric(real, np.where(real > 1, np.nan, real))
    with pytest.raises(UserError, match="at least 2"):
        metric(real[:1], real)
    with pytest.raises(UserError, match="differ in shape"):
        metric(real, real[:, :3])
