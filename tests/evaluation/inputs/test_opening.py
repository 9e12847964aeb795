"""Whatever is given becomes uint8 images or points, or ends in one line."""

import numpy as np
import pytest
from PIL import Image

from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.arrays import as_grey
from ganzoo.evaluation.inputs.opening import open_input, split_spec
from ganzoo.notes import notes_to

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 1), np.uint8)


def save(tmp_path, **arrays):
    path = tmp_path / "some.npz"
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (IMAGES, None),
        (IMAGES.astype(np.int64), "0..255"),
        (IMAGES.astype(np.float32), "0..255"),
        (IMAGES / 255.0, "[0, 1]"),
        (IMAGES / 127.5 - 1, "[-1, 1]"),
        (IMAGES[..., 0], "read as 12 grey images"),
    ],
)
def test_an_npz_is_read_in_the_range_that_it_has_and_says_so(tmp_path, values, words):
    side = open_input(save(tmp_path, images=values))
    np.testing.assert_array_equal(side.examples(12), IMAGES)
    assert side.shape == (8, 8, 1) and side.size == 12 and side.feature == "image"
    assert bool(side.notes) == bool(words)
    assert words is None or words in side.notes[0]


@pytest.mark.parametrize("values", [IMAGES > 127, (IMAGES > 127).astype(np.uint8), (IMAGES > 127) / 1.0, (IMAGES > 127) * 255])
@pytest.mark.parametrize("as_file", [True, False])
def test_black_and_white_is_so_whatever_the_type(tmp_path, values, as_file):
    side = open_input(save(tmp_path, images=values) if as_file else values)
    np.testing.assert_array_equal(side.examples(12), (IMAGES > 127) * 255)


def test_what_is_noted_is_said_where_it_is_opened(tmp_path):
    path, said = save(tmp_path, images=IMAGES / 255.0, labels=np.eye(3)[np.arange(12) % 3], z=IMAGES), []
    with notes_to(said.append):
        side = open_input(path)
    assert side.notes == said and side.labels(12).tolist() == [0, 1, 2] * 4
    one_hot, values, unread = said
    assert one_hot == "some: labels read as one-hot rows of 3 classes" and unread == "some: not read: z"
    assert values.endswith("read as [0, 1]")


def test_an_npz_may_hold_points_and_labels(tmp_path):
    side = open_input(save(tmp_path, points=np.zeros((5, 2)), labels=np.arange(5)))
    assert side.feature == "point" and side.examples(5).dtype == np.float32
    np.testing.assert_array_equal(side.labels(5), np.arange(5))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.zeros((5, 8, 8, 2), np.uint8)}, "must be images"),
        ({"images": np.full((5, 8, 8, 1), 300.0)}, "values from 300"),
        ({"images": np.linspace(-1, 9, 320).reshape(5, 8, 8, 1)}, "fit neither"),
        ({"images": np.full((5, 8, 8, 1), np.nan)}, "NaN"),
        ({"images": IMAGES[:1]}, "at least 2"),
        ({"images": IMAGES[:0]}, "no images"),
        ({"images": IMAGES, "labels": np.arange(3)}, "12 examples and 3 labels"),
        ({"images": IMAGES, "labels": np.linspace(0, 1, 12)}, "some: labels must be whole numbers"),
        ({"points": np.zeros((3, 2)), "labels": np.array(["a"] * 3)}, "some: labels are words"),
        ({"images": IMAGES.astype(np.uint16) * 257}, r"some has values from .* \(uint16\), which are not 0..255"),
        ({"a": IMAGES, "b": IMAGES}, "must hold one array"),
        ({"images": np.array(["a"] * 3)}, "no images"),
    ],
)
def test_arrays_that_are_no_images_are_refused_in_one_line(tmp_path, arrays, message):
    with pytest.raises(UserError, match=message) as caught:
        open_input(save(tmp_path, **arrays))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"just words"])
def test_a_file_that_is_no_npz_is_refused(tmp_path, content):
    path = tmp_path / "broken.npz"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"broken\.npz"):
        open_input(path)


def test_a_folder_is_read_and_a_bad_one_refused(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    with pytest.raises(UserError, match="no images"):
        open_input(str(folder))
    for number, image in enumerate(IMAGES):
        Image.fromarray(image[..., 0]).save(folder / f"{number:02d}.png")
    side = open_input(str(folder))
    assert side.shape == (8, 8, 3) and side.size == 12
    grey = as_grey(side)
    np.testing.assert_array_equal(grey.examples(12), IMAGES)
    assert "one channel" in grey.notes[-1]
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 6)).save(folder / "00.png", exif=exif)
    with pytest.raises(UserError, match=r"various sizes \(00.png 8 x 6 and 01.png 8 x 8\)"):
        open_input(str(folder))
    (folder / "00.png").write_bytes(b"no image")
    with pytest.raises(UserError) as caught:
        open_input(str(folder)).examples(12)
    assert "00.png" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "parsed"),
    [
        ("mnist", ("mnist", None, "train")),
        ("mnist:test", ("mnist", None, "test")),
        ("mnist@32:train[:80%]", ("mnist", 32, "train[:80%]")),
        ("mnist@32x24:test", ("mnist", (32, 24), "test")),
    ],
)
def test_data_sets_are_named_with_size_and_split(spec, parsed):
    assert split_spec(spec) == parsed


def test_the_name_that_data_is_told_by_opens_it(tmp_path, monkeypatch):
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (6, 8)).save(tmp_path / "pictures" / "one.png")
    monkeypatch.chdir(tmp_path)
    told = open_input("./pictures@10x12")
    assert told.name == "pictures@10x12:train" and told.shape == (10, 12, 3)
    assert np.array_equal(open_input(f"./{told.name}").examples(1), told.examples(1))


@pytest.mark.parametrize("spec", ["mnist@big", "mnist@32x", "digits@8x0", "mnist:", ":test", "/nowhere/at/all", "./nowhere"])
def test_names_that_mean_nothing_are_refused(spec):
    with pytest.raises(UserError) as caught:
        open_input(spec)
    assert "\n" not in str(caught.value)
