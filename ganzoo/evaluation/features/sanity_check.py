"""The sanity check of a feature extractor: its Frechet distance must rise with blur, noise, dropped classes and collapse."""

import time

import numpy as np
from scipy.ndimage import gaussian_filter

from ganzoo.evaluation.cache import digest, digest_array
from ganzoo.metrics.frechet import frechet_distance

VERSION = 2
SECONDS = 30  # that the check may take: slow extractors are checked on fewer images
MOST, LEAST = 2000, 48
BLURS = (0.05, 0.1, 0.2)  # sigma, as share of a side
NOISES = (16, 48, 96)  # standard deviation, grey levels
COLLAPSES = (0.25, 0.5, 0.75)  # share of samples that are copies of five images
DROPPED = (1, 2, 5)  # classes; where there are more than ten, tenths of them
SLACK = 0.02  # share of the held-out data's own distance by which a step may fall by chance


def sanity_check(extractor, reference, held, seed=0, log=print):
    """Frechet distances from the reference to held-out data, damaged at increasing levels.

    Args:
        extractor: an `Extractor` of images.
        reference: real data, an `Input`.
        held: held-out real data, an `Input`; with labels, classes are dropped from it.
        seed: of all random draws.
        log: called with lines for the user.

    Returns:
        A JSON-ready dict: `passed`, `failures` (sentences), `count` (images a side), and `table`: for each kind of
        damage a list of {level, distance}, where level 0 is the undamaged held-out data.
    """
    most = min(reference.size, held.size, MOST)
    if most < LEAST:
        return {"passed": False, "failures": [f"{most} images are too few for the sanity check"], "count": most, "table": {}}
    count = _affordable(extractor, reference, most)
    images, labels = held.examples(count, seed), held.labels(count, seed)
    real = extractor.extract(reference.examples(count, seed)).features
    whole = extractor.extract(images).features
    rng = np.random.default_rng([seed, 0x6A7E])
    base = frechet_distance(real, whole)
    table = {
        "blur": [(level, extractor.extract(blurred(images, level)).features) for level in BLURS],
        "noise": [(level, extractor.extract(noisy(images, level, rng)).features) for level in NOISES],
        "collapse": [(level, collapsed(whole, level, rng)) for level in COLLAPSES],
    }
    if labels is not None:
        classes = np.unique(labels)
        dropped = [max(level, level * len(classes) // 10) for level in DROPPED]
        remaining = [(level, whole[np.isin(labels, classes[level:])]) for level in dropped if level < len(classes)]
        table["dropped classes"] = [(level, features) for level, features in remaining if len(features) >= 10]
    rows, failures = {}, []
    for damage, levels in table.items():
        distances = [base, *(frechet_distance(real, features) for _, features in levels)]
        rows[damage] = [
            {"level": level, "distance": distance}
            for level, distance in zip([0, *(level for level, _ in levels)], distances, strict=True)
        ]
        rises = np.diff(distances) > -SLACK * base
        if not rises.all() or not distances[-1] > distances[0]:
            trend = ", ".join(f"{distance:.3g}" for distance in distances)
            failures.append(f"{extractor.name}'s distance does not rise with {damage} on {held.name}: {trend}")
    result = {"passed": not failures, "failures": failures, "count": count, "table": rows}
    verdict = "passed" if result["passed"] else "FAILED: " + "; ".join(failures)
    log(f"sanity check of {extractor.name} ({count} images a side): {verdict}")
    return result


def cached_sanity_check(extractor, reference, held, cache, seed=0, log=print):
    """As `sanity_check`, cached with the extractor's record."""
    count = min(reference.size, held.size, MOST)
    labels = held.labels(held.size)
    contents = [data.identity(count, seed) for data in (reference, held)]
    contents += [] if labels is None else [digest_array(labels)]
    key = digest("gate", VERSION, extractor.sha256, extractor.layer, extractor.preprocessing, contents, seed)
    result = cache.load_record("gates", key)
    if result is None:
        result = sanity_check(extractor, reference, held, seed, log) | {"extractor": extractor.record()}
        cache.store_record("gates", key, result)
    return result


def _affordable(extractor, data, most):
    """How many images per side fit into the time of the check, which extracts eight images for each."""
    tried = min(extractor.batch, data.size)
    images = data.examples(tried)
    extractor.extract(images)  # the first pass is slow
    began = time.perf_counter()
    extractor.extract(images)
    each = (time.perf_counter() - began) / extractor.batch
    return int(np.clip(SECONDS / (8 * each), LEAST, most))


def blurred(images, share):
    """uint8 images, blurred by a Gaussian whose sigma is `share` of their longer side."""
    sigma = share * max(images.shape[1:3])
    return np.rint(gaussian_filter(images.astype(np.float32), (0, sigma, sigma, 0))).astype(np.uint8)


def noisy(images, deviation, rng):
    """uint8 images with white noise of a given standard deviation in grey levels."""
    noise = rng.standard_normal(images.shape, np.float32) * np.float32(deviation)
    return np.clip(np.rint(images + noise), 0, 255).astype(np.uint8)


def collapsed(features, share, rng, modes=5):
    """Features of which a share is replaced by copies of those of `modes` samples."""
    features = features.copy()
    replaced = rng.permutation(len(features))[: round(share * len(features))]
    features[replaced] = features[rng.choice(len(features), modes, replace=False)[rng.integers(0, modes, len(replaced))]]
    return features
