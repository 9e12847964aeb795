"""A birthday test as lines for a terminal."""

import math

from ganzoo.metrics.birthday.test import AUTOMATIC
from ganzoo.report.numbers import interval
from ganzoo.report.terminal import columns


def table(record):
    """A birthday record as lines for a terminal."""
    lines = [f"judged by: {record['judge']}" + (f", threshold {record['threshold']:.4g}" if record["threshold"] else "")]
    for side, name in (("fake", "generated"), ("real", "held-out real")):
        if not record[side]:
            continue
        for row in record[side]["batches"]:
            lines.append(
                f"{name:14} batches of {row['size']:5}: {row['positive']:3} of {row['batches']:3} hold a duplicate"
                + ("  <- half or more" if row["share"] >= 0.5 else "")
            )
        half = record[side]["first_half"]
        if half:
            lines.append(f"{name:14} half at {half}: s^2 = {half**2:,}, s^2 / (2 ln 2) = {half**2 / math.log(4):,.0f}")
        pooled = record[side]["pooled"]
        estimate = f"{pooled['duplicates']:,} duplicates, N_eff {interval(pooled['n_eff'])}"
        lines.append(f"{name:14} all pairs of {pooled['samples']:,}: {estimate}")
    if record.get("classes"):
        lines += ["", *class_table(record["classes"]), ""]
    if record.get("published"):
        lines.append(f"published: {record['published']}")
    lines += [f"note: {warning}" for warning in record["warnings"]]
    if record["judge"] == AUTOMATIC:
        lines.append("automatic, not human: --page judge.html lets people judge")
    return lines


def class_table(classes):
    """Records by class as lines: the batch size at which half hold a duplicate, its square, and N_eff.

    Published results, where there are any, have columns of their own.
    """
    studied = any(record.get("published") for record in classes.values())
    header = ["class", "half at s", "s^2", *(["published s", "published s^2"] if studied else []), "N_eff of all pairs"]
    rows = []
    for label, record in classes.items():
        fake = record.get("fake") or {}
        half, tried = fake.get("first_half"), [row["size"] for row in fake.get("batches", ())]
        if not tried:
            cells = ["-", "-"]
        else:
            # Only tried sizes are known: one half may be reached below the smallest or above the largest.
            sign, size = ("> ", max(tried)) if not half else ("<= " if half == min(tried) else "", half)
            cells = [f"{sign}{size:,}", f"{sign}{size**2:,}"]
        if studied:
            published = record.get("published")
            cells += [f"{published['batch_size']:,}", f"{published['support']:,}"] if published else ["-", "-"]
        name = record.get("name", label)
        rows.append((label if name == label else f"{label} {name}", *cells, interval(record["n_eff"])))
    return columns(rows, header)
