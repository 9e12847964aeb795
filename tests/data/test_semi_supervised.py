"""Few labels beside many images: which, how often, resumed, divided among workers, fabricated."""

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.data.images import Images
from ganzoo.data.semi_supervised import FewLabels, rows_by_class
from ganzoo.data.source import pipeline_rows
from ganzoo.errors import UserError


def rows_of(images):
    return {image.tobytes() for image in images}


def test_every_class_has_as_many_labelled_images_and_a_seed_chooses_them():
    labels = np.repeat(np.arange(4), [5, 9, 6, 7])
    rows = rows_by_class(labels, 3, choice=0)
    np.testing.assert_array_equal(np.bincount(labels[rows]), [3, 3, 3, 3])
    assert len(set(rows)) == 12
    np.testing.assert_array_equal(rows, rows_by_class(labels, 3, choice=0))
    assert (rows != rows_by_class(labels, 3, choice=1)).any()
    every = np.repeat(np.arange(4), 5)
    np.testing.assert_array_equal(rows_by_class(every, 5, choice=0), np.arange(20))  # all of them, none twice
    with pytest.raises(UserError, match="per_class=6, but class 0 has 5"):
        rows_by_class(labels, 6, choice=0)


def test_batches_carry_the_same_images_as_without_labels_and_the_few_beside_them():
    few, plain = FewLabels("digits", per_class=2), Images("digits", labels=True)
    batches = list(few.batches(16, seed=3).take(6).as_numpy_iterator())
    for batch, expected in zip(batches, plain.batches(16, seed=3).as_numpy_iterator(), strict=False):
        np.testing.assert_array_equal(batch["image"], expected["image"])
        np.testing.assert_array_equal(batch["label"], expected["label"])
        assert batch["labelled_image"].shape == (16, 8, 8, 1) and batch["labelled_label"].dtype == np.int64
    seen = {
        image.tobytes(): label for b in batches for image, label in zip(b["labelled_image"], b["labelled_label"], strict=True)
    }
    assert len(seen) == 20, "96 rows are several epochs of the 20"
    np.testing.assert_array_equal(np.bincount(list(seen.values())), [2] * 10)
    truth = {image.tobytes(): label for b in batches for image, label in zip(b["image"], b["label"], strict=True)}
    assert all(truth.get(image, label) == label for image, label in seen.items())


def test_the_stream_starts_anywhere_and_is_divided_among_workers():
    source = FewLabels("digits", per_class=3)
    third = list(source.batches(8, seed=1).take(3).as_numpy_iterator())[2]
    resumed = next(source.batches(8, seed=1, start=2).as_numpy_iterator())
    parts = []
    for worker in range(2):
        context = tf.distribute.InputContext(2, worker, 2)
        parts.append(next(source.batches(8, seed=1, start=2, context=context).as_numpy_iterator()))
        assert pipeline_rows(8, context) == slice(4 * worker, 4 * worker + 4)
    for name, value in third.items():
        np.testing.assert_array_equal(value, resumed[name])
        np.testing.assert_array_equal(value, np.concatenate([part[name] for part in parts]))


def test_a_fabricated_source_has_the_same_features():
    batch = next(FewLabels("digits").fabricated(count=40).batches(6, seed=0).as_numpy_iterator())
    assert {name: value.shape for name, value in batch.items()} == {
        "image": (6, 8, 8, 1),
        "label": (6,),
        "labelled_image": (6, 8, 8, 1),
        "labelled_label": (6,),
    }


def test_impossible_numbers_are_refused():
    with pytest.raises(UserError, match="1 or more, not 0"):
        FewLabels("digits", per_class=0)


def test_a_card_says_how_few():
    assert FewLabels("digits", per_class=4).describe()["labels_per_class"] == 4
