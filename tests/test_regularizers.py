"""Regularisers and top-k against NumPy, and their memories over steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import augmentations, losses, regularizers
from ganzoo.errors import UserError

RANDOM = np.random.default_rng(0)
REAL, FAKE = (RANDOM.normal(size=(5, 1)).astype("float32") for _ in range(2))
IMAGES = [tf.constant(RANDOM.uniform(-1, 1, (5, 8, 8, 1)), tf.float32) for _ in range(2)]


def judge(images):
    return tf.reduce_sum(images[:, :4], [1, 2])


JUDGED = regularizers.Judged(judge, *IMAGES, *(judge(images) for images in IMAGES))


def test_lecam_counts_what_lies_beyond_the_other_sides_anchor():
    real = sum(max(0.0, x + 0.2) ** 2 for x in REAL[:, 0]) / 5
    fake = sum(max(0.0, 0.3 - x) ** 2 for x in FAKE[:, 0]) / 5
    np.testing.assert_allclose(regularizers.lecam(REAL, FAKE, 0.3, -0.2), real + fake, rtol=1e-5)


def test_lecams_anchors_follow_from_its_start_on():
    lecam = regularizers.LeCam(weight=2.0, decay=0.9, start=2)
    memory, values = tf.constant(lecam.memory), []
    judged = JUDGED._replace(real_logits=REAL, fake_logits=FAKE)
    for real, fake in ((1.0, -1.0), (2.0, -2.0), (3.0, -3.0), (4.0, -4.0)):
        memory = lecam.remember(memory, real, fake)
        values.append(float(lecam(judged, None, memory)))
    anchor = 0.9 * (0.9 * 2.0 + 0.1 * 3.0) + 0.1 * 4.0
    np.testing.assert_allclose(memory, [anchor, -anchor, 4.0], rtol=1e-6)
    assert values[:2] == [0.0, 0.0]
    np.testing.assert_allclose(values[3], 2.0 * regularizers.lecam(REAL, FAKE, anchor, -anchor), rtol=1e-6)


def test_without_a_wait_the_first_anchors_are_the_first_means():
    lecam = regularizers.LeCam(start=0)
    np.testing.assert_allclose(lecam.remember(tf.constant(lecam.memory), 1.5, -0.5), [1.5, -0.5, 1.0])


@pytest.mark.parametrize("real, fake", [(10.0, 0.0), (0.0, 2.0), (10.0, 2.0)])
def test_consistency_is_of_either_side(real, fake):
    augment = augmentations.DiffAugment("cutout")
    regularizer = regularizers.Consistency(real, fake, augment)
    assert regularizer.draws == 2 * ((real > 0) + (fake > 0))
    uniforms = tf.constant(RANDOM.uniform(size=(5, regularizer.draws)), tf.float32)
    draws = [uniforms[:, :2], uniforms[:, 2:] if real else uniforms[:, :2]]
    expected = [
        weight * np.mean((judge(images) - judge(augment(images, some))).numpy() ** 2) if weight else 0.0
        for weight, images, some in zip((real, fake), IMAGES, draws, strict=True)
    ]
    np.testing.assert_allclose(regularizer(JUDGED, uniforms, None), sum(expected), rtol=1e-5)


def test_what_the_judge_ignores_costs_nothing():
    judged = JUDGED._replace(judge=lambda images: tf.reduce_sum(tf.reverse(images, [2])[:, :4], [1, 2]))
    regularizer = regularizers.Consistency(augment=augmentations.FlipAndShift(pixels=0))
    assert float(regularizer(judged, tf.constant(RANDOM.uniform(size=(5, 3)), tf.float32), None)) < 1e-9


def test_k_falls_to_its_share():
    top_k = losses.TopK(share=0.5, decay=0.9, every=10)
    counts = [int(top_k.count(20, tf.constant(step))) for step in (0, 9, 10, 20, 60, 70, 1000)]
    assert counts == [20, 20, 18, 16, 10, 10, 10]  # 20 * 0.9^n: 18, 16.2, ..., 10.6, 9.6
    assert int(losses.TopK(share=0.01).count(20, tf.constant(10**6))) == 1
    np.testing.assert_array_equal(losses.TopK(0.4, 0.1, 1).rows(FAKE, tf.constant(5)), np.argsort(-FAKE[:, 0])[:2])


@pytest.mark.parametrize("value", [regularizers.LeCam(0.1), regularizers.Consistency(fake=3.0), losses.TopK(0.7)])
def test_they_are_written_down_and_read_again(value):
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(value)) == value


@pytest.mark.parametrize(
    "make, reason",
    [
        (lambda: regularizers.LeCam(weight=0), "LeCam's weight is positive"),
        (lambda: regularizers.LeCam(decay=1.0), "decay in"),
        (lambda: regularizers.Consistency(0.0, 0.0), "not both 0"),
        (lambda: regularizers.Consistency(augment=augmentations.Adaptive()), "adapts to nothing"),
        (lambda: regularizers.Consistency().check((2,)), "of images"),
        (lambda: losses.TopK(share=0.0), "share and decay"),
    ],
)
def test_what_makes_no_sense_is_one_line(make, reason):
    with pytest.raises(UserError, match=reason):
        make()
