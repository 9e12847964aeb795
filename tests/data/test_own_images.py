"""A user's own images of every kind: mixed folders, tables of labels, tar files, arrays; what cannot be read."""

import io
import json
import tarfile

import numpy as np
import pytest
from PIL import Image

from ganzoo.data.census import census
from ganzoo.data.image_fitting import sizes_said
from ganzoo.data.images import Images
from ganzoo.errors import UserError

RANDOM = np.random.default_rng(0)


def pixels(height=8, width=8, channels=3):
    shape = (height, width, channels) if channels > 1 else (height, width)
    return RANDOM.integers(0, 256, shape, np.uint8)


def png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def mixed(tmp_path):
    """Images of several sizes and modes, and two files that are none."""
    for name, array in {"a": pixels(9, 8), "b": pixels(12, 30), "c": pixels(5, 5, 1), "d": pixels(4, 4)}.items():
        (tmp_path / f"{name}.png").write_bytes(png(array))
    (tmp_path / "e.png").write_bytes(b"")
    (tmp_path / "f.jpg").write_bytes(b"no image")
    return tmp_path


def test_all_bad_files_are_named_at_once_or_passed_over(mixed):
    with pytest.raises(UserError, match=r"e\.png .* the file is empty; .*f\.jpg .* none that Pillow knows\. Mend") as refused:
        Images(str(mixed), size=8).arrays()
    assert 'on_bad="skip"' in str(refused.value)
    source = Images(str(mixed), size=8, on_bad="skip")
    assert source.num_examples == 4 == source.identity()["examples"]
    passed = next(line for line in source.notes if "passed over" in line)
    assert "2 images passed over: " in passed and "e.png" in passed and "f.jpg" in passed
    assert source.describe()["on_bad"] == "skip"
    many = Images(str(mixed), size=8, on_bad="skip", held_out=0.5)
    assert many.num_examples + many.split_as("test").num_examples == 4


def test_a_mixed_folder_says_what_became_of_sizes(mixed):
    source = Images(str(mixed), size=8, on_bad="skip")
    source.arrays()
    assert f"{mixed}: 4 images of 4 sizes, 4 x 4 to 12 x 30: 2 cut to their centre, 2 enlarged made 8 x 8" in source.notes
    assert sizes_said("it", {(8, 8): 5}, None, (8, 8)) == sizes_said("it", {(16, 16): 5}, None, (8, 8)) == []
    assert sizes_said("it", {(4, 4): 5}, None, (8, 8)) == ["it: 5 images of 4 x 4: 5 enlarged made 8 x 8"]


def test_channels_are_those_that_are_asked_for(tmp_path):
    array = pixels()
    (tmp_path / "a.png").write_bytes(png(array))
    (tmp_path / "b.png").write_bytes(png(pixels(8, 8, 1)))
    grey = Images(str(tmp_path), size=8, channels=1)
    assert grey.shape == (8, 8, 1) and grey.arrays()["image"].shape == (2, 8, 8, 1)
    expected = np.array(Image.fromarray(array).convert("L"))
    np.testing.assert_allclose(grey.arrays()["image"][0, ..., 0].astype(int), expected, atol=1)
    assert Images("digits", channels=3, take=3).arrays()["image"].shape == (3, 8, 8, 3)
    (tmp_path / "a.png").unlink()
    source = Images(str(tmp_path), size=8)
    source.arrays()
    assert f"{tmp_path}: all 1 images are grey: channels=1 reads them as such" in source.notes
    for arguments in ({"channels": 2}, {"on_bad": "mend"}):
        with pytest.raises(UserError, match="channels is 1, 3 or None|on_bad is"):
            Images(str(tmp_path), size=8, **arguments)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_table_gives_labels(tmp_path, kind):
    rows = [(f"{i}.png", "cat" if i % 2 else "dog") for i in range(6)]
    for name, _ in rows:
        (tmp_path / name).write_bytes(png(pixels()))
    lines = [json.dumps({"file_name": name, "label": label}) for name, label in rows]
    table = "file_name,label\n" + "".join(f"{name},{label}\n" for name, label in rows) if kind == "csv" else "\n".join(lines)
    (tmp_path / f"metadata.{kind}").write_text(table)
    source = Images(str(tmp_path), size=8, labels=True)
    assert source.class_names == ["cat", "dog"] and source.num_classes == 2
    assert f"{tmp_path}: labels of 2 classes from a table" in source.notes
    names = [file.name for file in source.originals.files]
    assert source.arrays()["label"].tolist() == [0 if int(name[0]) % 2 else 1 for name in names]
    assert len(Images(str(tmp_path), size=8, only="dog").arrays()["image"]) == 3
    (tmp_path / "6.png").write_bytes(png(pixels()))
    with pytest.raises(UserError, match="1 of 7 images .* have no label"):
        Images(str(tmp_path), size=8, labels=True).arrays()


