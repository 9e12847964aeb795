"""The page on which people judge the closest pairs of a birthday test."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.neighbours.search import nearest
from ganzoo.report.judge_page import candidates, judge_page

# Nearest training images that the page shows for each image.
NEAREST = 3


def judge_page_of(test, out):
    """Writes the page of a `BirthdayTest` to the path `out`; returns what `judge_page` does.

    Raises:
        UserError: points or text, which people cannot judge.
    """
    if test.images is None:
        raise UserError(f"{test.data.name} holds no images, and people can judge images only: leave out --page")
    features = test.both_features()
    common = {"batches": test.batches, "batch_sizes": test.batch_sizes, "seed": test.seed}
    pairs = candidates(features["fake"], "fake", mirrored=features["mirrored"], **common)
    pairs += candidates(
        features["real"], "real", mirrored=features["real_mirrored"], pooled=20, **{**common, "batch_sizes": ()}
    )
    training = test.reference.examples(test.reference.size, test.seed)
    flat = training.reshape(len(training), -1).astype(np.float32)

    def look_up(images):
        rows = nearest(images.reshape(len(images), -1).astype(np.float32), flat, NEAREST).indices
        return training[rows]

    return judge_page(
        pairs,
        test.samples,
        out,
        real_images=test.real,
        nearest=look_up,
        title=f"Birthday test of {test.model.name}",
        flips=test.flips,
        seed=test.seed,
    )
