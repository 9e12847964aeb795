"""95 % intervals of scores over the generated samples."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.evaluation.context import Comparison, Context
from ganzoo.metrics.birthday.support import clopper_pearson
from ganzoo.metrics.intervals import BLOCKS, ROUNDING, dealer, jackknife_error, jackknife_reach, without_blocks
from ganzoo.metrics.registry import OF_SAMPLES, values_of

MOST = 2000  # samples per side of a jackknife; its error is scaled to the count
SECONDS = 60  # that the intervals of one metric may take


def limits(metric, context, parts, seconds, wanted, seed=0):
    """95 % intervals of a metric's parts for the value expected of the model at this count: {part: (low, high)}.

    They cover the expected value, bias included; the value of one other sample varies as much again. They do not cover another
    training run, extractor or reference, unless the metric's own interval says so. A metric that would take too long has none.

    Args:
        metric: a `Metric`.
        context: its `Context`.
        parts: its result, {part: (value, low, high)}; intervals that the metric itself gives take precedence, then the exact
            ones of counted shares.
        seconds: that the metric took.
        wanted: whether to compute all intervals; else only those that cost almost nothing.
        seed: of the split into blocks.
    """
    count, values = context.comparison.other.count, values_of(parts)
    intervals = {part: (low, high) for part, (_, low, high) in parts.items() if low is not None or high is not None}
    if intervals or metric.bounds or count < 2 * BLOCKS:
        return intervals
    intervals = counted(metric, values, count)
    if metric.interval:
        intervals |= metric.interval(context, values, wanted)
    used = min(count, MOST)
    left = any(part not in intervals and metric.part(part).direction != "aside" for part in values)
    of_samples = not OF_SAMPLES.isdisjoint(metric.needs)
    if not (wanted and left and of_samples) or seconds * used / count * BLOCKS > SECONDS:
        return intervals
    return jackknife(metric, context, values, used, seed) | intervals


def counted(metric, values, count):
    """The exact intervals of shares of `count` generated samples: {part: (low, high)}."""
    intervals = {}
    for part, value in values.items():
        if metric.part(part).counted and np.isfinite(value):
            whole = metric.part(part).span[1]
            low, high = clopper_pearson(round(value / whole * count), count)
            intervals[part] = (low * whole, high * whole)
    return intervals


def jackknife(metric, context, values, used, seed=0):
    """Intervals from leaving out blocks of generated samples in turn, at `used` samples per side, scaled to the count.

    A part that no block changes has none: all blocks alike say nothing of the spread.

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
        if reach > ROUNDING * abs(value):
            least, most = metric.part(part).span
            intervals[part] = (max(float(value - reach), least), min(float(value + reach), most))
    return intervals
