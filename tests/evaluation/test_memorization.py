"""Copies, noisy copies and mirrored copies are caught; held-out data and samples between training images are not."""

import json

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.evaluation.memorization import case_images, copies, picture
from ganzoo.evaluation.nearest_training import nearest_images, nearest_training


@pytest.fixture(scope="module")
def data():
    """Train [600], held-out [300], more real [200]: unlike, lopsided pictures of one smooth law."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (1100, 4, 4, 1))
    coarse[:, :, :2] //= 3  # the left is darker: a mirror image is no member of the law
    images = np.kron(coarse, np.ones((1, 3, 3, 1))) + rng.normal(0, 4, (1100, 12, 12, 1))
    images = np.clip(images.round(), 0, 255).astype(np.uint8)
    return images[:600], images[600:900], images[900:]


def quadrants(images):
    """A coarse feature: the mean of each of the sixteen blocks."""
    return images.reshape(len(images), 4, 3, 4, 3).mean((2, 4)).reshape(len(images), -1)


def noisy(images, scale, seed=1):
    noise = np.random.default_rng(seed).normal(0, scale, images.shape)
    return np.clip((images + noise).round(), 0, 255).astype(np.uint8)


def test_held_out_data_is_not_accused(data):
    train, held, fresh = data
    record = copies(fresh, train, held, {"quadrants": quadrants})
    assert record["finding"] == "none"
    assert record["verdict"].startswith("No sign of copying.")
    assert record["exact"]["fake"]["count"] == 0
    for space in record["spaces"].values():
        assert space["p_value"] > 0.01
        assert space["low"] < 0.05 < space["high"]


def test_held_out_data_is_seldom_accused_at_all(data):
    everything = np.concatenate(data)
    near = accused = 0
    for seed in range(40):
        order = np.random.default_rng(seed).permutation(len(everything))
        train, held, fresh = everything[order[:300]], everything[order[300:450]], everything[order[450:550]]
        record = copies(fresh, train, held, closest=1)
        accused += record["finding"] != "none"
        near += record["spaces"]["pixels"]["p_value"] < 0.05
    assert accused == 0
    assert near <= 6  # 2 expected


def test_exact_copies_are_counted_by_side(data):
    train, held, fresh = data
    fake = fresh.copy()
    fake[:30] = train[:30]
    fake[30:40] = train[30:40, :, ::-1]
    record = copies(fake, train, held)
    assert record["finding"] == "copies"
    assert (record["exact"]["fake"]["count"], record["exact"]["fake"]["mirrored"]) == (40, 10)
    assert record["exact"]["held"]["count"] == 0
    assert record["exact"]["p_value"] < 1e-6
    assert "40 of 200 samples are exact copies of training images (10 mirrored)" in record["verdict"]
    closest = record["closest"]["fake"]
    assert {case["index"] for case in closest} <= set(range(40))
    assert all(case["exact"] and case["spaces"]["pixels"]["train"] == case["index"] for case in closest)
    assert all(case["spaces"]["pixels"]["mirrored"] == (case["index"] >= 30) for case in closest)


@pytest.mark.parametrize("share", [1.0, 0.15])
def test_noisy_copies_are_caught(data, share):
    train, held, fresh = data
    fake = fresh.copy()
    count = int(share * len(fake))
    fake[:count] = noisy(train[:count], 6)
    record = copies(fake, train, held, {"quadrants": quadrants})
    assert record["finding"] == "copies"
    assert record["exact"]["fake"]["count"] == 0
    for space in record["spaces"].values():
        assert space["nearer"] >= count
        assert space["ratio"]["nearer"] >= count
    assert all(case["spaces"]["pixels"]["train"] == case["index"] < count for case in record["closest"]["fake"])


def test_few_copies_are_caught_beside_a_kind_of_images_that_all_lie_close(data):
    train, held, fresh = (images.copy() for images in data)
    for seed, images in enumerate((train, held, fresh)):  # half of each is one image and its noise
        half = len(images) // 2
        images[:half] = noisy(np.repeat(data[0][:1], half, 0), 5, seed)
    fake = fresh.copy()
    fake[-14:] = noisy(train[-14:], 20)
    record = copies(fake, train, held)
    space = record["spaces"]["pixels"]
    assert space["p_value"] > 0.01  # distance alone says nothing
    assert record["finding"] == "copies"
    assert space["ratio"]["strict"]["nearer"] >= 14
    assert "keep to a single training image" in record["verdict"]
    assert copies(fresh, train, held)["finding"] == "none"


def test_a_generator_that_mirrors_its_training_set_is_caught_only_with_flips(data):
    train, held, _ = data
    fake = noisy(train[:200, :, ::-1], 3)
    caught = copies(fake, train, held, {"quadrants": quadrants})
    assert caught["finding"] == "copies"
    assert caught["spaces"]["pixels"]["mirrored"]["fake"] == 1.0
    assert caught["spaces"]["quadrants"]["mirrored"]["fake"] == 1.0
    assert caught["spaces"]["pixels"]["mirrored"]["held"] < 0.2
    missed = copies(fake, train, held, {"quadrants": quadrants}, flips=False)
    assert missed["finding"] == "none"
    assert any("mirror images were not looked at" in warning for warning in missed["warnings"])


def test_samples_between_training_images_are_near_but_no_copies(data):
    train, held, _ = data
    means = np.stack([train[np.random.default_rng(seed).integers(600, size=6)].mean(0) for seed in range(200)])
    record = copies(means.round().astype(np.uint8), train, held)
    assert record["finding"] == "near"
    assert record["spaces"]["pixels"]["nearer"] > 50  # 10 expected
    assert "not to single images" in record["verdict"]


def test_the_verdict_counts_what_was_expected(data):
    train, held, fresh = data
    record = copies(fresh, train, held[:199])
    space = record["spaces"]["pixels"]
    assert space["expected"] == pytest.approx(10.0)
    sentence = (
        f"{space['nearer']} of 200 samples lie nearer to a training image than all but 5 % of held-out images do: expected 10."
    )
    assert sentence in record["verdict"]


def test_nearest_training_agrees_with_brute_force(data):
    train, held, _ = data
    found = nearest_training(held[:20], train, k=4)
    both = np.stack([train, train[:, :, ::-1]]).astype(float)
    apart = np.stack([np.sqrt(np.square(both - image).mean((2, 3, 4))) for image in held[:20].astype(float)], axis=1)
    least = apart.min(0)
    order = np.argsort(least, axis=1)[:, :4]
    np.testing.assert_array_equal(found.indices, order)
    np.testing.assert_allclose(found.distances, np.take_along_axis(least, order, 1), rtol=1e-12)
    np.testing.assert_array_equal(found.mirrored, np.take_along_axis(apart[1] < apart[0], order, 1))


def test_training_data_that_holds_its_own_mirror_images_is_no_way_out(data):
    train, held, _ = data
    doubled = np.concatenate([train, train[:, :, ::-1]])
    assert copies(noisy(train[:200], 4), doubled, held)["finding"] == "copies"


def test_held_out_copies_are_told_and_not_held_against_the_model(data):
    train, held, fresh = data
    tainted, fake = held.copy(), fresh.copy()
    tainted[:60], fake[:40] = train[:60], train[100:140]
    record = copies(fake, train, tainted)
    assert record["finding"] == "none"
    assert any("60 of 300 held-out images are in the training data" in warning for warning in record["warnings"])
    noisy_too = np.concatenate([fake, noisy(train[200:300], 6)])
    assert copies(noisy_too, train, tainted)["finding"] == "copies"  # the other 240 are the yardstick of distances


def test_where_nothing_is_held_out_training_images_are_the_yardstick_of_each_other(data):
    train, _, fresh = data
    honest = copies(fresh, train, train[::2], {"quadrants": quadrants}, within=True)
    assert honest["finding"] == "none" and honest["exact"]["held"]["count"] == 0
    assert "than all but 5 % of training images do to others" in honest["verdict"]
    assert any("nothing here is held out from training" in warning for warning in honest["warnings"])
    for number in (0, 1, 599):  # of either half
        collapsed = copies(noisy(train[[number] * 100], 3), train, train[::2], {"quadrants": quadrants}, within=True)
        assert collapsed["finding"] == "copies"
        assert {case["spaces"]["pixels"]["train"] for case in collapsed["closest"]["fake"]} == {number}


def test_an_image_is_no_yardstick_of_itself_nor_of_its_doubles(data):
    train, _, fresh = data
    images = np.concatenate([train[:200], train[:200], train[:50, :, ::-1]])
    record = copies(fresh, images, images[::2], within=True)
    assert record["finding"] == "none" and record["spaces"]["pixels"]["threshold"] > 20
    assert any("200 training images repeat others" in warning for warning in record["warnings"])
    exact = copies(train[:100], images, images[::2], within=True)
    assert exact["finding"] == "copies" and "100 of 100 samples are exact copies of training images." in exact["verdict"]
    with pytest.raises(UserError, match="fewer than three different training images"):
        copies(fresh, images[:1].repeat(9, 0), images[:1].repeat(9, 0), within=True)


def test_honest_samples_are_seldom_accused_where_nothing_is_held_out(data):
    everything = np.concatenate(data)
    accused = 0
    for seed in range(15):
        order = np.random.default_rng(seed).permutation(len(everything))
        train, fresh = everything[order[:300]], everything[order[300:400]]
        accused += copies(fresh, train, train[::2], closest=1, within=True)["finding"] != "none"
    assert accused == 0


def test_the_record_is_json_and_the_picture_shows_matches(data):
    train, held, _ = data
    fake = train[:50, :, ::-1].copy()
    record = json.loads(json.dumps(copies(fake, train, held, {"quadrants": quadrants}), allow_nan=False))
    shown = case_images(record, record["closest"]["fake"][0], fake, train)
    np.testing.assert_array_equal(shown[0], shown[1])  # mirrored, as it was matched
    np.testing.assert_array_equal(shown[0], shown[2])
    sheet = picture(record, fake, train, rows=5)
    assert sheet.dtype == np.uint8
    height, width = 5 * 86 + 2, 3 * 86 + 2
    assert sheet.shape[1:] == (width, 3) and height + 20 < len(sheet) < height + 60
    np.testing.assert_array_equal(
        sheet[-height:][2:86, 2:86, 0], fake[record["closest"]["fake"][0]["index"], ..., 0].repeat(7, 0).repeat(7, 1)
    )
    names = sheet[:-height]  # one over each column
    assert all((names[:, left : left + 86] < 128).any() for left in (0, 86, 172))
    assert len(picture(record, held, train, side="held", rows=2)) < 2 * 86 + 62
    near = nearest_images(train, quadrants, k=2)(fake[:7])
    assert near.shape == (7, 2, 12, 12, 1)
    np.testing.assert_array_equal(near[:, 0], fake[:7])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda fake: fake.astype(np.float32), "must be uint8"),
        (lambda fake: fake[:0], "must be uint8"),
        (lambda fake: fake[:, :8], "give images of one size"),
    ],
)
def test_bad_images_end_in_one_line(data, change, words):
    train, held, fresh = data
    with pytest.raises(UserError, match=words):
        copies(change(fresh), train, held)


def test_few_held_out_images_are_told(data):
    train, held, fresh = data
    record = copies(fresh, train, held[:10])
    assert any("10 held-out images cannot show" in warning for warning in record["warnings"])
    assert record["finding"] == "open" and record["verdict"].startswith("No verdict: 10 held-out images are too few")


def test_a_collapsed_model_is_not_accused_by_two_held_out_images_but_exact_copies_are(data):
    train, held, _ = data
    near = noisy(train[:1].repeat(200, 0), 2)
    assert copies(near, train, held[:2])["finding"] == "open"
    assert copies(near, train, held[:19])["finding"] == "copies"
    assert copies(train[:200], train, held[:10])["finding"] == "copies"


def test_samples_that_lie_farther_than_held_out_images_are_not_accused(data):
    train, held, _ = data
    noise = np.random.default_rng(0).integers(0, 256, (200, *train.shape[1:]), np.uint8)
    record = copies(noise, train, held)
    assert record["finding"] == "none" and record["verdict"].startswith("No sign of copying.")
    assert record["spaces"]["pixels"]["nearer"] == 0
