"""How much samples of one condition differ, beside how much samples of different conditions do."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.checks import Undefined, checked
from ganzoo.metrics.registry import Part, metric

# Samples of one condition from which on its own diversity is told.
LEAST_OF_ONE = 20


@metric(
    "within_condition_diversity",
    direction="real",
    least=500,
    cost="O(N d)",
    paper="intra-class diversity as of Odena et al. 2017, AC-GAN, arXiv 1610.09585, by distances of features",
    meaning="How far two samples of one label or caption lie apart, over how far two of different ones do: 0 where all samples "
    "of a condition are alike, 1 where the condition makes no difference.",
    misleads="Noise within a condition raises it as variety does, and so do samples that do not show their condition: read it "
    "beside label_accuracy or caption_match.",
    parts={
        "": Part(below="alike within a condition"),
        "lowest*": Part(below="alike within a condition"),
        "within": "aside",
        "across": "aside",
    },
    default=65,
)
def within_condition_diversity(fake: np.ndarray, conditions: np.ndarray) -> dict[str, float]:
    """The root mean square distance of two samples of one condition over that of two samples of different conditions.

    Args:
        fake: features [M, d] of generated samples.
        conditions: integers [M], the label or caption that each is conditioned on.

    Returns:
        A dict: "" the ratio, 0 where samples of one condition are equal and about 1 where conditions make no difference;
        `within` and `across`, its two distances; `lowest`, the least ratio of a condition with at least 20 samples, where
        there are such.

    Raises:
        UserError: features that `checked` refuses, not one condition a sample, no condition with two samples, fewer than two
            conditions, or conditions whose samples are all equal.
    """
    fake = np.asarray(checked("fake", fake), np.float64)
    conditions = np.asarray(conditions)
    if conditions.shape != (len(fake),):
        raise UserError(f"one condition a sample is needed: {conditions.shape} conditions of {len(fake)} samples")
    values, groups = np.unique(conditions, return_inverse=True)
    counts = np.bincount(groups)
    if len(values) < 2 or counts.max() < 2:
        raise Undefined(
            f"the diversity within a condition is undefined: {len(fake)} samples of {len(values)} conditions, "
            "where two conditions are needed, and two samples of one"
        )
    largest = np.abs(fake).max()
    fake = fake - fake.mean(axis=0)
    sums = np.zeros((len(values), fake.shape[1]))
    np.add.at(sums, groups, fake)
    means = sums / counts[:, None]
    spread = np.bincount(groups, np.square(fake - means[groups]).sum(axis=1))  # of a condition's samples around their mean
    within = counts * spread  # the sum of squared distances over a condition's pairs
    pairs = counts * (counts - 1) / 2
    apart = len(fake) * np.square(fake).sum() - within.sum()
    across = apart / (len(fake) * (len(fake) - 1) / 2 - pairs.sum())
    if not across > (1e-12 * largest) ** 2:  # below lies rounding
        raise Undefined("the diversity within a condition is undefined: all samples are equal")
    ratio = np.sqrt(within.sum() / pairs.sum() / across)
    result = {"": ratio, "within": np.sqrt(within.sum() / pairs.sum()), "across": np.sqrt(across)}
    many = counts >= LEAST_OF_ONE
    if many.any():
        result["lowest"] = np.sqrt((within[many] / pairs[many]).min() / across)
    return {name: float(value) for name, value in result.items()}
