"""Numbers in words, escaping, tables and pictures of the report's pages."""

import base64
import io
import math

import numpy as np
import pytest
from PIL import Image

from ganzoo.errors import UserError
from ganzoo.report.markup import Markup, image, join, scroll, section, sheet, table, tag, warning_list
from ganzoo.report.numbers import estimate, number, percent


def test_an_element_escapes_what_is_no_markup_yet():
    assert tag("p", "a < b & c", tag("b", '"x"'), None, "", ["d", ["<"]]) == (
        "<p>a &lt; b &amp; c<b>&quot;x&quot;</b>d&lt;</p>"
    )
    assert isinstance(tag("p"), Markup) and isinstance(join("<"), Markup)
    assert join(Markup("<i>"), "<i>", 3) == "<i>&lt;i&gt;3"


def test_attributes_are_named_as_in_html_and_escaped():
    assert tag("td", class_="x", aria_label='"a" & b', id=None, colspan=0) == (
        '<td class="x" aria-label="&quot;a&quot; &amp; b" colspan="0"></td>'
    )


def test_empty_elements_close_themselves_in_svg_alone():
    assert (tag("br"), tag("img", alt="a")) == ("<br>", '<img alt="a">')
    assert tag("line", x1=1) == '<line x1="1"/>'


@pytest.mark.parametrize(
    "value, text",
    [
        (None, "–"),
        (math.nan, "undefined"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (0, "0"),
        (7.0, "7"),
        (-12, "−12"),
        (1234567, "1,234,567"),
        (999_999_999, "999,999,999"),
        (2_345_678_901, "2,346,000,000"),
        (0.123456, "0.1235"),
        (-0.5, "−0.5"),
        (12.3456, "12.35"),
        (1234.5, "1,234"),
        (123456.7, "123,500"),
        (1e-6, "1e−06"),
    ],
)
def test_a_number_has_four_digits(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    "value, text", [(1234, "1,230"), (999, "999"), (1000, "1,000"), (12345.6, "12,300"), (0.98765, "0.988")]
)
def test_a_number_may_have_fewer_digits(value, text):
    assert number(value, 3) == text


@pytest.mark.parametrize(
    "share, text", [(None, "–"), (0.5, "50 %"), (0.12345, "12.3 %"), (0.012345, "1.2 %"), (0.1, "10 %"), (1, "100 %")]
)
def test_a_share_is_in_percent(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    "record, words",
    [
        (None, "not determined"),
        ({}, "not determined"),
        ({"value": 120.0, "low": 90.0, "high": 170.4}, "about 120 (90 to 170)"),
        ({"value": 120.0, "low": 90.0, "high": None}, "about 120"),
        ({"value": None, "low": 40_000.0, "high": None}, "at least 40,000"),
        ({"value": None, "low": 5_819.0, "high": None}, "at least 5,810"),
        ({"value": None, "low": 1.0, "high": 50.0}, "fewer than 50"),
        ({"value": None, "low": 1.0, "high": None}, "at least 1"),
        ({"value": None, "low": 2.0, "high": 50.0}, "at least 2"),
        ({"value": None, "low": None, "high": None}, "not determined"),
        ({"value": None, "low": 0.0, "high": None}, "at least 1"),
    ],
)
def test_an_estimate_is_in_words(record, words):
    assert estimate(record) == words


def test_an_image_carries_its_png_and_its_size():
    pixels = np.random.default_rng(0).integers(0, 255, (4, 6, 3), np.uint8)
    text = image(pixels, 'a "grid"', class_="shown")
    assert 'alt="a &quot;grid&quot;"' in text and 'width="6" height="4"' in text and 'class="shown"' in text
    data = base64.b64decode(text.split("base64,")[1].split('"')[0])
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)


@pytest.mark.parametrize("shape, dtype", [((4, 4, 3), np.float32), ((4, 4), np.uint8), ((4, 4, 2), np.uint8)])
def test_what_is_no_picture_is_refused(shape, dtype):
    with pytest.raises(UserError, match="a report shows uint8 images"):
        image(np.zeros(shape, dtype), "")


@pytest.mark.parametrize(
    "count, side, least, columns, rows",
    [(100, 28, 64, 8, 8), (100, 28, 100, 10, 10), (3, 28, 64, 3, 1), (70, 576, 64, 4, 4), (70, 160, 64, 7, 7)],
)
def test_a_sheet_is_a_grid_of_a_bounded_width(count, side, least, columns, rows):
    assert sheet(np.zeros((count, side, side, 1), np.uint8), least).shape == (
        rows * (side + 1) + 1,
        columns * (side + 1) + 1,
        3,
    )


def test_a_picture_is_its_own_sheet():
    picture = np.zeros((5, 6, 3), np.uint8)
    assert sheet(picture) is picture


def test_a_table_names_its_rows_and_columns_and_scrolls():
    text = table(["score", "value"], [["FD", "1 < 2"]], "scores of digits")
    assert text == scroll(
        Markup(
            '<table class="data"><thead><tr><th scope="col">score</th><th scope="col">value</th></tr></thead>'
            '<tbody><tr><th scope="row">FD</th><td>1 &lt; 2</td></tr></tbody></table>'
        ),
        "scores of digits",
    )
    assert text.startswith('<div class="scroll" role="region" aria-label="scores of digits" tabindex="0">')


def test_warnings_are_a_list_or_nothing():
    assert warning_list(["a", "b"]) == '<ul class="warnings"><li>a</li><li>b</li></ul>'
    assert warning_list([]) is None and warning_list(None) is None
    assert section("Title", "words", name="here") == '<section aria-labelledby="here"><h2 id="here">Title</h2>words</section>'
