"""Samples as pictures and files: grids of images, points of the plane as dots, PNG and npz."""

import io
import math

import numpy as np
from PIL import Image

from ganzoo.data.scaling import to_uint8


def enlarged(images, scale=None, least_side=28):
    """Images [N, H, W, C] with each pixel a square of `scale` pixels; by default of so many that images reach `least_side`."""
    scale = scale or math.ceil(least_side / max(images.shape[1:3]))
    return images.repeat(scale, 1).repeat(scale, 2)


def grid(images, columns=None, gap=1, least_side=28, scale=None):
    """Images side by side.

    Args:
        images: uint8 [N, H, W, C], C 1 or 3.
        columns: images in a row; about the square root of N by default.
        gap: white pixels between two images.
        least_side: images smaller than this are enlarged by a whole factor, pixel by pixel.
        scale: that factor itself, instead.

    Returns:
        uint8 [height, width, 3].
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(f"a grid takes images [N, H, W, 1 or 3], not {images.shape}")
    images = enlarged(images, scale, least_side)
    count, height, width, _ = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    sheet = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap, 3), 255, np.uint8)
    for index, image in enumerate(images):
        top = gap + (index // columns) * (height + gap)
        left = gap + (index % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = image
    return sheet


def scatter(points, real=None, side=384):
    """Points of the plane as dots, over the real ones in grey.

    Args:
        points: float [N, 2].
        real: float [M, 2] or None; they also set the window.
        side: the picture's width and height in pixels.

    Returns:
        uint8 [side, side, 3].
    """
    points = np.asarray(points, float)
    window = np.asarray(points if real is None else real, float)
    low, high = window.min(0), window.max(0)
    margin = 0.15 * np.maximum(high - low, 1e-6)
    low, high = low - margin, high + margin
    sheet = np.full((side, side, 3), 255, np.uint8)
    for cloud, colour in ((real, (200, 200, 200)), (points, (31, 97, 199))):
        if cloud is None:
            continue
        cloud = np.asarray(cloud, float)
        cloud = cloud[np.isfinite(cloud).all(1)]
        x, y = np.clip((cloud - low) / (high - low) * (side - 2), -1, side).T
        inside = (x >= 0) & (x < side - 1) & (y >= 0) & (y < side - 1)
        column, row = x[inside].astype(int), side - 2 - y[inside].astype(int)
        for right in (0, 1):
            for down in (0, 1):
                sheet[row + down, column + right] = colour
    return sheet


def png(picture):
    """The bytes of a PNG file of `picture`, uint8 [H, W, 1 or 3]."""
    picture = np.asarray(picture)
    buffer = io.BytesIO()
    Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture).save(buffer, "PNG")
    return buffer.getvalue()


def gif(frames, seconds, last_seconds=None):
    """The bytes of a GIF that goes on for ever.

    Args:
        frames: uint8 [H, W, 3] each, or PIL images, of one size.
        seconds: that each is shown.
        last_seconds: that the last one is, where it is another time.
    """
    images = [frame if isinstance(frame, Image.Image) else Image.fromarray(frame) for frame in frames]
    durations = [round(1000 * seconds)] * len(images)
    durations[-1] = round(1000 * (last_seconds or seconds))
    stream = io.BytesIO()
    images[0].save(stream, "GIF", save_all=True, append_images=images[1:], duration=durations, loop=0)
    return stream.getvalue()


def picture(examples, real=None, columns=None, scale=None):
    """Examples as the models see them, as one picture: images in [-1, 1] as a grid, points [N, 2] over the real ones."""
    examples = np.asarray(examples)
    return grid(np.asarray(to_uint8(examples)), columns, scale=scale) if examples.ndim == 4 else scatter(examples, real)


def npz(examples, labels=None):
    """The bytes of an .npz file: `images` uint8 [N, H, W, C], `points` float32 [N, 2] or `tokens` int [N, T] of texts;
    `labels` [N] where given.
    """
    examples = np.asarray(examples)
    if np.issubdtype(examples.dtype, np.integer):
        arrays = {"tokens": examples}
    else:
        arrays = {"images": np.asarray(to_uint8(examples))} if examples.ndim == 4 else {"points": examples}
    arrays |= {} if labels is None else {"labels": labels}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()
