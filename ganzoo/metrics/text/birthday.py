"""The birthday-paradox test on text: sentences are duplicates if they are equal, or within a few edits of each other."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.birthday import support
from ganzoo.metrics.birthday.test import BATCH_SIZES, samples_needed, split_batches
from ganzoo.metrics.text.duplicates import CloseSentences

LEVELS = (0, 1, 2)
CALIBRATED = "edits, calibrated on held-out text"
GIVEN = "edits, as given"
_CLOSEST = 20


def birthday_of_text(
    fake, real=None, *, batch_sizes=BATCH_SIZES, batches=20, threshold=None, alpha=1e-6, levels=LEVELS, seed=0
):
    """How often a generator of text repeats itself, and the effective number of sentences that this speaks of.

    Args:
        fake: list of generated sentences, independent draws.
        real: list of held-out sentences, the control that goes through the same test.
        batch_sizes, batches: sizes s, and the number of batches of each.
        threshold: two sentences within so many edits are duplicates, 0 for exact copies only. By default the greatest of
            `levels` at which a share of at most `alpha` of held-out pairs are duplicates; 0 where there is no held-out text.
        alpha: see `threshold`.
        levels: edits for which the `sweep` tells N_eff.
        seed: of the split into batches and of the spike check.

    Returns:
        A JSON-ready dict, as `birthday.protocol.birthday_test` makes one: `n_eff`, `judge`, `threshold` (edits), `fake` and
        `real` with `batches`, `fit`, `pooled`, `spike`, `exact`; `sweep` by edits; `warnings`.

    Raises:
        UserError: fewer than two sentences, or a negative threshold.

    Reference: Arora and Zhang 2017, arXiv 1706.08224, carried over to text.
    """
    if threshold is not None and (threshold < 0 or threshold != int(threshold)):
        raise UserError(f"a threshold of text is a number of edits, 0 or more, not {threshold}")
    levels = sorted({*levels, *([] if threshold is None else [int(threshold)])})
    near = {"fake": CloseSentences(fake, levels[-1])}
    if real is not None:
        near["real"] = CloseSentences(real, levels[-1])
    judge, warnings = GIVEN, []
    if threshold is None:
        threshold, warnings = _calibrated(near.get("real"), levels, alpha)
        judge = CALIBRATED
    record = {"judge": judge, "threshold": int(threshold), "unit": "edits", "seed": seed, "fake": None, "real": None}
    for side, found in near.items():
        record[side] = _side(found, threshold, batch_sizes, batches, seed)
    record["n_eff"] = record["fake"]["pooled"]["n_eff"]
    record["sweep"] = [_level(near, level) for level in levels]
    record["ratio"] = record["sweep"][levels.index(threshold)]["ratio"]
    record["warnings"] = warnings + _warnings(record, batch_sizes, batches)
    return record


def _calibrated(real, levels, alpha):
    if real is None:
        return 0, ["no held-out text to calibrate by: only exact copies count as duplicates"]
    pairs = support.pair_count(len(real.identity))
    rates = [real.degrees(level).sum() / 2 / pairs for level in levels]
    allowed = [level for level, rate in zip(levels, rates, strict=True) if rate <= alpha]
    if not allowed:
        return 0, [f"held-out real text repeats itself (1 pair in {1 / rates[0]:,.0f}): only exact copies count as duplicates"]
    return max(allowed), []


def _side(near, threshold, batch_sizes, batches, seed):
    counts, marks = near.degrees(threshold), {}
    for rows in split_batches(len(counts), batch_sizes, batches, seed):
        marks.setdefault(len(rows), []).append(near.any_within(rows, threshold))
    rows = [support.from_batches(size, sum(yes), len(yes)) for size, yes in marks.items()]
    i, j, distance = (ends.tolist() for ends in near.closest(_CLOSEST))
    listed = [
        {"i": a, "j": b, "distance": d, "duplicate": d <= threshold, "sentences": [near.text(a), near.text(b)]}
        for a, b, d in zip(i, j, distance, strict=True)
    ]
    exact = near.degrees(0)
    return {
        "batches": rows,
        "first_half": min((row["size"] for row in rows if row["share"] >= 0.5), default=None),
        "fit": support.fit_batches(*([r[key] for r in rows] for key in ("size", "batches", "positive"))) if rows else None,
        "pooled": support.pooled(counts) | {"complete": True, "closest": listed},
        "support_at_least": support.at_least(rows),
        "spike": support.spike(counts, seed=seed),
        "exact": {
            "sentences": len(exact),
            "distinct": len(near.copies),
            "duplicates": int(exact.sum()) // 2,
            "largest": int(near.copies.max()),
        },
    }


def _level(near, level):
    sides = {side: support.pooled(found.degrees(level)) for side, found in near.items()}
    row = {"threshold": level, "ratio": None}
    for side in ("fake", "real"):
        found = sides.get(side)
        row[side] = found and {"duplicates": found["duplicates"], "n_eff": found["n_eff"]}
    if "real" in sides:
        fake, real = sides["fake"], sides["real"]
        row["ratio"] = support.ratio(fake["duplicates"], fake["pairs"], real["duplicates"], real["pairs"]).record()
    return row


def _warnings(record, batch_sizes, batches):
    found = []
    for side, name in (("fake", "generated"), ("real", "real")):
        if not record[side]:
            continue
        got = {row["size"]: row["batches"] for row in record[side]["batches"]}
        missing = [size for size in sorted(set(batch_sizes)) if got.get(size, 0) < batches]
        if missing:
            found.append(
                f"{record[side]['pooled']['samples']:,} {name} sentences give fewer than {batches} batches of "
                f"{', '.join(map(str, missing))}: {samples_needed(set(batch_sizes), batches):,} would do"
            )
        spike = record[side]["spike"]
        if spike["p_value"] is not None and spike["p_value"] < 0.02 and spike["d"] > 2:
            found.append(
                f"{name} sentences: duplicates gather on some sentences (D = {spike['d']:.3g}, uniform 1); N_eff says little "
                "about how many others there are"
            )
        exact = record[side]["exact"]
        if exact["distinct"] < exact["sentences"]:
            repeats = exact["sentences"] - exact["distinct"]
            found.append(f"{name} sentences: {repeats:,} of {exact['sentences']:,} are exact copies of others")
    pooled = record["fake"]["pooled"]
    if 0 < pooled["duplicates"] < 10:
        needed = int(np.ceil(np.sqrt(128 / pooled["q"])))
        found.append(f"only {pooled['duplicates']} duplicates: some {needed:,} sentences would give N_eff to 25 %")
    return found
