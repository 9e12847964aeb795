"""The birthday-paradox test on arrays: Arora and Zhang's batches, and all pairs of one large sample beside them."""

import math

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.birthday import support
from ganzoo.metrics.birthday.pairs import FeaturePairs
from ganzoo.metrics.checks import checked, same_dimension
from ganzoo.metrics.neighbours.pairs import closest_pairs

AUTOMATIC = "automatic, not human"
BATCH_SIZES = (100, 200, 400, 800)
# Fewer batches of one size than this say nothing about the share that holds a duplicate.
_LEAST_BATCHES = 5
# A list of closest pairs is judged until so many in a row are no duplicates.
_IN_A_ROW = 5
_MOST_JUDGED = 20_000
# The sweep's thresholds: the distances of the real pairs of these ranks.
_RANKS = (1, 3, 10, 30, 100, 300, 1000)


def samples_needed(batch_sizes=BATCH_SIZES, batches=20):
    """How many samples give every batch samples of its own, so that the batches are independent."""
    return batches * sum(batch_sizes)


def birthday_test(
    fake,
    real=None,
    *,
    batch_sizes=BATCH_SIZES,
    batches=20,
    threshold=None,
    judge=None,
    alpha=1e-6,
    closest=20,
    seed=0,
    images=None,
    real_images=None,
    mirrored=None,
    real_mirrored=None,
):
    """How often a generator repeats itself, and the effective number of images that this speaks of.

    Args:
        fake: features [n, d] of independent generated samples; `samples_needed` says how many serve all batches.
        real: features [m, d] of held-out real data, the control that goes through the same test.
        batch_sizes, batches: sizes s, and the number of batches of each.
        threshold: two samples at most this far apart are duplicates.
        judge: instead of a threshold, `judge(side, i, j)` with side "fake" or "real" and index arrays returns which
            pairs are duplicates. It is shown the closest pairs only.
        alpha: with neither, the threshold is calibrated: the greatest with P(real pair closer) <= alpha.
        closest: how many of a batch's closest pairs are judged and listed.
        seed: of the split into batches and of the spike check.
        images, real_images: uint8 [n, H, W, C], to find exact copies.
        mirrored, real_mirrored: features of the mirrored samples, if mirror images count as duplicates.

    Returns:
        A dict ready for JSON. `n_eff` (`value`, `low`, `high`; None: not determined) is the pooled estimate over all
        pairs; `judge` says who judged; `fake` and `real` hold `batches`, `fit`, `pooled`, `spike`, `exact`;
        `sweep` gives N_eff of both sides, and their ratio, by threshold; `warnings` are sentences.

    Raises:
        UserError: fewer than two samples, different dimensions, or nothing to judge by.

    Reference: Arora and Zhang, "Do GANs actually learn the distribution? An empirical study", arXiv 1706.08224.
    """
    if threshold is not None and judge is not None:
        raise ValueError("give a threshold or a judge, not both")
    fake = _flat("generated samples", fake)
    real = None if real is None else _flat("real samples", real)
    if real is not None:
        same_dimension(generated=fake, real=real)
    if real is None and threshold is None and judge is None:
        raise UserError("nothing says what a duplicate is: give held-out real data, a threshold or a judge")
    near = None if real is None else closest_pairs(real, _list_length(len(real), alpha, closest), mirrored=real_mirrored)
    calibration, warnings = None, []
    if threshold is None and judge is None:
        calibration, warnings = _calibration(near[2], len(real), alpha)
        threshold = calibration["threshold"]
    pairs = {"fake": FeaturePairs(fake, images, mirrored)}
    if real is not None:
        pairs["real"] = FeaturePairs(real, real_images, real_mirrored, near)
    about = {
        "judge": AUTOMATIC if calibration else "judge" if judge else "threshold, not human",
        "threshold": threshold,
        "calibration": calibration,
        "seed": seed,
    }
    options = {"batch_sizes": batch_sizes, "batches": batches, "closest": closest, "seed": seed, "warnings": warnings}
    return about | birthday_of_pairs(pairs, _levels(threshold, near, real), threshold, judge, **options)


