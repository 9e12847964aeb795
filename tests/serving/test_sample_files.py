"""Samples as files: captions, animations, and folders that can be trained on."""

import csv
import io
import types

import numpy as np
import pytest
from PIL import Image

from ganzoo.data.metadata import read_labels
from ganzoo.errors import UserError
from ganzoo.serving.sample_files import animation, captions_of, conditions_of, picture, refuse_other_files, write_folder


def images(count, side=4, channels=1):
    """Flat images in [-1, 1], each of its own grey."""
    greys = np.linspace(-1, 1, count, dtype=np.float32)[:, None, None, None]
    return greys * np.ones((1, side, side, channels), np.float32)


def sampler(labels=None, captions=None, class_names=()):
    return types.SimpleNamespace(
        class_names=class_names,
        labels=lambda count, seed, **options: labels,
        captions=lambda count, seed, **options: captions,
    )


@pytest.mark.parametrize(
    "made, conditions",
    [
        (sampler(), {}),
        (sampler(np.array([1, 0, 7]), class_names=("cat", "dog")), {"label": ["dog", "cat", "7"]}),
        (sampler(captions=["a", "b", "a"]), {"caption": ["a", "b", "a"]}),
        (sampler(np.array([0, 0, 1]), ["x", "y", "z"]), {"label": ["0", "0", "1"], "caption": ["x", "y", "z"]}),
    ],
)
def test_conditions_are_named(made, conditions):
    assert conditions_of(made, 3) == conditions


def test_captions_stand_where_samples_differ_or_where_they_are_wanted():
    different, same = {"label": ["a", "b"], "caption": ["x", "x"]}, {"label": ["a", "a"]}
    assert captions_of(different) == ["a, x", "b, x"] and captions_of(different, wanted=False) is None
    assert captions_of(same) is None and captions_of(same, wanted=True) == ["a", "a"]
    assert captions_of({}) is None and captions_of({}, wanted=True) is None


def test_a_picture_has_the_columns_and_the_scale_that_were_asked_for():
    plain = picture(images(6), columns=2, scale=3)
    assert plain.shape == (3 * 13 + 1, 2 * 13 + 1, 3)
    under = picture(images(6), ["ab"] * 6, columns=2, scale=16)
    assert under.shape[1] == 2 * (64 + 4) + 4 and len(under) > 3 * (64 + 4) + 4
    np.testing.assert_array_equal(under[4:68, 4 + 68 : 68 + 68], np.full((64, 64, 3), 51))  # the second: -0.6


def test_an_animation_shows_one_sample_after_the_other():
    shown = Image.open(io.BytesIO(animation(images(5), scale=8, seconds=0.2)))
    assert shown.n_frames == 5 and shown.size == (32, 32) and shown.info["duration"] == 200 and shown.info["loop"] == 0
    greys = []
    for frame in range(5):
        shown.seek(frame)
        greys.append(shown.convert("L").getpixel((16, 16)))
    np.testing.assert_allclose(greys, [0, 64, 128, 191, 255], atol=2)
    captioned = Image.open(io.BytesIO(animation(images(3), ["a", "b", "a much longer caption than these"])))
    assert captioned.n_frames == 3 and captioned.size[1] > captioned.size[0]


@pytest.mark.parametrize("scale", [None, 3])
def test_a_folder_holds_every_sample_and_what_it_shows(tmp_path, scale):
    folder, written = tmp_path / "a" / "b", []
    samples = images(5, channels=3)
    blocks = iter([(0, samples[:2]), (2, samples[2:])])
    conditions = {"label": ["cat", "dog", "cat", "dog", "dog"], "caption": ["one, two", "x", 'y"', "z", "é"]}
    assert write_folder(folder, blocks, 5, conditions, scale, written.append) == [5, 4, 4, 3] and written == [0.4, 1.0]
    assert sorted(path.name for path in folder.iterdir()) == [*(f"{n:04}.png" for n in range(5)), "metadata.csv"]
    pixels = np.stack([np.asarray(Image.open(folder / f"{n:04}.png")) for n in range(5)])
    assert pixels.shape[1:3] == (4 * (scale or 1),) * 2
    assert pixels[:, 0, 0, 0].tolist() == [0, 64, 128, 191, 255]
    with open(folder / "metadata.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["caption"] for row in rows] == conditions["caption"]
    assert read_labels(folder / "metadata.csv")["0003.png"] == "dog"


def test_the_same_folder_may_be_written_again_but_nothing_else_is_mixed_in(tmp_path):
    write_folder(tmp_path, [(0, images(3))], 3, {"label": list("abc")})
    refuse_other_files(tmp_path, 3)
    write_folder(tmp_path, [(0, images(3))], 3)
    assert not (tmp_path / "metadata.csv").exists(), "it would tell of samples that are no longer there"
    with pytest.raises(UserError, match="holds 0002.png already"):
        refuse_other_files(tmp_path, 2)
    (tmp_path / "mine.txt").touch()
    with pytest.raises(UserError, match="holds 0002.png and 1 other file already"):
        refuse_other_files(tmp_path, 2)
    with pytest.raises(UserError, match="is a file"):
        refuse_other_files(tmp_path / "mine.txt", 2)


def test_points_are_no_folder_of_images(tmp_path):
    with pytest.raises(UserError, match="no images"):
        write_folder(tmp_path / "points", [(0, np.zeros((3, 2), np.float32))], 3)
