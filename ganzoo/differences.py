"""What two fingerprints of a recipe have in common, and in what they differ."""

import difflib
import re

# What may change when a run is taken up again: how long it goes on, and how often it reports.
FREE_TO_CHANGE = ("steps", "log_every", "sample_every", "checkpoint_every", "keep_checkpoints", "evaluations")


def is_free(name):
    """Whether a parameter of a dotted name, or the row of one, may change."""
    return re.split("[. ]", name, maxsplit=1)[0] in FREE_TO_CHANGE


def differences(before, now):
    """The lines in which two fingerprints differ, "- " before those that are no more and "+ " before new ones."""
    return [line for line in difflib.ndiff(sorted(before), sorted(now)) if line[0] in "+-"]


def fixed(rows):
    """The rows that may not change, in the order of their names."""
    return sorted(row for row in rows if not is_free(row))


def described(data):
    """The identity of data in a few words."""
    words = [f"{data['examples']:,}"] if "examples" in data else []
    words += [data["version"]] if data.get("version") else []
    return ", ".join([*words, *([f"sha256 {data['sha256'][:16]}"] if data.get("sha256") else [])])
