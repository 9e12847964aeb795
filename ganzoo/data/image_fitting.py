"""Images of any size and channels as those that a model takes: cropped, resized, grey or RGB."""

import tensorflow as tf

from ganzoo.checked_tensors import checked
from ganzoo.data.image_reader import grey
from ganzoo.errors import UserError
from ganzoo.notes import counted


def sides(what, value):
    """(height, width) of a side, a pair or None."""
    pair = (value, value) if isinstance(value, int) else value
    if pair is None:
        return None
    pair = tuple(pair) if isinstance(pair, (tuple, list)) else ()
    if len(pair) != 2 or not all(isinstance(side, int) and side > 0 for side in pair):
        raise UserError(f"{what} must be a number of pixels or a pair (height, width), not {value!r}")
    return pair


def fit(image, crop, shape):
    """A uint8 image [h, w, C] as `shape`: cropped to `crop`, or to the aspect of `shape`, and resized."""
    target = shape[:2]
    if crop or image.shape[:2] != target:
        height, width = tf.unstack(tf.shape(image)[:2])
        if crop:
            rows, columns = crop
            fits = tf.logical_and(height >= rows, width >= columns)
            height = checked(height, fits, [f"crop {rows} x {columns} is larger than an image of", height, width])
        else:
            rows = tf.clip_by_value(tf.cast(tf.round(width * target[0] / target[1]), tf.int32), 1, height)
            columns = tf.clip_by_value(tf.cast(tf.round(height * target[1] / target[0]), tf.int32), 1, width)
        image = tf.slice(image, [(height - rows) // 2, (width - columns) // 2, 0], [rows, columns, shape[2]])
        if crop != target:
            image = tf.image.resize(image, target, method="bicubic", antialias=True)
            image = tf.saturate_cast(tf.round(image), tf.uint8)
    return tf.ensure_shape(image, shape)


def as_channels(image, channels):
    """A uint8 image [H, W, 1 or 3] with so many channels: grey is weighted, RGB of grey thrice the same."""
    held = image.shape[2]
    return image if held == channels else grey(image) if channels == 1 else tf.repeat(image, 3, axis=-1)


def sizes_said(name, sizes, crop, target):
    """What `fit` did to images of various sizes, or of smaller ones than the target, as a list of at most one line.

    Args:
        name: of the data.
        sizes: a Counter of (height, width).
        crop, target: as of `fit`.
    """
    cut = enlarged = 0
    for (height, width), count in sizes.items():
        part = part_of(height, width, crop, target)
        cut += count * (part != (height, width))
        enlarged += count * (part[0] < target[0] or part[1] < target[1])
    if len(sizes) < 2 and not enlarged:
        return []
    ordered = sorted(sizes, key=lambda size: (size[0] * size[1], size))
    low, high = (f"{height} x {width}" for height, width in (ordered[0], ordered[-1]))
    of = f"of {len(sizes):,} sizes, {low} to {high}" if len(sizes) > 1 else f"of {low}"
    words = [f"{cut:,} cut to their centre"] * bool(cut) + [f"{enlarged:,} enlarged"] * bool(enlarged)
    total = counted(sum(sizes.values()), "image")
    return [f"{name}: {total} {of}: {', '.join(words) or 'all'} made {target[0]} x {target[1]}"]


def part_of(height, width, crop, target):
    """(rows, columns) of the centred part of an image that `fit` keeps."""
    if crop:
        return tuple(crop)
    if (height, width) == tuple(target):
        return height, width
    rows = min(max(round(width * target[0] / target[1]), 1), height)
    return rows, min(max(round(height * target[1] / target[0]), 1), width)
