"""What figures are made of: sheets of images at a readable size, headings over them, names beside their rows, captions."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ganzoo import pictures
from ganzoo.data.scaling import to_uint8

TITLE, HEADING, NAME = 20, 17, 14  # points
GAP = 14
BETWEEN = 4  # pixels between images with captions
CELL = 56  # pixels of an image's side at least
SENTENCE = 12  # a caption of more characters is more than a name


def sheet(images, columns, cell=CELL):
    """Images float32 [N, H, W, C] in [-1, 1], or uint8, side by side in rows of `columns`: uint8 [height, width, 3]."""
    images = np.asarray(images)
    images = images if images.dtype == np.uint8 else np.asarray(to_uint8(images))
    return pictures.grid(images, columns, gap=2, least_side=cell)


def captioned(images, captions, columns=None, scale=None, size=NAME):
    """Images side by side, each above its caption, which is broken at blanks; a long word widens the cells.

    Args:
        images: uint8 [N, H, W, C], C 1 or 3.
        captions: N strings.
        columns: images in a row; about the square root of N by default.
        scale: pixels of a pixel's side; by default such that images are `CELL` wide at least, under sentences twice that.
        size: of the captions, in points.

    Returns:
        uint8 [height, width, 3].
    """
    images, font = np.asarray(images), ImageFont.load_default(size)
    longest = max(map(len, captions))
    images = pictures.enlarged(images, scale, CELL if longest <= SENTENCE else 2 * CELL)
    words = {word for caption in set(captions) for word in caption.split()}
    width = max([images.shape[2], *(math.ceil(font.getlength(word)) + 2 for word in words)])
    lines = {caption: wrapped(caption, width, font) for caption in set(captions)}
    left = (width - images.shape[2]) // 2
    cells = np.full((len(images), images.shape[1] + max(map(len, lines.values())) * (size + 3) + 2, width, 3), 255, np.uint8)
    for cell, image, caption in zip(cells, images, captions, strict=True):
        cell[: len(image), left : left + image.shape[1]] = image
        below = Image.new("RGB", (width, len(cell) - len(image)), "white")
        text = "\n".join(lines[caption])
        ImageDraw.Draw(below).multiline_text((width / 2, 1), text, "black", font, anchor="ma", align="center", spacing=1)
        cell[len(image) :] = np.asarray(below)
    return pictures.grid(cells, columns, BETWEEN, scale=1)


def wrapped(text, width, font):
    """A text as lines that are at most `width` pixels wide, broken at blanks."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def headed(picture, text, size=HEADING):
    """A picture uint8 [H, W, 3] below a heading, on as many lines as it takes."""
    font = ImageFont.load_default(size)
    lines = wrapped(text, picture.shape[1] - 6, font)
    canvas = Image.new("RGB", (picture.shape[1], len(lines) * (size + 5) + 6), "white")
    draw = ImageDraw.Draw(canvas)
    for number, line in enumerate(lines):
        draw.text((3, 3 + number * (size + 5)), line, "black", font)
    return np.concatenate([np.asarray(canvas), picture])


def named_rows(picture, names, size=NAME):
    """A picture uint8 [H, W, 3] of as many equal rows as names, with a name left of each."""
    font = ImageFont.load_default(size)
    width = round(max(font.getlength(line) for name in names for line in name.split("\n"))) + 14
    canvas = Image.new("RGB", (width, len(picture)), "white")
    draw = ImageDraw.Draw(canvas)
    for index, name in enumerate(names):
        place = width - 8, len(picture) * (index + 0.5) / len(names)
        draw.multiline_text(place, name, "black", font, anchor="rm", align="right")
    return np.concatenate([np.asarray(canvas), picture], axis=1)


def over(columns, picture, left=0, size=NAME):
    """A picture below a text over each of as many equal columns, which begin `left` pixels from its left side."""
    font = ImageFont.load_default(size)
    width = (picture.shape[1] - left) / len(columns)
    texts = [wrapped(text, width - 2, font) for text in columns]
    canvas = Image.new("RGB", (picture.shape[1], max(map(len, texts)) * (size + 3) + 5), "white")
    draw = ImageDraw.Draw(canvas)
    for index, lines in enumerate(texts):
        place = left + width * (index + 0.5), canvas.height - 4
        draw.multiline_text(place, "\n".join(lines), "black", font, anchor="md", align="center", spacing=1)
    return np.concatenate([np.asarray(canvas), picture])


def joined(parts, axis=0, gap=GAP):
    """Pictures one below the other, or with `axis` 1 side by side, each white up to the largest."""
    across = max(part.shape[1 - axis] for part in parts)
    padded = []
    for number, part in enumerate(parts):
        padding = [[0, 0], [0, 0], [0, 0]]
        padding[1 - axis][1] = across - part.shape[1 - axis]
        padding[axis][1] = gap if number + 1 < len(parts) else 0
        padded.append(np.pad(part, padding, constant_values=255))
    return np.concatenate(padded, axis)


def titled(parts, title):
    """Pictures one below the other under a title."""
    return headed(joined(parts), title, TITLE)
