"""The spectrum behind a sample's, and Frechet floors from references that are small for their dimensions."""

import numpy as np
import pytest

from ganzoo.metrics.frechet import fd_floor, frechet_distance, frechet_floor_of
from ganzoo.metrics.frechet_bias import frechet_distance_debiased
from ganzoo.metrics.population_spectrum import expected_frechet, population_roots, population_spectrum

DIM = 64
SPECTRA = {"flat": np.ones(DIM), "geometric": np.geomspace(0.05, 2, DIM), "1 / rank": 1 / np.arange(DIM, 0, -1)}


def draw(seed, count, spectrum):
    return np.random.default_rng(seed).standard_normal((count, len(spectrum))) * np.sqrt(spectrum)


def eigenvalues(samples):
    return np.linalg.eigvalsh(np.cov(samples.T)).clip(0)


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("count", [50, 66, 250])
def test_the_spectrum_is_recovered(name, count):
    spectrum = SPECTRA[name]
    observed = [eigenvalues(draw(seed, count, spectrum)) for seed in range(5)]
    found = [population_spectrum(values, count, seed) for seed, values in enumerate(observed)]
    np.testing.assert_allclose([values.sum() for values in found], [values.sum() for values in observed])
    true, before, after = (np.mean([fd_floor(s, 10**6, 10**6) for s in some]) for some in ([spectrum], observed, found))
    assert after == pytest.approx(true, rel=0.04) and before < 0.93 * true


def test_many_samples_and_dead_dimensions_change_nothing():
    values = np.array([0, 0, 0.5, 1, 2])
    np.testing.assert_array_equal(population_spectrum(values, 10_000), values)
    found = population_spectrum(values, 60)
    assert (found[:2] == 0).all() and found[2:].sum() == pytest.approx(3.5)
    np.testing.assert_array_equal(population_spectrum(np.zeros(4), 10), np.zeros(4))


def test_many_dimensions_are_worked_on_by_a_sample_of_them():
    spectrum = np.geomspace(0.05, 2, 300)
    found = population_spectrum(eigenvalues(draw(0, 400, spectrum)), 400)
    assert len(found) == 300 and fd_floor(found, 10**6, 10**6) == pytest.approx(fd_floor(spectrum, 10**6, 10**6), rel=0.03)


def test_roots_are_recovered_from_two_samples():
    spectrum = SPECTRA["geometric"]
    sums = []
    for seed in range(8):
        first, second = (np.linalg.cholesky(np.cov(draw((seed, side), 100, spectrum).T)) for side in (0, 1))
        sums.append(population_roots(np.linalg.svd(second.T @ first, compute_uv=False), (100, 100), seed).sum())
    assert np.mean(sums) == pytest.approx(spectrum.sum(), rel=0.05)


def test_the_expected_distance_is_that_of_samples():
    spectrum = SPECTRA["geometric"]
    measured = [frechet_distance(draw((1, i), 80, spectrum), draw((2, i), 300, spectrum)) for i in range(20)]
    means = spectrum.sum() * (1 / 80 + 1 / 300)
    assert means + expected_frechet(spectrum, (80, 300), draws=32) == pytest.approx(np.mean(measured), rel=0.03)


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("counts", [(50, 50), (66, 500), (250, 250)])
def test_a_small_reference_gives_the_floor_all_the_same(name, counts):
    spectrum, sides = SPECTRA[name], []
    for seed in range(8):
        real, fake = draw((1, seed), counts[0], spectrum), draw((2, seed), counts[1], spectrum)
        scores = frechet_distance_debiased(real, fake)
        plain = frechet_distance(real, fake)
        sides.append((plain, frechet_floor_of(real, counts[1], counts[0], seed), scores["floor"], scores["debiased"]))
    plain, floor, beside, debiased = np.mean(sides, axis=0)
    assert floor == pytest.approx(plain, rel=0.05) and beside == pytest.approx(plain, rel=0.05)
    assert abs(debiased) < (0.1 if min(counts) > DIM else 0.15) * plain
