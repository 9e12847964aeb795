"""How far a score may lie off: intervals over the generated samples, and the floor that a perfect model shows."""

import numpy as np
from scipy import stats

from ganzoo.errors import UserError
from ganzoo.evaluation.context import Comparison, Context
from ganzoo.evaluation.protocol import ASIDE
from ganzoo.metrics.frechet import frechet_distance
from ganzoo.metrics.frechet_bias import frechet_floor, frechet_interval
from ganzoo.metrics.moments import Moments

BLOCKS = 10
MOST = 2000  # samples a side of a jackknife; its error is scaled to the count
SECONDS = 60  # that the intervals of one metric may take
SMALL = 256  # dimensions up to which a Frechet distance's interval is nearly free


def frechet_floor_of(real, count, real_count, seed=0):
    """What a perfect model's Frechet distance is expected to be at these counts.

    In closed form where there are more samples than dimensions; below, where that overestimates, the mean of three pairs
    of Gaussian samples with the real features' covariance.

    Args:
        real: features [N, d].
        count: generated samples.
        real_count: reference samples.
        seed: of the Gaussian samples.
    """
    if min(count, real_count) > real.shape[1]:
        return frechet_floor(real, count, real_count)
    spectrum = np.linalg.eigvalsh(Moments.of(real).covariance()).clip(0)
    scale = np.sqrt(spectrum[spectrum > 1e-10 * spectrum[-1]]).astype(np.float32)
    rng = np.random.default_rng([seed, 0xF10])
    pairs = [[rng.standard_normal((n, len(scale)), np.float32) * scale for n in (real_count, count)] for _ in range(3)]
    return float(np.mean([frechet_distance(*pair) for pair in pairs]))


def limits(metric, context, parts, seconds, wanted, seed=0):
    """95 % intervals of a metric's parts for another sample of the same model and count: {part: (low, high)}.

    They say nothing of another training, extractor or reference. A metric that would take too long has none.

    Args:
        metric: a `Metric`.
        context: its `Context`.
        parts: its result, a dict.
        seconds: that it took.
        wanted: whether any metric's is wanted; else only those that come nearly free.
        seed: of the parting into blocks.
    """
    fake, real = context.comparison.other, context.comparison.real
    if fake.count < 2 * BLOCKS:
        return {}
    if metric.name == "frechet_distance":
        if not wanted and fake.extractor.dimension > SMALL:
            return {}
        found = frechet_interval(real.features, fake.features, BLOCKS, seed=seed)
        return {"": (found["low"], found["high"])}
    if metric.name == "kernel_distance" and np.isfinite(parts["se"]):
        reach = 1.96 * parts["se"]
        return {"mean": (parts["mean"] - reach, parts["mean"] + reach)}
    used = min(fake.count, MOST)
    if not wanted or seconds * used / fake.count * BLOCKS > SECONDS:
        return {}
    return jackknife(metric, context, parts, used, seed)


def jackknife(metric, context, parts, used, seed=0):
    """Intervals from leaving out blocks of generated samples in turn, at `used` samples a side, scaled to the count.

    Returns:
        As `limits`.
    """
    fake, real = context.comparison.other, context.comparison.real
    rng = np.random.default_rng([seed, 0x1A])
    order = rng.permutation(fake.count)[:used]
    few = real if real.count <= MOST else real.part(np.sort(rng.permutation(real.count)[:MOST]))
    held = context.held and Comparison(few, context.held.other)
    shared, results = {}, []
    for block in np.array_split(order, BLOCKS):
        kept = np.sort(np.setdiff1d(order, block))
        left = Context(Comparison(few, fake.part(kept), shared), held, context.modes, context.seed)
        try:
            result = metric(left)
        except UserError:
            return {}
        results.append(result if isinstance(result, dict) else {"": result})
    scale = np.sqrt(used / fake.count)
    found = {}
    for part, value in parts.items():
        values = np.array([result.get(part, np.nan) for result in results])
        if part in ASIDE or not np.isfinite(values).all() or not np.isfinite(value):
            continue
        error = np.sqrt((BLOCKS - 1) / BLOCKS * np.square(values - values.mean()).sum()) * scale
        reach = stats.t.ppf(0.975, BLOCKS - 1) * error
        found[part] = (float(value - reach), float(value + reach))
    return found
