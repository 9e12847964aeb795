"""A share of a folder that training leaves out, decided by the pixels of each image."""

import functools

import numpy as np
import pytest
from PIL import Image

from ganzoo.data import held_out, images
from ganzoo.data.images import Images
from ganzoo.data.noised_images import NoisedImages
from ganzoo.data.registry import from_description
from ganzoo.data.semi_supervised import FewLabels
from ganzoo.errors import UserError

opened = functools.partial(Images, size=6)
PICTURES = np.random.default_rng(0).integers(0, 256, (60, 6, 6, 3), np.uint8)


def write(folder, pictures, prefix=""):
    folder.mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{prefix}{number:03d}.png")
    return str(folder)


def rows(source):
    return [image.tobytes() for image in source.arrays()["image"]]


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "photos", PICTURES)


def test_the_two_splits_share_nothing_and_make_up_the_folder(folder):
    train, test = opened(folder, held_out=0.3), opened(folder, held_out=0.3).split_as("test")
    assert train.splits == ("train", "test") and opened(folder).splits == ()
    assert set(rows(train)).isdisjoint(rows(test))
    assert sorted(rows(train) + rows(test)) == sorted(rows(opened(folder)))
    assert 8 <= test.num_examples <= 28 and train.num_examples == 60 - test.num_examples


def test_equal_images_are_on_one_side_and_new_files_or_names_move_none(folder, tmp_path):
    before = set(rows(opened(folder, "test", held_out=0.3)))
    more = np.random.default_rng(1).integers(0, 256, (40, 6, 6, 3), np.uint8)
    other = write(tmp_path / "more", np.concatenate([more, PICTURES[::-1], PICTURES]), "a")
    train, test = (opened(other, split, held_out=0.3) for split in ("train", "test"))
    assert set(rows(train)).isdisjoint(rows(test))
    assert before == set(rows(test)) & {picture.tobytes() for picture in PICTURES}
    assert train.num_examples + test.num_examples == 160


def test_the_share_is_met_by_many_and_every_mark_is_as_likely():
    marks = [held_out.mark(image) for image in np.random.default_rng(0).integers(0, 256, (2000, 2, 2, 1), np.uint8)]
    assert min(marks) >= 0
    assert np.mean(np.array(marks) < held_out.limit(0.1, 2000, None)) == pytest.approx(0.1, abs=0.03)
    assert held_out.mark(np.zeros((1, 2, 1), np.uint8)) != held_out.mark(np.zeros((2, 1, 1), np.uint8))


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_a_small_set_has_two_different_images_on_either_side(tmp_path, share):
    folder = write(tmp_path / "few", np.repeat(PICTURES[:5], 2, 0))
    counts = [len(set(rows(opened(folder, split, held_out=share)))) for split in ("train", "test")]
    assert sorted(counts) == [2, 3]
    with pytest.raises(UserError, match="none of 3 different images can be held out: set held_out=0"):
        opened(write(tmp_path / "three", PICTURES[:3]), held_out=0.5).arrays()


def test_a_set_of_two_splits_keeps_them():
    assert Images("digits", held_out=0.1).num_examples == 1437
    assert Images("digits", "test", held_out=0.1).num_examples == 360


def test_classes_size_and_take_stay_what_they_are(tmp_path):
    for label, part in (("cat", PICTURES[:40]), ("dog", PICTURES[40:])):
        write(tmp_path / "pets" / "train" / label, part)
    options = {"name": str(tmp_path / "pets"), "labels": True, "held_out": 0.25}
    everything = [opened(**options, split=split) for split in ("train", "test")]
    assert sum(np.bincount(source.arrays()["label"], minlength=2) for source in everything).tolist() == [40, 20]
    few = Images(**options, size=3, take=7)
    assert few.arrays()["image"].shape == (7, 3, 3, 3)
    np.testing.assert_array_equal(few.arrays()["label"], everything[0].arrays()["label"][:7])
    dogs = opened(**options, split="test", only="dog")
    assert set(dogs.arrays()["label"]) == {1} and set(rows(dogs)) <= set(rows(everything[1]))
    few = FewLabels(options["name"], per_class=3, size=6, held_out=0.25)
    assert rows(few) == rows(everything[0])
    assert (
        len(NoisedImages(options["name"], 2, size=6, held_out=0.25, split="test").arrays()["image"])
        == everything[1].num_examples
    )


def test_the_file_that_keeps_large_sets_holds_one_side(folder, monkeypatch):
    expected = [rows(opened(folder, split, held_out=0.3)) for split in ("train", "test")]
    monkeypatch.setattr(images, "CACHE_ABOVE", 0)
    for _ in range(2):  # written, then read
        assert [rows(opened(folder, split, held_out=0.3)) for split in ("train", "test")] == expected
    assert len(rows(opened(folder))) == 60


def test_a_description_records_the_share_and_one_without_it_means_all(folder):
    facts = opened(folder, held_out=0.3).describe()
    assert facts["held_out"] == 0.3
    assert rows(from_description(facts)) == rows(opened(folder, held_out=0.3))
    del facts["held_out"]
    assert from_description(facts).num_examples == 60 and "held_out" not in opened(folder).describe()


@pytest.mark.parametrize("share", [-0.1, 1, "half", True])
def test_no_share_is_one_line(folder, share):
    with pytest.raises(UserError, match="held_out is a share from 0 to below 1, not"):
        opened(folder, held_out=share)


def test_a_folder_whose_only_split_has_another_name_is_one_line(tmp_path):
    write(tmp_path / "pets" / "photos" / "cat", PICTURES)
    with pytest.raises(UserError, match="held_out takes a share of the split train, and .*pets has photos alone"):
        opened(str(tmp_path / "pets"), "photos", held_out=0.5).arrays()
