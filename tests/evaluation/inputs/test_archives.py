"""Archives of images: every pixel, the classes beside them, and what cannot be read in one line."""

import io
import json
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.opening import open_input

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 9, 8, 3), np.uint8)


def png(image):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path, files, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def numbered(start=0, stop=6, beside=None):
    files = {}
    for number in range(start, stop):
        files[f"{number:03}.png"] = png(IMAGES[number])
        if beside:
            files[f"{number:03}{beside[0]}"] = beside[1](number)
    return files


@pytest.mark.parametrize("name", ["some.zip", "some.tar", "some.tar.gz", "some.tgz"])
def test_every_archive_gives_its_images(tmp_path, name):
    make = zipped if name.endswith("zip") else tarred
    mode = {} if "gz" not in name else {"mode": "w:gz"}
    files = numbered() | {"__MACOSX/000.png": b"", ".hidden.png": b"", "readme.md": b"words"}
    side = open_input(make(tmp_path / name, files, **mode))
    np.testing.assert_array_equal(side.examples(6), IMAGES)
    assert side.name == "some" and not side.labelled and side.notes == ["some: passed over: 1 .md"]


def test_folders_of_a_zip_are_classes(tmp_path):
    files = {f"set/{'cat' if number % 2 else 'ant'}/{number}.png": png(IMAGES[number]) for number in range(6)}
    side = open_input(zipped(tmp_path / "some.zip", files))
    assert side.labels(6).tolist() == [0, 0, 0, 1, 1, 1]
    np.testing.assert_array_equal(side.examples(6), IMAGES[[0, 2, 4, 1, 3, 5]])


@pytest.mark.parametrize(
    "beside",
    [(".cls", lambda n: str(n % 3).encode()), (".json", lambda n: json.dumps({"label": n % 3, "url": "x"}).encode())],
)
def test_shards_of_webdataset_have_classes_beside_their_images(tmp_path, beside):
    shards = tmp_path / "shards"
    shards.mkdir()
    tarred(shards / "b.tar", numbered(3, 6, beside))
    tarred(shards / "a.tar", numbered(0, 3, beside))
    side = open_input(shards)
    np.testing.assert_array_equal(side.examples(6), IMAGES)
    assert side.labels(6).tolist() == [0, 1, 2, 0, 1, 2]
    files = numbered(0, 6, beside)
    del files[f"002{beside[0]}"]
    side = open_input(tarred(tmp_path / "some.tar", files))
    assert not side.labelled and "1 of 6 images without a class" in side.notes[0]


def test_what_cannot_be_read_is_one_line(tmp_path):
    whole = zipped(tmp_path / "whole.zip", numbered()).read_bytes()
    (tmp_path / "torn.zip").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "no.tar").write_bytes(b"words" * 300)
    zipped(tmp_path / "none.zip", {"a.txt": b"x"})
    zipped(tmp_path / "bad.zip", {"a.png": b"x", "b.png": png(IMAGES[0])})
    zipped(tmp_path / "sizes.zip", {"a.png": png(IMAGES[0]), "b.png": png(IMAGES[0][:4])})
    for name, message in (
        ("torn.zip", "torn.zip cannot be read"),
        ("no.tar", "no.tar cannot be read"),
        ("absent.zip", "no file .*absent.zip"),
        ("none.zip", r"no images in .*none.zip \(.txt\)"),
        ("bad.zip", "bad.zip/a.png is not a readable image"),
        ("sizes.zip", "various sizes .9 x 8 and 4 x 8.: unpack it"),
        ("weights.pth", "no data set|cannot be evaluated|nothing at"),
    ):
        with pytest.raises(UserError, match=message) as error:
            open_input(tmp_path / name)
        assert "\n" not in str(error.value)
    (tmp_path / "weights.pth").write_bytes(b"x")
    with pytest.raises(UserError, match="a function that returns batches"):
        open_input(tmp_path / "weights.pth")


def test_a_member_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("ganzoo.evaluation.inputs.archives.MOST_BYTES", 100)
    with pytest.raises(UserError, match="unpacks to .* more than 100"):
        open_input(zipped(tmp_path / "some.zip", numbered()))
