"""Whether images show what their captions say, where both can be read exactly."""

import numpy as np

from ganzoo.data import shapes
from ganzoo.data.captions import holds
from ganzoo.data.shape_captions import claims
from ganzoo.errors import UserError
from ganzoo.metrics.registry import metric


@metric(
    "caption_match",
    direction="higher",
    least=1000,
    paper="the question of Reed et al. 2016, arXiv 1605.05396, with scenes and captions that a program can read",
    meaning="The share of samples that show all that their caption says, read off the image by matching every shape.",
    misleads="One perfect image a caption scores 1: it says nothing of variety, nor of what a caption leaves open.",
)
def caption_match(fake_images, fake_captions):
    """The share of scenes of shapes that match their captions.

    Args:
        fake_images: uint8 [M, 16, 16, 3].
        fake_captions: strings [M].

    Returns:
        A dict of shares in [0, 1]: "" of samples for which all holds that the caption says; `shape`, `colour`, `size`,
        `position` and `background`, of samples for which that holds among those whose caption speaks of it; `legible`, of
        samples in which a shape can be read at all.

    Raises:
        UserError: images that are no such scenes, not one caption an image, or a caption that cannot be read.
    """
    images = np.asarray(fake_images)
    if images.shape[1:] != (shapes.SIDE, shapes.SIDE, 3) or images.dtype != np.uint8:
        raise UserError(
            f"caption_match reads uint8 scenes of {shapes.SIDE} x {shapes.SIDE} x 3, not {images.dtype} {images.shape}"
        )
    if fake_captions is None or len(fake_captions) != len(images) or not len(images):
        raise UserError(f"caption_match needs one caption a sample: {len(images)} samples, {len(fake_captions or [])} captions")
    claimed = np.stack([claims(text) for text in fake_captions])
    scenes, _ = shapes.parse(images)
    found = {"": float(holds(claimed, scenes).mean())}
    for column, name in enumerate(shapes.ATTRIBUTES):
        told = claimed[:, column] != shapes.NONE
        if told.any():
            found[name] = float((claimed[told, column] == scenes[told, column]).mean())
    return {**found, "legible": float((scenes[:, shapes.SHAPE] != shapes.NONE).mean())}
