"""DiffAugment against answers by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import augmentations
from ganzoo.augmentations.diffaugment import brightness, contrast, cutout, saturation, translation
from ganzoo.errors import UserError

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (2, 8, 6, 3)).astype("float32")


def numbers(*values):
    return tf.constant(values, tf.float32)


def test_colours_are_moved_by_the_ranges_of_the_paper():
    moved = brightness(IMAGES, numbers(0.0, 0.75)) - IMAGES
    np.testing.assert_allclose(moved, tf.broadcast_to([[[[-0.5]]], [[[0.25]]]], moved.shape), atol=1e-6)
    grey = IMAGES.mean(3, keepdims=True)
    coloured = saturation(IMAGES, numbers(0.0, 0.75)).numpy()
    np.testing.assert_allclose(coloured[0], np.repeat(grey[0], 3, 2), atol=1e-6)
    np.testing.assert_allclose(coloured[1] - grey[1], 1.5 * (IMAGES[1] - grey[1]), atol=1e-6)
    mean = IMAGES.mean((1, 2, 3), keepdims=True)
    np.testing.assert_allclose(contrast(IMAGES, numbers(0.0, 1.0)) - mean, (IMAGES - mean) * [[[[0.5]]], [[[1.5]]]], atol=1e-6)


def test_grey_has_no_saturation():
    grey = tf.constant(IMAGES[..., :1])
    np.testing.assert_array_equal(saturation(grey, numbers(0.1, 0.9)), grey)


def test_a_translation_is_by_up_to_an_eighth_and_brings_zeros():
    moved = translation(IMAGES, numbers((0.0, 0.999), (0.5, 0.5))).numpy()
    expected = np.zeros_like(IMAGES[0])
    expected[:-1, 1:] = IMAGES[0, 1:, :-1]  # up by 8 / 8, right by round(6 / 8) = 1
    np.testing.assert_array_equal(moved[0], expected)
    np.testing.assert_array_equal(moved[1], IMAGES[1])


def test_every_shift_is_as_likely():
    draws = tf.stack([tf.linspace(0.0, 0.9999, 300)] * 2, 1)
    moved = translation(tf.tile(IMAGES[:1], [300, 1, 1, 1]), draws, share=0.25).numpy()
    tops = [int(np.argmax(np.abs(image).sum((1, 2)) > 0)) for image in moved]  # 0 for shifts up and none
    assert np.bincount(tops).tolist() == [180, 60, 60]


@pytest.mark.parametrize(
    "draws, rows, columns",
    [
        ((0.0, 0.0), slice(0, 2), slice(0, 2)),
        ((0.5, 0.5), slice(2, 6), slice(2, 5)),
        ((0.999, 0.999), slice(6, 8), slice(4, 6)),
    ],
)
def test_a_cutout_is_half_as_wide_and_its_centre_anywhere(draws, rows, columns):
    expected = IMAGES[:1].copy()
    expected[:, rows, columns] = 0.0
    np.testing.assert_array_equal(cutout(IMAGES[:1], numbers(draws)), expected)


def test_a_policy_is_its_parts_one_after_the_other():
    draws = RANDOM.uniform(size=(2, 7)).astype("float32")
    expected = brightness(translation(cutout(IMAGES, draws[:, :2]), draws[:, 2:4]), draws[:, 4])
    expected = contrast(saturation(expected, draws[:, 5]), draws[:, 6])
    augment = augmentations.DiffAugment("cutout,translation,color")
    assert augment.draws == 7
    np.testing.assert_array_equal(augment(IMAGES, draws), expected)


def test_it_is_differentiable_twice():
    images, draws = tf.constant(IMAGES), tf.constant(RANDOM.uniform(size=(2, 7)), tf.float32)
    with tf.GradientTape() as outer:
        outer.watch(images)
        with tf.GradientTape() as inner:
            inner.watch(images)
            value = tf.reduce_sum(augmentations.DiffAugment()(images, draws) ** 3)
        squares = tf.reduce_sum(inner.gradient(value, images) ** 2)
    gradient = outer.gradient(squares, images)
    step = 1e-2 * RANDOM.normal(size=IMAGES.shape).astype("float32")

    def squares_at(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = tf.reduce_sum(augmentations.DiffAugment()(images, draws) ** 3)
        return tf.reduce_sum(tape.gradient(value, images) ** 2)

    change = (squares_at(images + step) - squares_at(images - step)) / 2
    np.testing.assert_allclose(change, tf.reduce_sum(gradient * step), rtol=1e-2)


def test_it_is_written_down_and_read_again():
    augment = augmentations.DiffAugment("color,cutout")
    config = keras.saving.serialize_keras_object(augment)
    assert keras.saving.deserialize_keras_object(config) == augment


@pytest.mark.parametrize("policy", ["", "colour", "color,", "color, cutout", None])
def test_an_unknown_policy_is_one_line(policy):
    with pytest.raises(UserError, match="policy is some of color, translation, cutout"):
        augmentations.DiffAugment(policy)
