"""The metrics as a table for a terminal."""

import textwrap

from ganzoo.report.numbers import BETTER

WIDTH = 118
KINDS = {"image": "images", "point": "points", "text": "text"}


def listed(records, long=False):
    """The lines of metrics, `Metric.record()`s, one after another; `long` with all that is known of them."""
    lines = []
    width = max(len(one["name"]) for one in records)
    for one in records:
        kinds = ", ".join(KINDS[kind] for kind in one["of"])
        better = BETTER[one["direction"]]
        default = "  default" if one["default"] else ""
        facts = f"{one['name']:{width}}  {better:24} from {one['least']:>6,}  {kinds}{default}"
        lines.append(facts)
        needs = ", ".join(one["needs"])
        lines += textwrap.wrap(f"needs {needs}; cost: {one['cost']}", WIDTH, initial_indent="    ", subsequent_indent="    ")
        if long:
            misleads = f"When it misleads: {one['misleads']}"
            for words in (one["meaning"], misleads, f"From: {one['paper']}", f"In: {one['code']}"):
                lines += textwrap.wrap(words, WIDTH, initial_indent="    ", subsequent_indent="      ")
            lines.append("")
    return [*lines, f"{len(records)} metrics, each reliable from so many samples a side on"]
