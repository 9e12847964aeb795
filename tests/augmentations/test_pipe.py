"""ADA's pipe, one augmentation at a time against NumPy and SciPy, and the rule of its p."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.spatial.transform import Rotation
from scipy.stats import norm

from ganzoo import augmentations, schedules
from ganzoo.augmentations import geometry
from ganzoo.augmentations.pipe import _Draws, _product, deformations, normal
from ganzoo.errors import UserError

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (3, 8, 8, 3)).astype("float32")
PIPE = augmentations.Pipe(p=0.5)
# Where each augmentation's numbers stand: what it needs, and then the one that decides whether it happens.
NAMES = [
    "flip",
    "turn",
    "shift",
    "scale",
    "before",
    "stretch",
    "after",
    "move",
    "brightness",
    "contrast",
    "luma",
    "hue",
    "saturation",
]
WIDTHS = [2, 2, 3, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2]
PLACES = {name: sum(WIDTHS[:number]) for number, name in enumerate(NAMES)}


def numbers(**values):
    """Uniform numbers under which the named augmentations happen, with these values, and no other does."""
    uniforms = np.full((len(IMAGES), sum(WIDTHS)), 0.9, "float32")
    for name, given in values.items():
        first, given = PLACES[name], np.atleast_1d(given)
        uniforms[:, first : first + len(given)] = given
        uniforms[:, first + len(given)] = 0.1
    return uniforms


def piped(images=IMAGES, **values):
    return PIPE(images, numbers(**values)).numpy()


def test_each_number_is_taken_once():
    assert PIPE.draws == sum(WIDTHS)
    np.testing.assert_array_equal(piped(), IMAGES)


def test_normal_numbers_are_the_quantiles():
    uniforms = np.array([0.0, 0.1, 0.5, 0.9, 1 - 2**-23], "float32")
    np.testing.assert_allclose(normal(uniforms), norm.ppf(uniforms.astype(float) + 2**-24), atol=1e-2, rtol=1e-3)


def test_half_of_the_flips_mirror():
    np.testing.assert_allclose(piped(flip=0.7), IMAGES[:, :, ::-1], atol=1e-6)
    np.testing.assert_array_equal(piped(flip=0.3), IMAGES)


@pytest.mark.parametrize("value, turns", [(0.1, 0), (0.3, 1), (0.6, 2), (0.9, 3)])
def test_turns_are_by_quarters(value, turns):
    np.testing.assert_allclose(piped(turn=value), np.rot90(IMAGES, turns, (1, 2)), atol=1e-6)


def test_shifts_are_whole_and_mirror_what_comes_in():
    far = piped(shift=(0.999, 0.0))  # right by one pixel, an eighth of the side, and up by one
    padded = np.pad(IMAGES, ((0, 0), (1, 1), (1, 1), (0, 0)), "reflect")
    np.testing.assert_allclose(far, padded[:, 2:, :-2], atol=1e-6)


def ramp(right, down, constant=0.0):
    """An image whose value is linear in the distance from its centre, which bilinear sampling reproduces."""
    x, y = np.meshgrid(np.arange(8) - 3.5, np.arange(8) - 3.5)
    return np.broadcast_to((right * x + down * y + constant)[None, :, :, None], (3, 8, 8, 1)).astype("float32")


@pytest.mark.parametrize(
    "name, value, source",
    [
        ("scale", 0.975, lambda q: np.eye(2) / 2 ** (0.2 * q)),
        ("stretch", 0.975, lambda q: np.diag([2 ** (-0.2 * q), 2 ** (0.2 * q)])),
        ("before", 0.55, lambda q: Rotation.from_euler("z", -0.1 * np.pi).as_matrix()[:2, :2]),
        ("after", 0.55, lambda q: Rotation.from_euler("z", -0.1 * np.pi).as_matrix()[:2, :2]),
    ],
)
def test_deformations_are_about_the_centre(name, value, source):
    pipe = augmentations.Pipe("geometry", p=0.999 if name in ("before", "after") else 0.5)
    uniforms = numbers(**{name: value})[:, PLACES["scale"] : PLACES["brightness"]]
    if name in ("before", "after"):
        uniforms[uniforms == np.float32(0.9)] = 0.9999
    matrix = source(norm.ppf(value))
    right, down = np.array([0.1, 0.05]) @ matrix
    middle = slice(2, 6)
    expected, found = ramp(right, down), pipe(ramp(0.1, 0.05), uniforms).numpy()
    np.testing.assert_allclose(found[:, middle, middle], expected[:, middle, middle], atol=1e-4)


def test_a_move_is_by_a_share_of_the_side():
    found = piped(ramp(0.1, 0.0), move=(norm.cdf(0.75), 0.5))  # to the right by 0.75 * 8 / 8 pixels
    np.testing.assert_allclose(found[:, :, 2:], ramp(0.1, 0.0, -0.075)[:, :, 2:], atol=1e-4)


def test_deformations_follow_one_another():
    uniforms = tf.constant(RANDOM.uniform(0, 0.4, (3, 11)), tf.float32)
    maps = [one.numpy() for one in deformations(_Draws(uniforms), 0.99, (8, 6))]
    product = np.eye(3)
    for one in maps:
        product = product @ one
    np.testing.assert_allclose(_product([tf.constant(one) for one in maps]), product, rtol=1e-5, atol=1e-5)
    assert [np.allclose(one, np.eye(3), atol=1e-2) for one in maps] == [False] * 5


def test_one_of_two_turns_happens_as_often_as_anything_else():
    p = 0.36
    uniforms = tf.constant(RANDOM.uniform(size=(4000, 11)), tf.float32)
    _, before, _, after, _ = deformations(_Draws(uniforms), p, (8, 8))
    turned = [np.abs(one - np.eye(3)).max((1, 2)) > 0 for one in (before.numpy(), after.numpy())]
    assert (turned[0] | turned[1]).mean() == pytest.approx(p, abs=0.03)
    assert turned[0].mean() == pytest.approx(1 - np.sqrt(1 - p), abs=0.03)


def test_images_need_not_be_square():
    image = RANDOM.uniform(-1, 1, (3, 4, 8, 1)).astype("float32")
    turned = piped(image, turn=0.3)
    np.testing.assert_allclose(turned[:, :, 2:6], np.rot90(image[:, :, 2:6], 1, (1, 2)), atol=1e-6)


AXIS = np.ones(3) / np.sqrt(3)
QUANTILE = norm.ppf(0.8)


@pytest.mark.parametrize(
    "name, value, matrix, offset",
    [
        ("brightness", 0.8, np.eye(3), 0.2 * QUANTILE),
        ("contrast", 0.8, np.eye(3) * 2 ** (0.5 * QUANTILE), 0.0),
        ("luma", 0.8, np.eye(3) - 2 * np.outer(AXIS, AXIS), 0.0),
        ("luma", 0.3, np.eye(3), 0.0),
        ("hue", 0.8, Rotation.from_rotvec(0.6 * np.pi * AXIS).as_matrix(), 0.0),
        ("saturation", 0.8, np.outer(AXIS, AXIS) + 2**QUANTILE * (np.eye(3) - np.outer(AXIS, AXIS)), 0.0),
    ],
)
def test_colours_are_maps_of_their_cube(name, value, matrix, offset):
    np.testing.assert_allclose(piped(**{name: value}), IMAGES @ matrix.T + offset, atol=1e-5)
    grey = np.repeat(IMAGES[..., :1], 3, 3)
    of_grey = piped(IMAGES[..., :1], **{name: value})
    np.testing.assert_allclose(of_grey, (grey @ matrix.T + offset)[..., :1], atol=1e-5)


def test_contrast_comes_after_brightness():
    found = piped(brightness=0.8, contrast=0.8)
    np.testing.assert_allclose(found, (IMAGES + 0.2 * QUANTILE) * 2 ** (0.5 * QUANTILE), atol=1e-5)


def test_a_place_beyond_the_border_mirrors():
    row = tf.reshape(tf.range(4, dtype=tf.float32), [1, 1, 4, 1])
    found = geometry.warped(row, geometry.moved(tf.constant([2.5]), tf.constant([0.0])))
    np.testing.assert_allclose(np.ravel(found), [2.5, 2.5, 1.5, 0.5])


def test_its_gradient_is_the_transpose():
    uniforms = tf.constant(RANDOM.uniform(size=(3, PIPE.draws)), tf.float32)
    images, step, other = (tf.constant(RANDOM.normal(size=IMAGES.shape), tf.float32) for _ in range(3))
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = tf.reduce_sum(PIPE(images, uniforms) * other)
    change = PIPE(images + step, uniforms) - PIPE(images, uniforms)
    np.testing.assert_allclose(tf.reduce_sum(change * other), tf.reduce_sum(step * tape.gradient(value, images)), rtol=1e-3)


def test_p_follows_the_sign_of_what_the_discriminator_knows():
    augment = augmentations.Adaptive(images=100, interval=2, target=0.6)
    memory, seen = tf.constant(augment.memory), []
    for sign in (1.0, 1.0, 0.5, 0.8, 0.0, 0.2, -1.0, -1.0):
        memory = augment.remember(memory, tf.constant(sign), tf.constant(10))
        seen.append([round(float(value), 6) for value in augment.records(memory).values()])
    # 20 images of 100 an interval: up twice, down twice, and no lower than 0.
    assert seen == [[0, 0], [0.2, 1], [0.2, 1], [0.4, 0.65], [0.4, 0.65], [0.2, 0.1], [0.2, 0.1], [0, -1]]
    for _ in range(20):
        memory = augment.remember(memory, tf.constant(1.0), tf.constant(10))
    assert float(memory[0]) == 1.0


def test_p_of_the_memory_is_the_pipes():
    uniforms = numbers(flip=0.7)
    augment = augmentations.Adaptive()
    np.testing.assert_array_equal(augment(IMAGES, uniforms, tf.constant([0.0, 0, 0, 0])), IMAGES)
    np.testing.assert_array_equal(augment(IMAGES, uniforms, tf.constant([0.5, 0, 0, 0])), piped(flip=0.7))


def test_a_fixed_p_may_follow_a_schedule():
    scheduled = augmentations.Pipe(p=schedules.Cosine(0.0, 0.5, 10))
    np.testing.assert_array_equal(scheduled.at(0)(IMAGES, numbers(flip=0.7)), IMAGES)
    np.testing.assert_array_equal(scheduled.at(tf.constant(10))(IMAGES, numbers(flip=0.7)), piped(flip=0.7))
    with pytest.raises(UserError, match="give it a fixed p"):
        scheduled(IMAGES, numbers())


@pytest.mark.parametrize(
    "augment",
    [augmentations.Pipe(p=schedules.Cosine(0.0, 0.5, 10)), PIPE, augmentations.Adaptive(augmentations.Pipe("blit"), images=7)],
)
def test_they_are_written_down_and_read_again(augment):
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(augment)) == augment


@pytest.mark.parametrize(
    "make, reason",
    [
        (lambda: augmentations.Pipe("blur"), "groups is some of blit, geometry, color"),
        (lambda: augmentations.Pipe("blit,blit"), "groups is some of"),
        (lambda: augmentations.Pipe(p=2), "p is a probability"),
        (lambda: augmentations.Adaptive(pipe=augmentations.DiffAugment()), "pipe is an"),
        (lambda: augmentations.Adaptive(interval=0), "are positive"),
        (lambda: PIPE.check((8, 8, 2)), "1 or 3 channels"),
        (lambda: PIPE.check((2,)), "of images"),
        (lambda: augmentations.FlipAndShift(pixels=-1), "largest shift"),
    ],
)
def test_what_makes_no_sense_is_one_line(make, reason):
    with pytest.raises(UserError, match=reason):
        make()


def test_a_flip_and_shift():
    augment = augmentations.FlipAndShift(pixels=1)
    uniforms = np.array([[0.2, 0.0, 0.5], [0.7, 0.5, 0.999], [0.2, 0.5, 0.5]], "float32")
    found = augment(IMAGES, uniforms).numpy()
    padded = np.pad(IMAGES, ((0, 0), (1, 1), (1, 1), (0, 0)), "reflect")
    np.testing.assert_array_equal(found[0], padded[0, 2:, 1:-1])  # up by one
    np.testing.assert_array_equal(
        found[1], np.pad(IMAGES[1:2, :, ::-1], ((0, 0), (0, 0), (1, 0), (0, 0)), "reflect")[0, :, :-1]
    )
    np.testing.assert_array_equal(found[2], IMAGES[2])
