import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from ganzoo.data.images import Images
from ganzoo.data.noised_images import NoisedImages
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import DataInput
from ganzoo.evaluation.inputs.reference import held_out
from ganzoo.layers.pixel_noise import places, put, read

PLACES = [7, 22, 37, 52]


def flat(images):
    return np.asarray(images).reshape(len(images), -1)


def test_noise_stands_in_its_places_and_nowhere_else():
    images = tf.random.stateless_normal((3, 4, 5, 2), [0, 0])
    noise = tf.random.stateless_normal((3, 4), [1, 1])
    noised = put(images, noise, every=10)
    assert places((4, 5, 2), 10).tolist() == [5, 15, 25, 35]
    np.testing.assert_array_equal(read(noised, 10), noise)
    untouched = np.delete(np.arange(40), [5, 15, 25, 35])
    np.testing.assert_array_equal(flat(noised)[:, untouched], flat(images)[:, untouched])


@pytest.mark.parametrize("every", [0, -1, 200])
def test_a_place_for_noise_there_must_be(every):
    with pytest.raises(UserError, match="leaves none"):
        places((8, 8, 1), every)


def test_arrays_are_the_images_but_for_uniform_noise():
    clean, noised = Images("digits", labels=True).arrays(), NoisedImages("digits", every=15, labels=True).arrays()
    kept = np.delete(np.arange(64), PLACES)
    np.testing.assert_array_equal(flat(clean["image"])[:, kept], flat(noised["image"])[:, kept])
    np.testing.assert_array_equal(clean["label"], noised["label"])
    values = flat(noised["image"])[:, PLACES].ravel()
    assert scipy.stats.kstest((values + 0.5) / 256, "uniform").pvalue > 0.01
    again = NoisedImages("digits", every=15).arrays()["image"]
    np.testing.assert_array_equal(again, noised["image"])


def test_batches_have_fresh_noise_that_no_cut_changes():
    source = NoisedImages("digits", every=15, take=40)

    def rows(batch_size, batches, start=0):
        stream = source.batches(batch_size, seed=3, start=start)
        return np.concatenate([batch["image"] for batch in stream.take(batches)])

    whole = rows(40, 4)
    np.testing.assert_array_equal(rows(16, 10), whole)
    np.testing.assert_array_equal(rows(16, 2, start=5), whole[80:112])
    noise = flat(whole)[:, PLACES]
    assert len(np.unique(noise)) == noise.size and scipy.stats.kstest((noise.ravel() + 1) / 2, "uniform").pvalue > 0.01
    assert not set(map(bytes, flat(whole[:40])[:, :7])) ^ set(map(bytes, flat(whole[40:80])[:, :7])), "the same images"


def test_workers_see_the_rows_of_one_process():
    source = NoisedImages("digits", every=15)
    whole = next(iter(source.batches(8, seed=1)))["image"]
    parts = [
        next(iter(source.batches(8, seed=1, context=tf.distribute.InputContext(2, index, 2))))["image"] for index in (0, 1)
    ]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_what_is_held_out_is_noised_alike():
    source = NoisedImages("digits", every=15, split="train[512:]")
    train, held, _ = held_out(DataInput(source.for_scoring()))
    assert train.size == 925 and held.size == 360 and held.labelled
    assert held.source.every == 15 and held.source.split == "test"
    assert scipy.stats.kstest((flat(held.examples(360))[:, PLACES].ravel() + 0.5) / 256, "uniform").pvalue > 0.01
