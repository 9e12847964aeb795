"""A model's samples beside their nearest training images."""

import numpy as np

from ganzoo.evaluation.inputs.base import ArrayInput
from ganzoo.evaluation.neighbourhood import neighbours_of


def test_mirrored_training_images_are_copies_too_unless_that_is_not_asked_for():
    images = np.random.default_rng(0).integers(0, 256, (120, 6, 6, 1), np.uint8)
    data, mirrored = ArrayInput(images, "data"), ArrayInput(images[:, :, ::-1], "mirrored")
    options = {"count": 120, "extractor": "pixels", "log": lambda line: None}
    record, picture = neighbours_of(mirrored, data, **options)
    assert record["exact"]["fake"]["count"] > 30 and picture.dtype == np.uint8
    record, _ = neighbours_of(mirrored, data, flips=False, **options)
    assert record["exact"]["fake"]["count"] == 0
