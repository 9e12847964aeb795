"""Whether images show what their captions say, where both can be read exactly."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganzoo.metrics.checks import captioned
from ganzoo.metrics.registry import IMAGES, Part, metric

# What captions of shapes and of clothing speak of.
ATTRIBUTES = ("shape", "colour", "size", "position", "background", "kind", "brightness", "pattern", "width")
_OPEN = -1  # what a caption leaves open, and what cannot be read from an image


@metric(
    "caption_match",
    direction="higher",
    least=1000,
    cost="reads N images",
    paper="the question of Reed et al. 2016, arXiv 1605.05396, with scenes and captions that a program can read",
    meaning="The share of samples that show all that their caption says, read from the image by a program.",
    misleads="One perfect image per caption scores 1: it says nothing about diversity, nor about what a caption leaves open.",
    parts={
        **dict.fromkeys(("", "legible"), Part(span=(0, 1), counted=True)),
        **dict.fromkeys(ATTRIBUTES, Part(span=(0, 1))),
    },
    undefined=dict.fromkeys(ATTRIBUTES, "no caption speaks of it"),
    of=(IMAGES,),
    default=60,
)
def caption_match(fake_images: np.ndarray, fake_captions: Sequence[str], caption_reader: Any) -> dict[str, float]:
    """The share of images that match their captions.

    Args:
        fake_images: uint8 [M, H, W, C] of the reader's `image_shape`.
        fake_captions: strings [M].
        caption_reader: such as `ganzoo.data.shape_captions.ShapeCaptions`: `claims(text)` and `parse(images)` give the
            numbers of `attributes`, int [A] and [M, A], -1 for what is left open or cannot be read.

    Returns:
        A dict of shares in [0, 1]: "" of samples for which all holds that the caption says; by the reader's attributes, such as
        `shape`, of samples for which that holds among those whose caption speaks of it; `legible`, of samples of which the
        first attribute can be read at all.

    Raises:
        UserError: images of another shape, not one caption per image, or a caption that cannot be read.
    """
    images = captioned("caption_match", fake_images, fake_captions, caption_reader.image_shape)
    claimed = np.stack([caption_reader.claims(text) for text in fake_captions])
    scenes = caption_reader.parse(images)
    shares = {"": float(((claimed == _OPEN) | (claimed == scenes)).all(axis=1).mean())}
    for column, name in enumerate(caption_reader.attributes):
        named = claimed[:, column] != _OPEN
        if named.any():
            shares[name] = float((claimed[named, column] == scenes[named, column]).mean())
    return {**shares, "legible": float((scenes[:, 0] != _OPEN).mean())}
