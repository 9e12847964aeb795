"""Segmentation scores: does each pixel of a generated image show the class that the image was made from?"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.checks import Undefined, captioned
from ganzoo.metrics.registry import IMAGES, Part, metric

OPEN = -1  # a pixel of which nothing was asked, or that shows no class

_SHARES = ("pixel_accuracy", "class_accuracy", "iou")


@metric(
    "segmentation",
    direction="higher",
    least=500,
    cost="reads N H W pixels",
    paper="the FCN score of Isola et al. 2017 (pix2pix), arXiv 1611.07004; Long et al. 2015, arXiv 1411.4038",
    meaning="The share of pixels that show the class that was asked for there, over all pixels and as a mean over classes, and "
    "the mean over classes of intersection over union.",
    misleads="What was not asked for does not count, and one perfect image for each condition scores 1; by a network's "
    "segmentation (the FCN score) it is that network's idea of the classes.",
    parts={**dict.fromkeys(_SHARES, Part(span=(0, 1))), "asked": "aside"},
    main="pixel_accuracy",
    of=(IMAGES,),
)
def segmentation(fake_images: np.ndarray, fake_captions: Sequence[str], segmenter: Any) -> dict[str, float]:
    """Segmentation scores of images against the label maps that their captions determine.

    Args:
        fake_images: uint8 [M, H, W, C] of the segmenter's `image_shape`.
        fake_captions: strings [M].
        segmenter: such as `ganzoo.data.shape_captions.ShapeCaptions`: `segment(images)` and `label_map(text)` give classes int
            [M, H, W] and [H, W], -1 for what shows none or is left open.

    Returns:
        `segmentation_scores`, and `asked`, the share of pixels of which captions say anything.

    Raises:
        UserError: images of another shape, not one caption per image, a caption that cannot be read, or captions of which no
            pixel follows.
    """
    images = captioned("segmentation", fake_images, fake_captions, segmenter.image_shape)
    asked = np.stack([segmenter.label_map(text) for text in fake_captions])
    return segmentation_scores(segmenter.segment(images), asked) | {"asked": float((asked != OPEN).mean())}


def segmentation_scores(shown: np.ndarray, asked: np.ndarray) -> dict[str, float]:
    """Accuracies and intersection over union of label maps, as those of an FCN's predictions (the FCN score of pix2pix).

    Args:
        shown: classes int [M, H, W] that the images show: a segmentation network's, say; -1 of a pixel that shows none.
        asked: classes int [M, H, W] that the images were made from; pixels of -1 do not count.

    Returns:
        A dict of shares in [0, 1]: `pixel_accuracy`, of the pixels asked for; `class_accuracy`, the mean of each asked class's;
        `iou`, the mean over the classes that are asked for or shown of |asked and shown| / |asked or shown|.

    Raises:
        UserError: maps of different shapes or that are no whole numbers, or no pixel asked for.

    Example:
        >>> asked, shown = np.array([[[0, 0, 1, -1]]]), np.array([[[0, 1, 1, 5]]])
        >>> ganzoo.metrics.segmentation_scores(shown, asked)
        {'pixel_accuracy': 0.6666666666666666, 'class_accuracy': 0.75, 'iou': 0.5}
    """
    shown, asked = np.asarray(shown), np.asarray(asked)
    if shown.shape != asked.shape or {shown.dtype.kind, asked.dtype.kind} - set("iu"):
        raise UserError(
            f"label maps are whole numbers of one shape, not {shown.dtype} {shown.shape} and {asked.dtype} {asked.shape}"
        )
    counts = asked != OPEN
    if not counts.any():
        raise Undefined("a segmentation score is undefined: no pixel is asked for")
    shown, asked = shown[counts], asked[counts]
    classes = np.setdiff1d(np.union1d(shown, asked), [OPEN])
    confusion = np.zeros((len(classes), len(classes) + 1))  # the last column is of pixels that show none
    columns = np.where(shown == OPEN, len(classes), np.searchsorted(classes, shown))
    np.add.at(confusion, (np.searchsorted(classes, asked), columns), 1)
    right, wanted = np.diag(confusion[:, :-1]), confusion.sum(axis=1)
    union = wanted + confusion[:, :-1].sum(axis=0) - right
    there = wanted > 0
    return {
        "pixel_accuracy": float(right.sum() / wanted.sum()),
        "class_accuracy": float((right[there] / wanted[there]).mean()),
        "iou": float((right / union).mean()),
    }
