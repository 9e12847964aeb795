"""Headings, names of columns and captions, measured in pixels."""

import numpy as np
import pytest

from ganzoo import figures

WHITE = 255


def dark(picture):
    """The rows and columns of a picture that hold dark pixels."""
    is_dark = (picture < 128).all(-1)
    return np.flatnonzero(is_dark.any(1)), np.flatnonzero(is_dark.any(0))


def test_a_caption_stands_below_its_image_in_the_middle():
    sheet = figures.captioned(np.full((1, 8, 8, 1), 200, np.uint8), ["7"])
    assert (sheet[4:60, 4:60] == 200).all(), "enlarged to 56 pixels"
    rows, columns = dark(sheet)
    assert rows.min() >= 60 and abs((columns.min() + columns.max()) / 2 - 32) < 2


def test_sentences_are_broken_and_stand_below_larger_images():
    text = "a red square on blue at the left"
    sheet = figures.captioned(np.full((2, 8, 8, 3), 200, np.uint8), [text, "b"])
    assert sheet.shape[1] == 2 * (112 + 4) + 4
    rows = dark(sheet)[0]
    lines = np.count_nonzero(np.diff(rows) > 1) + 1
    assert lines >= 2 and len(sheet) > 112 + 2 * figures.NAME


def test_a_long_word_widens_the_cells_and_is_not_cut():
    sheet = figures.captioned(np.full((4, 8, 8, 1), 200, np.uint8), ["Wolkenkratzer", "a", "b", "c"], columns=2, scale=1)
    width = (sheet.shape[1] - 4) // 2 - 4
    assert width > 60
    left = 4 + (width - 8) // 2
    assert (sheet[4:12, left : left + 8] == 200).all() and (sheet[4:12, 4:left] == WHITE).all()
    columns = dark(sheet[: len(sheet) // 2])[1]
    assert columns.min() >= 4 and columns[columns < width + 4].max() < width + 4


@pytest.mark.parametrize("left", [0, 40])
def test_columns_are_named_in_their_middle(left):
    sheet = figures.over(["I", "a name that is long"], np.full((10, 200 + left, 3), 200, np.uint8), left)
    names = sheet[:-10]
    columns = dark(names)[1]
    assert abs(columns[columns < left + 100].mean() - (left + 50)) < 2
    assert (columns[columns >= left + 100] < left + 200).all() and len(names) > 2 * figures.NAME
    assert (sheet[-10:] == 200).all()
