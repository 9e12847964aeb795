"""How every kind of image file becomes RGB pixels, and why one does not."""

import os

import numpy as np
import pytest
from PIL import Image, ImageCms

from ganzoo.data.image_files import CONVERSIONS, is_image, is_srgb, read_image, rgb_pixels, size_of, suffixes
from ganzoo.errors import UserError

RAMP = np.tile(np.arange(0, 256, 8, dtype=np.uint8), (32, 1))
RED = (255, 0, 0)
GREEN_ON_NOTHING = np.zeros((8, 8, 4), np.uint8)
GREEN_ON_NOTHING[..., 0], GREEN_ON_NOTHING[2:6, 2:6] = 255, (0, 128, 0, 255)


def saved(tmp_path, image, ending=".png", **options):
    path = tmp_path / f"some{ending}"
    image.save(path, **options)
    return path


def palette(alphas):
    """A palette image of red and green whose colours are as opaque as `alphas` says."""
    image = Image.fromarray((GREEN_ON_NOTHING[..., 1] > 0).astype(np.uint8), "P")
    image.putpalette([*RED, 0, 128, 0])
    image.info["transparency"] = alphas
    return image


@pytest.mark.parametrize(
    "name, expected", [("a.png", True), ("a.JPG", True), ("a.jfif", True), ("a.tga", True), ("a.pgm", True)]
)
def test_files_that_pillow_decodes_are_images(name, expected):
    assert is_image(name) == expected


@pytest.mark.parametrize("name", ["a.txt", "a", "png", ".png", "a.png.part", "a.pdf", "a.h5", "a.mpg", "a.json"])
def test_other_files_are_not(name):
    assert not is_image(name) and suffixes() >= {".png", ".jpg", ".webp", ".bmp", ".gif", ".tif", ".ppm"}


@pytest.mark.parametrize(
    "image, ending",
    [
        (Image.fromarray(GREEN_ON_NOTHING), ".png"),
        (Image.fromarray(GREEN_ON_NOTHING), ".webp"),
        (Image.fromarray(GREEN_ON_NOTHING), ".tif"),
        (Image.fromarray(GREEN_ON_NOTHING), ".tga"),
        (palette(b"\x00\xff"), ".png"),
        (palette(0), ".gif"),
    ],
    ids=["png", "webp", "tiff", "tga", "palette", "gif"],
)
def test_transparent_pixels_are_white(tmp_path, image, ending):
    pixels, conversions = read_image(saved(tmp_path, image, ending, **({"lossless": True} if ending == ".webp" else {})))
    assert pixels[0, 0].tolist() == [255, 255, 255] and pixels[4, 4].tolist() == [0, 128, 0]
    assert conversions == ["transparent"]


def test_grey_with_alpha_and_half_opaque_pixels_are_mixed_with_white(tmp_path):
    grey = np.stack([np.full((2, 2), 100), np.array([[0, 255], [128, 255]])], -1).astype(np.uint8)
    pixels, conversions = read_image(saved(tmp_path, Image.fromarray(grey, "LA")))
    assert pixels[..., 0].tolist() == [[255, 100], [177, 100]] and conversions == ["transparent"]


