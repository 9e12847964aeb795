"""What figures of latents are made of: sheets of images at a readable size, headings over them, names beside their rows."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ganzoo import pictures
from ganzoo.data.scaling import to_uint8

HEADING, NAME = 17, 14  # points
GAP = 14
CELL = 56  # pixels of an image's side at least


def sheet(images, columns, cell=CELL):
    """Images float32 [N, H, W, C] in [-1, 1], or uint8, side by side in rows of `columns`: uint8 [height, width, 3]."""
    images = np.asarray(images)
    images = images if images.dtype == np.uint8 else np.asarray(to_uint8(images))
    return pictures.grid(images, columns, gap=2, least_side=cell)


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
    canvas = Image.new("RGB", (picture.shape[1], size + 8), "white")
    draw = ImageDraw.Draw(canvas)
    for index, text in enumerate(columns):
        place = left + (picture.shape[1] - left) * (index + 0.5) / len(columns)
        draw.text((place, 4), text, "black", font, anchor="mt")
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
    return headed(joined(parts), title, HEADING + 3)
