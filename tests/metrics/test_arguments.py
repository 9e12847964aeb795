"""What features, probabilities and images must be, each refused in a line that names the side."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_features, check_images, check_probabilities, last_by_content, subsample

GOOD = np.arange(12.0).reshape(6, 2)
PROBABILITIES = np.array([[0.25, 0.75], [1.0, 0.0]])
IMAGES = np.full((2, 4, 4, 1), 255, np.uint8)


def test_features_come_back_in_the_order_they_were_named():
    real, fake = check_features(real=GOOD, fake=GOOD.astype(np.float32) + 1)
    np.testing.assert_array_equal(real, GOOD)
    assert fake.dtype == np.float32 and fake[0, 0] == 1
    assert check_features(6, real=GOOD)[0].shape == (6, 2)


@pytest.mark.parametrize(
    "least, sets, complaint",
    [
        (7, {"real": GOOD}, "real has 6"),
        (2, {"real": GOOD[:1]}, "real has 1"),
        (2, {"real": GOOD, "fake": GOOD[:, :1]}, "differ in shape"),
        (2, {"real": GOOD, "fake": np.where(GOOD == 3, np.inf, GOOD)}, "fake has"),
        (2, {"fake": GOOD[0]}, "fake"),
    ],
)
def test_features_that_cannot_be_scored_are_named(least, sets, complaint):
    with pytest.raises(UserError, match=complaint):
        check_features(least, **sets)


def test_probabilities_sum_to_one_in_float64():
    rounded = PROBABILITIES.astype(np.float32) * np.float32(1.0009)
    (probabilities,) = check_probabilities(fake=rounded)
    assert probabilities.dtype == np.float64
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(probabilities, PROBABILITIES, atol=1e-6)
    assert check_probabilities(fake=PROBABILITIES)[0].min() == 0, "an exact zero is a probability"


@pytest.mark.parametrize(
    "bad", [PROBABILITIES * 1.002, PROBABILITIES * 0.998, np.array([[1.5, -0.5], [0.5, 0.5]]), 5 * PROBABILITIES]
)
def test_what_is_no_distribution_is_named(bad):
    with pytest.raises(UserError, match="fake rows must be >= 0 and sum to 1"):
        check_probabilities(real=PROBABILITIES, fake=bad)


def test_images_keep_their_type_and_may_reach_both_ends():
    real, fake = check_images(real=IMAGES, fake=np.array([0.0, 255.0]).reshape(2, 1, 1, 1) * np.ones((2, 4, 4, 1)))
    assert real.dtype == np.uint8 and fake.dtype == np.float64


@pytest.mark.parametrize(
    "images, complaint",
    [
        (IMAGES[0], r"fake must be images \[N, H, W, 1 or 3\]"),
        (np.zeros((2, 4, 4, 2)), "1 or 3"),
        (IMAGES[:1], "fake has 1 images; at least 2"),
        (np.full((2, 4, 4, 1), 255.1), "ranges from 255.1 to 255.1"),
        (np.full((2, 4, 4, 1), -0.1), "scale it to 0..255"),
        (np.full((2, 4, 4, 1), np.nan), "fake has NaN"),
        (np.zeros((2, 4, 5, 1), np.uint8), r"differ in shape: real \(4, 4, 1\), fake \(4, 5, 1\)"),
    ],
)
def test_images_that_cannot_be_scored_are_named(images, complaint):
    with pytest.raises(UserError, match=complaint):
        check_images(real=IMAGES, fake=images)


def test_a_subsample_is_drawn_without_replacement_and_all_keep_their_order():
    values = np.arange(50)
    rng = np.random.default_rng(0)
    for count in (50, 51):
        assert subsample(values, count, rng) is values
    drawn = subsample(values, 49, rng)
    assert len(set(drawn.tolist())) == 49 and (np.diff(drawn) != 1).any()


def test_a_result_is_known_again_by_its_arrays_content():
    asked = []

    @last_by_content
    def total(array, factor):
        asked.append(factor)
        return factor * array.sum()

    array = np.arange(6.0)
    assert total(array, 2) == total(array.copy(), 2) == 30 and asked == [2]
    assert total(array, 3) == 45 and total(array.reshape(2, 3), 3) == 45 and asked == [2, 3, 3]
    array[0] = 1
    assert total(array, 3) == 48 and total(array.astype(np.float32), 3) == 48 and asked == [2, 3, 3, 3, 3]