def birthday_of_pairs(
    pairs, levels, threshold=None, judge=None, *, batch_sizes=BATCH_SIZES, batches=20, closest=20, seed=0, warnings=()
):
    """The birthday test of anything whose pairs have distances.

    Args:
        pairs: by side, "fake" and where there is a control "real": objects such as `FeaturePairs`.
        levels: distances at which the `sweep` tells N_eff, ascending, `threshold` among them.
        threshold, judge, batch_sizes, batches, closest, seed: as of `birthday_test`; a threshold or a judge is needed.
        warnings: sentences that come first.

    Returns:
        A dict: `fake`, `real`, `n_eff`, `ratio`, `sweep` and `warnings` of `birthday_test`.
    """
    counts = {side: mine.degrees_by_level(levels) for side, mine in pairs.items()}
    record = {"fake": None, "real": None}
    for side, mine in pairs.items():
        at = None if threshold is None else counts[side][levels.index(threshold)]
        decide = _by_threshold(threshold) if judge is None else _by_judge(judge, side)
        record[side] = _side(mine, at, decide, judge is not None, batch_sizes, batches, closest, seed)
    record["n_eff"] = record["fake"]["pooled"]["n_eff"]
    record["ratio"] = _ratio(record["fake"]["pooled"], record["real"] and record["real"]["pooled"])
    theirs = counts.get("real", [None] * len(levels))
    record["sweep"] = [_level(*row) for row in zip(levels, counts["fake"], theirs, strict=True)]
    record["warnings"] = [*warnings, *_warnings(record, pairs["fake"].unit, batch_sizes, batches)]
    return record


def by_class(fake, labels, real=None, real_labels=None, *, judge=None, **options):
    """`birthday_test` of each class on its own: the records by class.

    Args:
        fake, real, options: as of `birthday_test`; arrays among the options are cut by class too.
        labels, real_labels: int [n] and [m].
    """
    fake, labels = np.asarray(fake), np.asarray(labels)
    sides = {"fake": labels, "real": None if real_labels is None else np.asarray(real_labels)}
    records = {}
    for label in np.unique(np.concatenate([x for x in sides.values() if x is not None])).tolist():
        rows = {side: None if x is None else np.flatnonzero(x == label) for side, x in sides.items()}
        warning = None
        if len(rows["fake"]) < 2:
            warning = f"class {label}: only {len(rows['fake'])} generated samples, the test needs two or more"
        elif judge is None and options.get("threshold") is None and (rows["real"] is None or len(rows["real"]) < 2):
            warning = f"class {label}: no held-out real samples to calibrate by; give them, or a threshold"
        if warning:
            nothing = support.Estimate(math.nan, math.nan, math.nan).record()
            records[str(label)] = {"n_eff": nothing, "warnings": [warning]}
            continue
        cut = {}
        for name, value in ({"real": real} | options).items():
            of_real = name.startswith("real")
            if value is None or not (of_real or name in ("images", "mirrored")):
                cut[name] = value
            else:
                mine = rows["real" if of_real else "fake"]
                cut[name] = None if mine is None or len(mine) < 2 else np.asarray(value)[mine]
        if judge is not None:
            cut["judge"] = lambda side, i, j, rows=rows: judge(side, rows[side][i], rows[side][j])
        records[str(label)] = birthday_test(fake[rows["fake"]], **cut)
    return records


def calibrate(real, alpha=1e-6, mirrored=None):
    """The greatest threshold with P(a held-out real pair is that close) <= alpha, as a dict with `warnings`.

    With m samples no rate below 1 / pairs can be told: then it lies just under the closest real pair, and `resolution`
    (1 / pairs) says how little that is.
    """
    real = _flat("real samples", real)
    distance = closest_pairs(real, _list_length(len(real), alpha, 1), mirrored=mirrored)[2]
    calibration, warnings = _calibration(distance, len(real), alpha)
    return calibration | {"warnings": warnings}


