import numpy as np
import pytest

from ganzoo.metrics.connected_components import area_exponent, area_histogram, component_areas, connected_components

DRAWS = np.random.default_rng(0)


def squares(side, count=4, of=32):
    """Boards of squares of this side, black and white: no two squares of one colour share an edge."""
    cells = np.indices((of, of)).sum(axis=0) if side == 1 else (np.indices((of, of)) // side).sum(axis=0)
    return np.tile((255 * (cells % 2))[None, :, :, None], (count, 1, 1, 1)).astype(np.uint8)


def smoothed(images, steps):
    for _ in range(steps):
        images = (images + np.roll(images, 1, 1) + np.roll(images, 1, 2)) / 3
    low, high = images.min(), images.max()
    return np.round(255 * (images - low) / (high - low)).astype(np.uint8)


@pytest.mark.parametrize("side", [1, 2, 4, 8])
def test_a_boards_components_are_its_squares(side):
    np.testing.assert_array_equal(component_areas(squares(side), 2), np.full(4 * (32 // side) ** 2, side**2))


def test_components_stay_within_an_image_and_a_level():
    image = np.zeros((1, 8, 8), np.uint8)
    image[:, :, 4:] = 200
    image[0, 0, 0] = 200  # touches no other of its level
    assert sorted(component_areas(np.repeat(image, 3, axis=0), 2)) == [1, 1, 1, 31, 31, 31, 32, 32, 32]
    ramp = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    assert component_areas(ramp, 8).tolist() == [8] * 8


def test_the_exponent_is_a_power_laws():
    octaves = 2.0 ** np.arange(8)
    counts = np.round(1e9 * octaves * octaves**-2.0)  # a density of areas that falls as their square
    assert area_exponent(counts) == pytest.approx(-2, abs=1e-6)
    assert area_exponent(np.array([3, 0, 2])) is None
    np.testing.assert_array_equal(area_histogram(np.array([1, 2, 3, 4, 16]), 16), [1, 2, 1, 0, 1])


def test_equal_images_are_at_zero_and_finer_ones_are_told():
    coarse, fine = (smoothed(DRAWS.random((60, 16, 16, 1)), steps) for steps in (12, 1))
    assert connected_components(coarse, coarse) == {"kl": 0, "exponent": 0, "number": 0}
    found = connected_components(coarse, fine)
    assert found["kl"] > 0.05 and found["number"] > 0.3 and found["exponent"] < -0.1


def test_a_number_of_components_is_by_image():
    found = connected_components(squares(4, 4), squares(2, 7))
    assert found["number"] == pytest.approx(np.log(4)) and "exponent" not in found
