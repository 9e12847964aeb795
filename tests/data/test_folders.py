"""A user's folder of images: which files, which splits and classes, in which order, what is passed over, how it is read."""

import os

import numpy as np
import pytest
from PIL import Image

from ganzoo.data.folder_layout import Tree, in_order, listed, passed_over
from ganzoo.data.folders import Folder
from ganzoo.errors import UserError


def write(path, value=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((4, 5, 3), value, np.uint8)).save(path)
    return path


def lay_out(root, *names):
    """Images of these names below a folder."""
    for name in names:
        write(root / name)
    return root


@pytest.fixture
def pets(tmp_path):
    """Two splits; in one of them a class that the other lacks; and what is to be passed over."""
    for index in range(6):
        write(tmp_path / "train" / "dog" / f"{index}.png")
        (tmp_path / "train" / "cat").mkdir(exist_ok=True)
        write(tmp_path / "train" / "cat" / f"{index}.png").rename(tmp_path / "train" / "cat" / f"{index}.JPG")
    write(tmp_path / "test" / "eel" / "0.png")
    write(tmp_path / ".cache" / "cat" / "0.png")
    write(tmp_path / "train" / ".hidden" / "0.png")
    (tmp_path / "notes" / "empty").mkdir(parents=True)
    (tmp_path / "README.txt").write_text("no folder")
    return tmp_path


def test_a_tree_tells_images_folders_and_other_files_apart(tmp_path):
    images = [write(tmp_path / name) for name in ("A.jpeg", "b.png", "c.webp", "d.ppm", "e.tga")]
    images.append(images[0].rename(tmp_path / "F.JPEG"))
    for name in ("notes.txt", "more.txt", "photo.heic", "LICENSE", ".d.png", ".DS_Store"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    for name in (".git", ".ganzoo", ".older"):
        (tmp_path / name).mkdir()
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "gone.png").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.png")
    tree = Tree(tmp_path)
    assert tree.images == sorted(images[1:]) and list(tree.folders) == ["folder.png"]
    other = {
        ".txt": 2,
        ".heic": 1,
        "file without an ending": 1,
        "hidden image": 1,
        "broken link": 1,
        "file that cannot be opened": 1,
    }
    other["hidden folder"] = 1
    assert tree.passed_over == other
    assert passed_over([tree, Tree(tmp_path)]).startswith(
        "passed over: 4 .txt, 2 .heic, 2 broken links, 2 files that cannot be opened"
    )


def test_links_that_lead_back_end(tmp_path):
    write(tmp_path / "cat" / "0.png")
    (tmp_path / "cat" / "again").symlink_to(tmp_path)
    (tmp_path / "dog").symlink_to(tmp_path / "cat")
    assert [path.name for path in Tree(tmp_path).all_images()] == ["0.png", "0.png"]
    assert Folder(tmp_path).classes == ["cat", "dog"]
    assert Folder(tmp_path).notes[-1] == f"{tmp_path}: passed over: 2 looping links"


def test_a_flat_folder_has_one_split_and_no_classes(tmp_path):
    files = [write(tmp_path / f"{index}.png") for index in range(3)]
    (tmp_path / "empty").mkdir()
    folder = Folder(tmp_path)
    assert (folder.files, folder.labels, folder.classes, folder.splits) == (files, None, [], ())
    assert [label for _, label in folder.examples().as_numpy_iterator()] == [-1, -1, -1]
    assert folder.notes == []
    with pytest.raises(UserError, match="no split 'test' .*; it has train"):
        Folder(tmp_path, "test")


def test_classes_are_those_of_all_splits_and_hidden_folders_are_none(pets):
    folder = Folder(pets)
    assert set(folder.splits) == {"train", "test"} and folder.classes == ["cat", "dog", "eel"]
    assert len(folder.files) == 12 and folder.labels.dtype == np.int64
    for file, label in zip(folder.files, folder.labels, strict=True):
        assert file.parent.name == folder.classes[label]
    assert Folder(pets, "test").labels.tolist() == [2]
    with pytest.raises(UserError, match="no split 'notes' .*; it has test, train$"):
        Folder(pets, "notes")


def test_classes_are_mixed_in_an_order_that_stays(pets):
    labels = Folder(pets).labels
    assert (np.diff(labels) != 0).sum() > 1, "the first few are of all classes"
    np.testing.assert_array_equal(Folder(pets).labels, labels)
    assert Folder(pets).files == Folder(pets).files
    # as they always were: a run goes on with the data that it began with
    assert [file.name for file in Folder(pets).files[:4]] == ["2.JPG", "4.png", "5.png", "3.JPG"]


@pytest.mark.parametrize(
    "names, split, files, classes, splits, guess",
    [
        (["cat/0.png", "dog/0.png", "dog/1.png"], "train", 3, ["cat", "dog"], (), "read as 2 classes of one split: cat, dog"),
        (["train/0.png", "train/1.png", "test/0.png"], "train", 2, [], ("test", "train"), "as splits without classes"),
        (["Train/0.png", "VAL/0.png"], "VAL", 1, [], ("Train", "VAL"), "the folders Train, VAL read as splits"),
        (["mine/cat/0.png", "mine/dog/0.png"], "mine", 2, ["cat", "dog"], ("mine",), None),
        (["train/cat/0.png", "train/cat/a/b/1.png"], "train", 2, ["cat"], ("train",), None),
        (["cat/0.png", "cat/more/1.png", "dog/0.png"], "train", 3, ["cat", "dog"], (), "2 classes"),
    ],
)
def test_where_images_lie_says_what_they_are(tmp_path, names, split, files, classes, splits, guess):
    folder = Folder(lay_out(tmp_path, *names), split)
    assert (len(folder.files), folder.classes, folder.splits) == (files, classes, splits)
    assert (folder.labels is None) == (not classes)
    assert len(folder.notes) == bool(guess) and (guess is None or guess in folder.notes[0])
    assert all(file.relative_to(tmp_path).parts[-2 if not classes else bool(splits)] for file in folder.files)