def test_modes_that_files_seldom_have_become_rgb():
    for mode in ("1", "L", "P", "LA", "La", "PA", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV"):
        assert rgb_pixels(Image.new(mode, (3, 2)))[0].shape == (2, 3, 3), mode
    assert rgb_pixels(Image.new("La", (3, 2)))[1] == ["transparent"]


@pytest.mark.parametrize("mode, colour", [("L", 8), ("RGB", (8, 8, 8)), ("I;16", 8 * 257)])
def test_a_colour_that_stands_for_transparent_is_white(tmp_path, mode, colour):
    image = Image.fromarray(RAMP.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(RAMP).convert(mode)
    pixels, conversions = read_image(saved(tmp_path, image, transparency=colour))
    assert (pixels[:, 1] == 255).all() and (pixels[:, 2] == 16).all() and "transparent" in conversions


def test_an_alpha_channel_that_hides_nothing_is_no_conversion(tmp_path):
    opaque = np.dstack([RAMP, RAMP, RAMP, np.full_like(RAMP, 255)])
    pixels, conversions = read_image(saved(tmp_path, Image.fromarray(opaque)))
    np.testing.assert_array_equal(pixels, opaque[..., :3])
    assert conversions == []


@pytest.mark.parametrize("ending", [".png", ".tif", ".pgm"])
def test_sixteen_bits_are_scaled(tmp_path, ending):
    pixels, conversions = read_image(saved(tmp_path, Image.fromarray(RAMP.astype(np.uint16) * 257), ending))
    np.testing.assert_array_equal(pixels, np.dstack([RAMP] * 3))
    assert conversions == ["deep"] and pixels.dtype == np.uint8


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_pixels_without_a_range_are_refused(tmp_path, dtype):
    path = saved(tmp_path, Image.fromarray(RAMP.astype(dtype)), ".tif")
    with pytest.raises(UserError, match="some.tif is not a readable image: .*what black and white are") as error:
        read_image(path)
    assert "\n" not in str(error.value)


def test_one_bit_grey_and_palettes_are_as_one_sees_them(tmp_path):
    bits, _ = read_image(saved(tmp_path, Image.fromarray(RAMP > 99)))
    np.testing.assert_array_equal(bits[..., 2], (RAMP > 99) * 255)
    for image in (Image.fromarray(RAMP), Image.fromarray(RAMP).convert("P")):
        pixels, conversions = read_image(saved(tmp_path, image))
        assert abs(pixels.astype(int) - RAMP[..., None]).max() <= 3 and conversions == []


def test_inks_become_rgb(tmp_path):
    pixels, conversions = read_image(saved(tmp_path, Image.new("CMYK", (4, 4), (0, 255, 255, 0)), ".jpg", quality=100))
    assert abs(pixels.astype(int) - RED).max() <= 3 and conversions == ["inks"]


def test_a_profile_of_other_colours_is_said():
    assert is_srgb(b"") and is_srgb(b"damaged")
    srgb, lab = (ImageCms.ImageCmsProfile(ImageCms.createProfile(kind)).tobytes() for kind in ("sRGB", "LAB"))
    assert is_srgb(srgb) and not is_srgb(lab)


@pytest.mark.parametrize("profile, expected", [(b"", []), ("LAB", ["profile"])])
def test_a_file_with_a_profile_of_other_colours_is_read_as_it_is(tmp_path, profile, expected):
    content = profile and ImageCms.ImageCmsProfile(ImageCms.createProfile(profile)).tobytes()
    pixels, conversions = read_image(saved(tmp_path, Image.fromarray(RAMP), icc_profile=content))
    np.testing.assert_array_equal(pixels, np.dstack([RAMP] * 3))
    assert conversions == expected


@pytest.mark.parametrize("ending", [".gif", ".webp", ".tif", ".png"])
def test_of_several_frames_the_first_is_read(tmp_path, ending):
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, (0, 0, 255))]
    pixels, conversions = read_image(saved(tmp_path, frames[0], ending, save_all=True, append_images=frames[1:], lossless=True))
    assert pixels[0, 0].tolist() == [*RED] and conversions == ["first"]


@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp", ".tif"])
def test_an_image_is_turned_as_its_exif_says_and_so_is_its_size(tmp_path, ending):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned 90 degrees clockwise
    path = saved(tmp_path, Image.new("RGB", (6, 4)), ending, exif=exif)
    assert read_image(path)[0].shape == (6, 4, 3) and size_of(path) == (6, 4)
    upright = saved(tmp_path, Image.new("RGB", (6, 4)), ending)
    assert read_image(upright)[0].shape == (4, 6, 3) and size_of(upright) == (4, 6)


def truncated(path):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:-800])


def forbidden(path):
    Image.new("RGB", (4, 4)).save(path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")


@pytest.mark.parametrize(
    "spoil, cause",
    [
        (lambda path: path.write_bytes(b""), "the file is empty"),
        (lambda path: path.write_bytes(b"no image at all"), "its content is none that Pillow knows"),
        (truncated, "truncated"),
        (forbidden, "Permission denied"),
        (lambda path: None, "No such file or directory"),
    ],
    ids=["empty", "words", "truncated", "forbidden", "absent"],
)
@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_a_file_that_cannot_be_read_says_why(tmp_path, spoil, cause, ending):
    path = tmp_path / f"bad{ending}"
    spoil(path)
    with pytest.raises(UserError) as error:
        read_image(path)
    assert str(error.value).startswith(f"{path} is not a readable image: ") and "\n" not in str(error.value)
    assert cause in str(error.value)


def test_an_image_of_too_many_pixels_says_how_many(tmp_path, monkeypatch):
    path = saved(tmp_path, Image.new("L", (50, 40)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 900)
    for read in (read_image, size_of):
        with pytest.raises(UserError, match=r"some.png has 2,000 pixels, more than Pillow's limit of 1,800: make it smaller"):
            read(path)


def test_every_conversion_has_words():
    assert set(CONVERSIONS) == {"transparent", "first", "deep", "inks", "profile"}
