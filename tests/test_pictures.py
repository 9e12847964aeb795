"""Grids, dots, PNG and npz, down to the pixel."""

import io

import numpy as np
import pytest
from PIL import Image

from ganzoo.pictures import grid, npz, picture, png, scatter

BLUE, GREY, WHITE = [31, 97, 199], [200, 200, 200], [255, 255, 255]


def shades(count, height=28, width=28, channels=1):
    """Flat images whose shades are 10, 20, 30 ..."""
    return (
        np.full((count, height, width, channels), 10, np.uint8) * np.arange(1, count + 1, dtype=np.uint8)[:, None, None, None]
    )


def test_a_grid_fills_row_by_row_with_white_between():
    sheet = grid(shades(5))
    assert sheet.shape == (2 * 29 + 1, 3 * 29 + 1, 3) and sheet.dtype == np.uint8
    corners = sheet[1::29, 1::29, 0][:2, :3]
    np.testing.assert_array_equal(corners, [[10, 20, 30], [40, 50, 255]])
    for line in (0, 29, 58):
        assert (sheet[line] == 255).all()
    for line in (0, 29, 58, 87):
        assert (sheet[:, line] == 255).all()
    assert (sheet[1:29, 1:29] == 10).all() and (sheet[30:58, 30:58] == 50).all()


@pytest.mark.parametrize("columns, gap, shape", [(1, 1, (3 * 29 + 1, 29 + 1)), (3, 2, (32, 92)), (2, 0, (56, 56))])
def test_columns_and_gap_may_be_chosen(columns, gap, shape):
    assert grid(shades(3), columns, gap).shape == (*shape, 3)


@pytest.mark.parametrize("side, factor", [(8, 4), (14, 2), (27, 2), (28, 1), (32, 1)])
def test_small_images_are_enlarged_pixel_by_pixel(side, factor):
    image = np.random.default_rng(0).integers(0, 255, (1, side, side, 3), np.uint8)
    sheet = grid(image)[1:-1, 1:-1]
    assert sheet.shape == (factor * side, factor * side, 3)
    for row in range(factor):
        np.testing.assert_array_equal(sheet[row::factor, row::factor], image[0])


def test_the_longer_side_decides_the_enlargement():
    assert grid(shades(1, height=4, width=14)).shape == (2 * 4 + 2, 2 * 14 + 2, 3)


@pytest.mark.parametrize("shape", [(8, 8, 1), (2, 8, 8, 2), (2, 8, 8)])
def test_what_is_no_batch_of_images_is_refused(shape):
    with pytest.raises(ValueError, match="images"):
        grid(np.zeros(shape, np.uint8))


def test_a_scatter_has_real_points_in_grey_below_samples_in_blue_and_y_upwards():
    real = np.array([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])
    sheet = scatter(np.array([[-1.0, -1.0], [0.0, 0.5]]), real, side=102)
    assert sheet.shape == (102, 102, 3)
    # The window is [-1.3, 1.3]: x = -1 lies at 0.3 / 2.6 of 100 pixels.
    dots = {tuple(colour): np.argwhere((sheet == colour).all(-1)) for colour in (BLUE, GREY)}
    assert len(dots[tuple(BLUE)]) == 2 * 4 and len(dots[tuple(GREY)]) == 3 * 4  # a sample hides a real point
    np.testing.assert_array_equal(sheet[12:14, 11:13], np.full((2, 2, 3), 200))
    np.testing.assert_array_equal(sheet[12, 88], GREY)
    np.testing.assert_array_equal(sheet[89, 11], BLUE)  # the lower left corner
    np.testing.assert_array_equal(sheet[31, 50], BLUE)
    assert (sheet == WHITE).all(-1).sum() == 102**2 - 20


def test_samples_outside_the_real_ones_window_or_not_finite_are_left_out():
    real = np.array([[0.0, 0.0], [1.0, 1.0]])
    beyond = np.array([[2.0, 0.5], [-2.0, 0.5], [0.5, 9.0], [0.5, -9.0], [np.nan, 0.5], [np.inf, 0.5]])
    np.testing.assert_array_equal(scatter(beyond, real), scatter(real[:0], real))
    assert (scatter(beyond[:1]) == BLUE).all(-1).any(), "without real ones the samples set the window"


def test_pictures_of_images_are_grids_and_of_points_scatters():
    images = np.linspace(-1, 1, 4, dtype=np.float32)[:, None, None, None] * np.ones((1, 28, 28, 1), np.float32)
    sheet = picture(images)
    np.testing.assert_array_equal(sheet[1::29, 1::29, 0][:2, :2], [[0, 85], [170, 255]])
    points = np.random.default_rng(0).normal(size=(9, 2))
    np.testing.assert_array_equal(picture(points, points), scatter(points, points))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_png_holds_the_picture(channels):
    pixels = np.random.default_rng(0).integers(0, 255, (7, 9, channels), np.uint8)
    image = Image.open(io.BytesIO(png(pixels)))
    assert image.format == "PNG" and image.size == (9, 7) and image.mode == {1: "L", 3: "RGB"}[channels]
    np.testing.assert_array_equal(np.asarray(image).reshape(pixels.shape), pixels)


@pytest.mark.parametrize(
    "examples, name, stored",
    [
        (np.full((2, 4, 4, 1), -1.0, np.float32), "images", np.zeros((2, 4, 4, 1), np.uint8)),
        (np.ones((3, 2), np.float32), "points", np.ones((3, 2), np.float32)),
        (np.arange(6).reshape(2, 3), "tokens", np.arange(6).reshape(2, 3)),
    ],
)
def test_an_npz_names_what_it_holds(examples, name, stored):
    loaded = np.load(io.BytesIO(npz(examples)))
    assert loaded.files == [name] and loaded[name].dtype == stored.dtype
    np.testing.assert_array_equal(loaded[name], stored)
    loaded = np.load(io.BytesIO(npz(examples, labels=np.arange(len(examples)))))
    assert set(loaded.files) == {name, "labels"}
    np.testing.assert_array_equal(loaded["labels"], np.arange(len(examples)))
