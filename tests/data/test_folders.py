"""A user's folder of images: which files, which classes, in which order, and how they are read."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ganzoo.data.folders import Folder, folders_in, images_in, read_image
from ganzoo.errors import UserError


def write(path, value=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((4, 5, 3), value, np.uint8)).save(path)
    return path


@pytest.fixture
def pets(tmp_path):
    """Two splits; in one of them a class that the other lacks; and what is to be passed over."""
    for index in range(6):
        write(tmp_path / "train" / "dog" / f"{index}.png")
        write(tmp_path / "train" / "cat" / f"{index}.JPG")
    write(tmp_path / "test" / "eel" / "0.png")
    write(tmp_path / ".cache" / "cat" / "0.png")
    write(tmp_path / "train" / ".hidden" / "0.png")
    (tmp_path / "notes" / "empty").mkdir(parents=True)
    (tmp_path / "README.txt").write_text("no folder")
    return tmp_path


def test_hidden_files_and_files_of_other_kinds_are_passed_over(tmp_path):
    kept = [write(tmp_path / name) for name in ("b.png", "A.JPEG", "c.webp")]
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / ".d.png").write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / ".git").mkdir()
    assert images_in(tmp_path) == sorted(kept)
    assert folders_in(tmp_path) == [tmp_path / "folder.png"]


def test_a_flat_folder_has_one_split_and_no_classes(tmp_path):
    files = [write(tmp_path / f"{index}.png") for index in range(3)]
    folder = Folder(tmp_path)
    assert (folder.files, folder.labels, folder.classes, folder.splits) == (files, None, [], ())
    assert [label for _, label in folder.examples().as_numpy_iterator()] == [-1, -1, -1]
    with pytest.raises(UserError, match="no split 'test' .*; it has train"):
        Folder(tmp_path, "test")


def test_classes_are_those_of_all_splits_and_hidden_folders_are_none(pets):
    folder = Folder(pets)
    assert set(folder.splits) == {"train", "test"} and folder.classes == ["cat", "dog", "eel"]
    assert len(folder.files) == 12 and folder.labels.dtype == np.int64
    for file, label in zip(folder.files, folder.labels, strict=True):
        assert file.parent.name == folder.classes[label]
    assert Folder(pets, "test").labels.tolist() == [2]
    with pytest.raises(UserError, match="no split 'notes' .*; it has test, train"):
        Folder(pets, "notes")


def test_classes_are_mixed_in_an_order_that_stays(pets):
    labels = Folder(pets).labels
    assert (np.diff(labels) != 0).sum() > 1, "the first few are of all classes"
    np.testing.assert_array_equal(Folder(pets).labels, labels)
    assert Folder(pets).files == Folder(pets).files


def test_what_is_no_folder_of_images_is_one_line(tmp_path):
    with pytest.raises(UserError, match="no folder .*none: make one"):
        Folder(tmp_path / "none")
    (tmp_path / "train" / "cat").mkdir(parents=True)
    with pytest.raises(UserError, match="no images in .*SPLIT/LABEL"):
        Folder(tmp_path)
    write(tmp_path / "train" / "too_high.png")
    with pytest.raises(UserError, match="no images in"):
        Folder(tmp_path)


def test_extent_and_identity_follow_the_files(pets):
    folder = Folder(pets)
    count, size = folder.extent()
    assert count == 12 and size == pytest.approx(np.mean([file.stat().st_size for file in folder.files]))
    before = folder.identity()
    assert sorted(name for name, _, _ in before)[0] == "train/cat/0.JPG" and folder.directory() == pets
    write(folder.files[0], value=200)
    assert Folder(pets).identity() != before
    assert [entry[0] for entry in Folder(pets).identity()] == [entry[0] for entry in before]


def test_a_file_that_cannot_be_read_is_remembered_by_name(tmp_path):
    write(tmp_path / "good.png", value=9)
    (tmp_path / "bad.png").write_text("text")
    folder = Folder(tmp_path)
    bad, good = (folder.examples().skip(index).take(1).map(lambda path, label: folder.decode(path)) for index in (0, 1))
    assert (next(iter(good)).numpy() == 9).all() and folder.failure is None
    with pytest.raises(tf.errors.OpError, match="bad.png"):
        next(iter(bad))
    assert folder.failure == f"{tmp_path / 'bad.png'} is not a readable image; mend or remove it"


def test_sixteen_bits_are_scaled_and_grey_becomes_rgb(tmp_path):
    ramp = (np.arange(256).reshape(16, 16) * 257).astype(np.uint16)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    image = read_image(tmp_path / "deep.png")
    assert image.shape == (16, 16, 3) and image.dtype == np.uint8
    np.testing.assert_array_equal(image[..., 1].ravel(), np.arange(256))
