"""95 % intervals of scores over the generated samples."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.evaluation.context import Comparison, Context
from ganzoo.metrics.intervals import BLOCKS, dealer, jackknife_error, jackknife_reach, without_blocks
from ganzoo.metrics.registry import OF_SAMPLES, values_of

MOST = 2000  # samples per side of a jackknife; its error is scaled to the count
SECONDS = 60  # that the intervals of one metric may take


def limits(metric, context, parts, seconds, wanted, seed=0):
    """95 % intervals of a metric's parts for another sample of the same model and count: {part: (low, high)}.

    They do not cover another training run, extractor or reference. A metric that would take too long has none.

    Args:
        metric: a `Metric`.
        context: its `Context`.
        parts: its result, {part: (value, low, high)}; intervals that the metric itself gives take precedence.
        seconds: that the metric took.
        wanted: whether to compute all intervals; else only those that cost almost nothing.
        seed: of the split into blocks.
    """
    own = {part: (low, high) for part, (_, low, high) in parts.items() if low is not None or high is not None}
    count = context.comparison.other.count
    if own or count < 2 * BLOCKS:
        return own
    if metric.interval:
        cheap = metric.interval(context, values_of(parts), wanted)
        if cheap:
            return cheap
    used = min(count, MOST)
    of_samples = not OF_SAMPLES.isdisjoint(metric.needs)
    if not (wanted and of_samples) or seconds * used / count * BLOCKS > SECONDS:
        return {}
    return jackknife(metric, context, values_of(parts), used, seed)


def jackknife(metric, context, values, used, seed=0):
    """Intervals from leaving out blocks of generated samples in turn, at `used` samples per side, scaled to the count.

    Args:
        metric, context, seed: as of `limits`.
        values: the metric's result, {part: value}.
        used: generated samples that are dealt into blocks.

    Returns:
        As `limits`.
    """
    fake, real = context.comparison.other, context.comparison.real
    rng = dealer(seed)
    order = rng.permutation(fake.count)[:used]
    few = real if real.count <= MOST else real.part(np.sort(rng.permutation(real.count)[:MOST]))
    held = context.held and Comparison(few, context.held.other)
    shared, results = {}, []
    for rows in without_blocks(order):
        left = Context(Comparison(few, fake.part(rows), shared), held, context.modality, context.seed)
        try:
            results.append(values_of(metric(left)))
        except UserError:
            return {}
    scale = np.sqrt(used / fake.count)
    intervals = {}
    for part, value in values.items():
        without = np.array([result.get(part, np.nan) for result in results])
        if metric.part(part).direction == "aside" or not np.isfinite(without).all() or not np.isfinite(value):
            continue
        reach = jackknife_reach(jackknife_error(without) * scale)
        intervals[part] = (float(value - reach), float(value + reach))
    return intervals