def plan_batches(n, batch_sizes, batches):
    """[(size, how many batches)] that n samples serve without using one twice; the largest sizes go first if too few."""
    sizes = sorted(set(int(s) for s in batch_sizes))
    if not sizes or sizes[0] < 2:
        raise UserError(f"batch sizes must be 2 or more, not {list(batch_sizes)}")
    least = min(batches, _LEAST_BATCHES)
    while sizes and least * sum(sizes) > n:
        sizes.pop()
    return [(s, min(batches, n // sum(sizes))) for s in sizes]


def split_batches(n, batch_sizes, batches, seed=0):
    """The planned batches as a list of index arrays, disjoint, by a seeded shuffle; ordered by size."""
    order, start, result = np.random.default_rng(seed).permutation(n), 0, []
    for size, count in plan_batches(n, batch_sizes, batches):
        for _ in range(count):
            result.append(np.sort(order[start : start + size]))
            start += size
    return result


def closest_in_batches(features, batch_sizes=BATCH_SIZES, batches=20, closest=20, seed=0, mirrored=None):
    """The closest pairs of each batch: [(size, i, j, distance)], with i and j indices into `features`."""
    pairs = FeaturePairs(_flat("features", features), mirrored=mirrored)
    return [(len(rows), *pairs.closest(closest, rows)) for rows in split_batches(len(pairs), batch_sizes, batches, seed)]


def _by_threshold(threshold):
    return lambda i, j, distance: distance <= threshold


def _by_judge(judge, side):
    return lambda i, j, distance: np.asarray(judge(side, i, j), bool)


def _side(pairs, counts, decide, judged, batch_sizes, batches, closest, seed):
    listed, marks = [], {}
    for rows in split_batches(len(pairs), batch_sizes, batches, seed):
        nearest = pairs.closest(closest, rows)
        twins = decide(*nearest)
        marks.setdefault(len(rows), []).append(bool(twins.any()))
        listed.append({"size": len(rows), "pairs": pairs.listed(*nearest, twins)})
    rows = [support.from_batches(size, sum(yes), len(yes)) for size, yes in marks.items()]
    fit = support.fit_batches(*([r[key] for r in rows] for key in ("size", "batches", "positive"))) if rows else None
    if judged:
        counts, complete, nearest, twins = _judged(pairs, closest, decide)
    else:
        nearest = pairs.closest(closest)
        complete, twins = True, decide(*nearest)
    pooled = support.pooled(counts) | {"complete": complete, "closest": pairs.listed(*nearest, twins)}
    return {
        "batches": rows,
        # The least batch size tried at which half of the batches hold a duplicate, as the paper reads it.
        "first_half": min((r["size"] for r in rows if r["share"] >= 0.5), default=None),
        "fit": fit,
        "closest": listed,
        "pooled": pooled,
        "support_at_least": support.at_least(rows),
        "spike": support.spike(counts, seed=seed),
        "exact": pairs.exact(),
    }


def _judged(pairs, closest, decide):
    """Degrees from a judge who goes down the list of closest pairs until several in a row are none."""
    ask, twins, total = closest, np.empty(0, bool), support.pair_count(len(pairs))
    while True:
        i, j, distance = pairs.closest(ask)
        new = slice(len(twins), None)
        twins = np.concatenate([twins, decide(i[new], j[new], distance[new])])
        complete = len(twins) == total or not twins[-_IN_A_ROW:].any()
        if complete or ask >= _MOST_JUDGED:
            break
        ask = min(4 * ask, _MOST_JUDGED)
    counts = np.bincount(np.concatenate([i[twins], j[twins]]), minlength=len(pairs))
    return counts, complete, (i[:closest], j[:closest], distance[:closest]), twins[:closest]


def _list_length(n, alpha, closest):
    """How many of n real samples' closest pairs the calibration, the sweep and the listing ask for."""
    return max(math.floor(alpha * support.pair_count(n)) + 1, _RANKS[-1], closest)


def _calibration(distance, n, alpha):
    """The calibrated threshold, given the closest distances; and warnings."""
    pairs = support.pair_count(n)
    allowed = min(math.floor(alpha * pairs), pairs - 1)
    threshold = float(np.nextafter(distance[allowed], 0)) if distance[allowed] > 0 else 0.0
    inside = int((distance <= threshold).sum())
    warnings = []
    if inside > allowed:
        warnings.append(f"held-out real data holds {inside} or more exact copies: only exact copies count as duplicates")
    elif not allowed:
        warnings.append(f"{n} real samples cannot show a pair rate of {alpha:g}: the threshold is their closest pair")
    return {
        "alpha": alpha,
        "threshold": threshold,
        "real_samples": n,
        "real_pairs_inside": inside,
        "resolution": 1 / pairs,
    }, warnings


def _levels(threshold, near, real):
    """The sweep's thresholds, ascending, the one that counts among them."""
    levels = [] if threshold is None else [float(threshold)]
    if real is not None:
        ranks = [r for r in _RANKS if r <= max(1, support.pair_count(len(real)) // 100)]
        levels += near[2][np.array(ranks) - 1].tolist()
    elif threshold is not None:
        levels += [threshold * 2 ** (step / 2) for step in (-4, -3, -2, -1, 1, 2)]
    return sorted(set(levels))


def _level(threshold, ours, theirs):
    """One row of the sweep: how much the answer hangs on what counts as a duplicate."""
    fake, real = support.pooled(ours), None if theirs is None else support.pooled(theirs)
    row = {"threshold": threshold, "ratio": _ratio(fake, real)}
    for side, pooled in (("fake", fake), ("real", real)):
        row[side] = pooled and {"duplicates": pooled["duplicates"], "n_eff": pooled["n_eff"]}
    return row


def _ratio(fake, real):
    """q of the generator over q of real data, as a record."""
    if real is None:
        return None
    return support.ratio(fake, real).record()


def _warnings(record, unit, batch_sizes, batches):
    warnings = []
    for side, name in (("fake", "generated"), ("real", "real")):
        if not record[side]:
            continue
        sizes = {row["size"]: row["batches"] for row in record[side]["batches"]}
        missing = [size for size in sorted(set(batch_sizes)) if sizes.get(size, 0) < batches]
        if missing:
            warnings.append(
                f"{record[side]['pooled']['samples']:,} {name} {unit} give fewer than {batches} batches of "
                f"{', '.join(map(str, missing))}: {samples_needed(set(batch_sizes), batches):,} would do"
            )
        if not record[side]["pooled"]["complete"]:
            warnings.append(f"{name} {unit}: the judge found duplicates to the end of the list, N_eff is smaller still")
        spike = record[side]["spike"]
        if spike["p_value"] is not None and spike["p_value"] < 0.02 and spike["d"] > 2:
            warnings.append(
                f"{name} {unit}: duplicates gather on a few of them (D = {spike['d']:.3g}, uniform 1); N_eff says little "
                "about how many others there are"
            )
        exact = record[side]["exact"]
        if exact and exact["duplicates"]:
            samples = record[side]["pooled"]["samples"]
            warnings.append(f"{name} {unit}: {samples - exact['distinct']:,} of {samples:,} are exact copies of others")
    pooled = record["fake"]["pooled"]
    if 0 < pooled["duplicates"] < 10:
        needed = math.ceil(math.sqrt(128 / pooled["q"]))
        warnings.append(f"only {pooled['duplicates']} duplicates: some {needed:,} {unit} would give N_eff to 25 %")
    return warnings


def _flat(name, features):
    return checked(name, features, ndim=None).reshape(len(features), -1)
