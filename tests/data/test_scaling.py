import numpy as np
import pytest
import tensorflow as tf

from ganzoo.data.scaling import to_uint8, to_unit, value_range
from ganzoo.errors import UserError

PIXELS = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize("convert", [np.asarray, tf.constant], ids=["numpy", "tf"])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_all_pixels_survive_the_round_trip(convert, dtype):
    unit = to_unit(convert(PIXELS))
    assert isinstance(unit, tf.Tensor) == (convert is tf.constant)
    assert unit.dtype == "float32"
    np.testing.assert_array_equal(to_uint8(convert(np.asarray(unit).astype(dtype))), PIXELS)


@pytest.mark.parametrize("convert", [np.asarray, tf.constant], ids=["numpy", "tf"])
def test_ends_middle_and_beyond(convert):
    unit = np.asarray(to_unit(convert(PIXELS)))
    assert unit[0] == -1 and unit[255] == 1
    np.testing.assert_array_equal(unit, -unit[::-1])
    beyond = to_uint8(convert(np.array([-np.inf, -7, -1.001, 0, 1.001, 300, np.inf], np.float32)))
    assert np.asarray(beyond).tolist() == [0, 0, 0, 128, 255, 255, 255]


def test_numpy_and_tensorflow_agree_everywhere():
    images = np.random.default_rng(0).uniform(-1.2, 1.2, 100_000).astype(np.float32)
    np.testing.assert_array_equal(to_uint8(images), to_uint8(tf.constant(images)))
    np.testing.assert_array_equal(to_unit(PIXELS), to_unit(tf.constant(PIXELS)))


BYTES = np.tile(np.arange(256, dtype=np.uint8), 2).reshape(2, 16, 16, 1)
BITS = (BYTES > 99).astype(np.uint8)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "uint16"])
def test_whole_numbers_that_are_0_and_1_only_are_black_and_white(dtype):
    values = BITS.astype(dtype)
    chosen, words = value_range(values)
    np.testing.assert_array_equal(chosen.to_uint8(values), BITS * 255)
    np.testing.assert_array_equal(chosen.to_unit(values), BITS * 2.0 - 1.0)
    assert chosen.to_unit(values).dtype == np.float32 and "0 and 1 only" in words and "black and white" in words


@pytest.mark.parametrize(
    "values, name",
    [
        (BYTES, None),
        (BYTES * 0, None),
        (BYTES.astype(np.int16), "0..255"),
        (BYTES.astype(np.float16), "0..255"),
        (BYTES / 255, "[0, 1]"),
        ((BYTES / 255).astype(np.float16), "[0, 1]"),
        (BYTES / 127.5 - 1, "[-1, 1]"),
        (np.minimum(BYTES / 127.5 - 1, -0.25), "[-1, 1]"),
    ],
)
def test_the_range_of_values_is_found(values, name):
    chosen, words = value_range(values)
    expected = np.minimum(BYTES, 96) if values.max() == -0.25 else BYTES * (values.max() > 0)
    np.testing.assert_array_equal(chosen.to_uint8(values), expected)
    assert chosen.to_uint8(values).dtype == np.uint8
    np.testing.assert_allclose(chosen.to_unit(values), to_unit(expected), atol=2e-3 if "float16" in str(values.dtype) else 4e-3)
    assert (words is None) == (name is None) and (words is None or words.endswith(f"read as {name}"))


def test_minus_one_nought_and_one_are_the_signed_range():
    signs = BITS.astype(np.int8) * 2 - 1
    np.testing.assert_array_equal(value_range(signs)[0].to_uint8(signs), BITS * 255)


@pytest.mark.parametrize(
    "values, name, share",
    [
        (np.linspace(-1.5, 1.5, 301), "[-1, 1]", "33.22%"),
        (np.linspace(0, 1.5, 301), "[0, 1]", "33.22%"),
        (np.linspace(-5, 260, 266), "0..255", "3.76%"),
    ],
)
def test_what_lies_a_little_outside_is_clipped_and_counted(values, name, share):
    chosen, words = value_range(values)
    assert f"read as {name}; {share} of them lie outside" in words
    pixels = chosen.to_uint8(values)
    assert (pixels[0], pixels[-1]) == (0, 255) and (np.diff(pixels.astype(int)) >= 0).all()


@pytest.mark.parametrize("values", [BYTES // 16, BYTES / 16.0], ids=["uint8", "float"])
def test_dark_images_are_said_to_be_dark(values):
    chosen, words = value_range(values)
    np.testing.assert_array_equal(chosen.to_uint8(values), np.rint(values))
    assert "read as 0..255: dark images" in words


@pytest.mark.parametrize(
    "values, problem",
    [
        (BYTES.astype(np.uint16) + 1, "from 1 to 256 (uint16), which are not 0..255"),
        (BYTES.astype(np.uint16) * 257, "from 0 to 6.554e+04 (uint16), which are not 0..255"),
        (BYTES.astype(np.int16) - 128, "from -128 to 127 (int16)"),
        (BYTES.astype(np.int16) // 85 - 1, "from -1 to 2"),
        (np.linspace(-1, 9), "from -1 to 9 (float64), which fit neither"),
        (np.linspace(0, 300), "fit neither"),
        (np.linspace(-20, 255), "fit neither"),
        (np.linspace(-2.5, 1), "fit neither"),
    ],
)
def test_values_that_fit_no_range_are_refused(values, problem):
    with pytest.raises(UserError) as error:
        value_range(values)
    assert problem in str(error.value) and "rescale" in str(error.value)


def test_what_is_not_finite_does_not_count():
    chosen, _ = value_range(np.array([np.nan, 0.0, 0.5, 1.0, np.inf]))
    assert chosen.name == "[0, 1]"
    assert value_range(np.array([np.nan]))[0].name == "[-1, 1]"