@pytest.mark.parametrize(
    "names, count, note",
    [
        (["train/cat/0.png", "preview.png"], 1, "1 image beside the folders passed over"),
        (["train/cat/0.png", "train/1.png", "train/2.png"], 1, "2 images beside the class folders of train passed over"),
        (["train/cat/0.png", "show/0.png", "show/1.png"], 1, "2 images in folders that are no split passed over (show)"),
        (["train/cat/0.png", "train/dog/0.png", "test/eel/0.png"], 2, "train has no images of 1 of 3 classes (eel)"),
    ],
)
def test_what_is_passed_over_is_counted(tmp_path, names, count, note):
    folder = Folder(lay_out(tmp_path, *names))
    assert len(folder.files) == count and folder.notes == [f"{tmp_path}: {note}"]


def test_files_that_are_no_images_are_counted_where_they_lie(tmp_path):
    lay_out(tmp_path, "train/cat/0.png", "test/cat/0.png")
    for name in ("list.csv", "train/a.heic", "train/cat/b.heic", "train/cat/more/c.xml", "test/cat/d.xml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert Folder(tmp_path).notes == [f"{tmp_path}: passed over: 2 .heic, 1 .csv, 1 .xml"]
    assert Folder(tmp_path, "test").notes == [f"{tmp_path}: passed over: 1 .csv, 1 .xml"]


def test_a_folder_that_cannot_be_listed_is_counted(tmp_path):
    lay_out(tmp_path, "train/cat/0.png", "train/dog/0.png")
    dog = tmp_path / "train" / "dog"
    dog.chmod(0)
    try:
        if os.access(dog, os.R_OK):
            pytest.skip("this user may read everything")
        first, second = Folder(tmp_path).notes
    finally:
        dog.chmod(0o755)
    assert "1 folder that cannot be listed (Permission denied)" in first and "no images of 1 of 2 classes (dog)" in second


@pytest.mark.parametrize(
    "names, problem",
    [
        (["0.png", "cat/0.png", "cat/1.png"], "holds 1 image itself and 2 in folders (cat): which are meant?"),
        (["train/0.png", "cat/0.png"], "holds images in train, called as a split is, and in cat"),
        (["0.png", "old/2019/0.png"], "holds 1 image itself and 1 in folders (old)"),
    ],
)
def test_what_could_mean_two_things_is_refused(tmp_path, names, problem):
    with pytest.raises(UserError) as error:
        Folder(lay_out(tmp_path, *names))
    assert problem in str(error.value) and "\n" not in str(error.value)


def test_a_split_without_class_folders_beside_others_says_so(tmp_path):
    lay_out(tmp_path, "train/cat/0.png", "test/0.png")
    with pytest.raises(UserError, match="no split 'test' .*; it has train: the images of test lie in no class folders"):
        Folder(tmp_path, "test")


def test_numbers_sort_as_numbers(tmp_path):
    assert in_order({"10", "2", "1"}) == ["1", "2", "10"] and in_order({"10", "2", "a"}) == ["10", "2", "a"]
    assert in_order({"02", "1", "10"}) == ["1", "02", "10"] and in_order({"²", "1"}) == ["1", "²"]
    lay_out(tmp_path, *(f"{split}/{name}/0.png" for split in ("train", "test") for name in (0, 1, 2, 10, 11)))
    for split in ("train", "test"):
        folder = Folder(tmp_path, split)
        assert folder.classes == ["0", "1", "2", "10", "11"]
        assert all(folder.classes[label] == file.parent.name for file, label in zip(folder.files, folder.labels, strict=True))
        assert len(folder.notes) == 1 and "sort as numbers (0, 1, 2, 10, 11)" in folder.notes[0]


def test_many_names_are_cut():
    assert listed(map(str, range(10))) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert listed(map(str, range(1012))).endswith("8, 9 and 1,002 more")


def test_what_is_no_folder_of_images_is_one_line(tmp_path):
    with pytest.raises(UserError, match="no folder .*none: make one"):
        Folder(tmp_path / "none")
    (tmp_path / "train" / "cat").mkdir(parents=True)
    with pytest.raises(UserError, match=r"no images in .*: put them there, or .*SPLIT/LABEL"):
        Folder(tmp_path)
    (tmp_path / "train" / "cat" / "a.heic").write_text("")
    with pytest.raises(UserError, match=r"no images in .* \(passed over: 1 .heic\): put them there"):
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
    assert (next(iter(good)).numpy() == 9).all() and not folder.failures
    assert next(iter(bad)).shape == (0, 0, 3)
    assert list(folder.failures) == [str(tmp_path / "bad.png")] and folder.refusal().startswith(
        f"{tmp_path / 'bad.png'} is not a readable image: its content"
    )


def test_what_was_done_to_pixels_is_counted_by_file(tmp_path):
    write(tmp_path / "a.png")
    for name in ("b.png", "c.png"):
        Image.new("RGBA", (4, 4)).save(tmp_path / name)
    folder = Folder(tmp_path)
    for _ in range(2):
        list(folder.examples().map(lambda path, label: folder.decode(path)))
    assert folder.conversions(3) == [f"{tmp_path}: 2 of 3 images have transparent pixels: laid on white"]
