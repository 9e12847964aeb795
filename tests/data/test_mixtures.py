import numpy as np
import pytest
from scipy.stats import multivariate_normal

from ganzoo.data.mixtures import MIXTURES
from ganzoo.data.points import Points


def test_the_modes_are_those_of_the_papers():
    ring, grid = MIXTURES["ring8"], MIXTURES["grid25"]
    assert ring.means.shape == (8, 2) and ring.scale == 0.02
    np.testing.assert_allclose(np.linalg.norm(ring.means, axis=1), 2)
    np.testing.assert_allclose(np.linalg.norm(ring.means - np.roll(ring.means, 1, 0), axis=1), 4 * np.sin(np.pi / 8))
    assert grid.scale == 0.05
    assert {tuple(mean) for mean in grid.means} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}


@pytest.mark.parametrize("name", MIXTURES)
def test_density_is_scipys(name):
    mixture = MIXTURES[name]
    points = mixture.sample(200, np.random.default_rng(0))[0] + 0.01
    parts = [multivariate_normal(mean, mixture.scale**2).pdf(points) for mean in mixture.means]
    np.testing.assert_allclose(mixture.log_density(points), np.log(np.mean(parts, axis=0)), rtol=1e-6)
    assert np.isfinite(mixture.log_density([[100.0, 100.0]])).all()


@pytest.mark.parametrize("name", MIXTURES)
def test_points_lie_at_their_modes(name):
    mixture = MIXTURES[name]
    source = Points(name, labels=True)
    assert (source.shape, source.num_classes, source.feature) == ((2,), len(mixture.means), "point")
    arrays = source.arrays()
    assert arrays["point"].dtype == np.float32 and arrays["label"].dtype == np.int64
    assert len(arrays["point"]) == source.num_examples == 50_000
    offsets = arrays["point"] - mixture.means[arrays["label"]]
    np.testing.assert_allclose(offsets.std(0), mixture.scale, rtol=0.02)
    np.testing.assert_allclose(offsets.mean(0), 0, atol=5 * mixture.scale / np.sqrt(len(offsets)))
    counts = np.bincount(arrays["label"])
    expected = len(offsets) / len(mixture.means)
    assert abs(counts - expected).max() < 5 * np.sqrt(expected)


def test_splits_differ():
    train, test = Points("ring8").arrays()["point"], Points("ring8", split="test").arrays()["point"]
    assert len(test) == 10_000
    assert not {point.tobytes() for point in test} & {point.tobytes() for point in train}
