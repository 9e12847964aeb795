"""What people's answers say, as lines for a terminal."""

from ganzoo.report.numbers import plain
from ganzoo.report.terminal import columns

# What stands in a kind's result, in words.
WORDS = {
    "real-or-fake": (
        ("hype", "HYPE-infinity, share of errors", "0.5: nobody can tell"),
        ("deceived", "generated pictures called real", "higher is better"),
        ("doubted", "real pictures called generated", ""),
    ),
    "rapid": (
        ("threshold_ms", "exposure for 75 % right, ms", "longer is better"),
        ("right", "share of right answers", "near 0.75 by design"),
        ("deceived", "generated pictures called real", "higher is better"),
    ),
    "neighbours": (
        ("copies", "random samples called copies", "held-out is the target"),
        ("held_out", "held-out images called copies", ""),
        ("closest", "the nearest samples called copies", ""),
        ("unsure", "unsure of random samples", ""),
    ),
    "captions": (
        ("shown", "samples that show their words", "higher is better"),
        ("real", "real images that show theirs", ""),
        ("unsure", "unsure of samples", ""),
    ),
}


def merged(record):
    """The lines of what `answers.merge` returned."""
    lines = []
    for one in record["raters"]:
        known = "" if one["accuracy"] is None else f", {one['accuracy']:.0%} of {one['decoys']} decoys right"
        pace = "" if one["seconds"] is None else f", {one['seconds']:.1f} s an answer"
        lines.append(f"rater {one['rater']}: {one['answered']} answered{known}{pace}")
    lines += [f"left out: {one['rater']} {one['problem']}" for one in record["left_out"]]
    result = record["result"]
    lines += preferences(result) if record["kind"] == "preference" else shares(record["kind"], result)
    agreement = result["agreement"]
    if agreement["alpha"] is not None:
        kappa = "" if agreement["kappa"] is None else f", {agreement['metric']} {plain(agreement['kappa'])}"
        lines.append(f"agreement: Krippendorff's alpha {plain(agreement['alpha'])}{kappa}")
    if record["kind"] == "rapid":
        lines += notes_on_time(result)
    return lines + [f"note: {warning}" for warning in record["warnings"]]


def shares(kind, result):
    rows = []
    for name, words, better in WORDS[kind]:
        found = result[name]
        rows.append((words, plain(found["value"]), reach(found), str(found.get("answers", "")), better))
    return columns(rows, ("people, not a program", "value", "95 %", "answers", ""))


def preferences(result):
    rows = [(one["name"], plain(one["strength"]), reach(one), f"{one['chosen']:.0%}") for one in result["models"]]
    lines = columns(rows, ("preferred by people, best first", "strength", "95 %", "chosen"))
    for one in result["beats"]:
        if one["value"] >= 0.5:
            lines.append(f"{one['first']} is preferred to {one['second']} in {one['value']:.0%} [{reach(one)}]")
    return lines


def notes_on_time(result):
    if result["modal_ms"] is not None:
        yield f"most frequent exposure (HYPE-time): {plain(result['modal_ms'])} ms"
    if result["late"]:
        yield f"note: {result['late']:.0%} of trials left out: the screen did not keep the time"
    if result["at_least"]:
        yield "note: the staircase stands at its shortest exposure: the threshold may lie below"
    if result["at_most"]:
        yield "note: the staircase stands at its longest exposure: the threshold may lie above, or nobody can tell"


def reach(found):
    return "" if found["low"] is None else f"{plain(found['low'])} .. {plain(found['high'])}"