def test_a_table_of_splits_and_one_that_will_not_do(tmp_path):
    for split in ("train", "test"):
        (tmp_path / split).mkdir()
        (tmp_path / split / "a.png").write_bytes(png(pixels()))
    (tmp_path / "train" / "metadata.csv").write_text("file_name,label\na.png,x\ngone.png,x\n")
    (tmp_path / "test" / "metadata.csv").write_text("file_name,label\na.png,y\n")
    train, test = (Images(str(tmp_path), split, size=8, labels=True) for split in ("train", "test"))
    assert train.class_names == test.class_names == ["x", "y"] and test.arrays()["label"].tolist() == [1]
    assert any("1 row that name no image here" in line for line in train.notes)
    for text, line in {
        "file_name,colour\na.png,red\n": "must have the columns file_name and label; it has file_name, colour",
        "": "it has nothing",
        "file_name,label\n,x\n": "row 1 names no file",
    }.items():
        (tmp_path / "train" / "metadata.csv").write_text(text)
        with pytest.raises(UserError, match=line):
            Images(str(tmp_path))
    (tmp_path / "train" / "metadata.csv").rename(tmp_path / "train" / "metadata.jsonl")
    for text, line in {"{": "cannot be read", "3": "no object", '{"file_name": "a.png", "label": 0.5}': "label 0.5"}.items():
        (tmp_path / "train" / "metadata.jsonl").write_text(text)
        with pytest.raises(UserError, match=line):
            Images(str(tmp_path))


def write_tar(path, entries):
    with tarfile.open(path, "w") as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def test_tar_files_are_read_where_they_lie(tmp_path):
    first, second = pixels(), pixels()
    write_tar(
        tmp_path / "0.tar", {"a.png": png(first), "a.cls": b"7", "b.png": png(second), "b.txt": b"a caption", "b.cls": b"3"}
    )
    write_tar(tmp_path / "1.tar", {"x/a.png": png(pixels()), "x/a.json": b'{"label": 3}'})
    source = Images(str(tmp_path), size=8, labels=True)
    assert source.class_names == ["3", "7"] and source.num_examples == 3
    assert f"{tmp_path}: 2 tar files, 3 images" in source.notes
    assert any("passed over: 1 entry that are no image" in line for line in source.notes)
    arrays = source.arrays()
    assert sorted(arrays["label"].tolist()) == [0, 0, 1]
    np.testing.assert_array_equal(arrays["image"][arrays["label"] == 1][0], first)
    one = Images(str(tmp_path / "0.tar"), size=8)
    assert {array.tobytes() for array in one.arrays()["image"]} == {first.tobytes(), second.tobytes()}
    assert one.identity()["sha256"] != source.identity()["sha256"] and one.location == tmp_path / "0.tar"
    write_tar(tmp_path / "1.tar", {"c.png": b"nothing"})
    with pytest.raises(UserError, match=r"1\.tar: c is not a readable image"):
        Images(str(tmp_path), size=8).arrays()
    (tmp_path / "1.tar").write_bytes(b"x" * 2000)
    with pytest.raises(UserError, match="cannot be read as a tar file"):
        Images(str(tmp_path))
    with pytest.raises(UserError, match="no split 'test'"):
        Images(str(tmp_path / "0.tar"), "test")


def test_an_npz_is_data_to_train_on(tmp_path):
    images = RANDOM.integers(0, 256, (5, 8, 8), np.uint8)
    np.savez(tmp_path / "it.npz", images=images, labels=[0, 1, 2, 1, 0])
    source = Images(str(tmp_path / "it.npz"), labels=True)
    assert source.shape == (8, 8, 1) and source.num_classes == 3
    np.testing.assert_array_equal(source.arrays()["image"][..., 0], images)
    assert source.arrays()["label"].tolist() == [0, 1, 2, 1, 0]
    np.savez(tmp_path / "floats.npz", images / np.float32(255))
    np.testing.assert_array_equal(Images(str(tmp_path / "floats.npz")).arrays()["image"][..., 0], images)
    for arrays, line in {
        "shape": ({"images": images[0]}, "must hold images"),
        "labels": ({"images": images, "labels": [1, 2]}, "5 images and 2 labels"),
        "names": ({"a": images, "b": images}, "must hold one array"),
    }.values():
        np.savez(tmp_path / "bad.npz", **arrays)
        with pytest.raises(UserError, match=line):
            Images(str(tmp_path / "bad.npz"))


def test_a_folder_is_looked_through_before_training(mixed):
    (mixed / "g.png").write_bytes((mixed / "a.png").read_bytes())
    lines, facts, images, names = census(str(mixed))
    assert facts["images"] == 5 and facts["repeated"] == 1 and set(facts["bad"]) == {str(mixed / n) for n in ("e.png", "f.jpg")}
    assert images.shape == (5, 64, 64, 3) and names is None and facts["sizes"]["9 x 8"] == 2
    assert lines[0] == f"{mixed}: 5 images in split train, as 64 x 64 x 3" and any("2 files cannot be read" in x for x in lines)


def test_images_that_are_shown_have_the_names_of_their_classes(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(png(np.full((8, 8, 3), ord(name[0]), np.uint8)))
    _, _, images, names = census(str(tmp_path))
    assert names == ["cat", "dog"] and images[:, 0, 0, 0].tolist() == [ord("c"), ord("d")]


def test_the_command_shows_it_and_ends_with_2_where_files_are_bad(mixed, command):
    out = command("data", "check", str(mixed), "--size", "16", "--out", "sheet.png", check=2).stdout
    assert "as 16 x 16 x 3" in out and "contact sheet: sheet.png" in out and "e.png" in out
    with Image.open(mixed / "sheet.png") as sheet:
        assert sheet.size[0] > 4 * 16
