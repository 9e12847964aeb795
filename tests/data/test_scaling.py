import numpy as np
import pytest
import tensorflow as tf

from ganzoo.data.scaling import to_uint8, to_unit

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
