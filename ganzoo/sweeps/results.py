"""What a sweep found: a table, a figure and sweep.json."""

import importlib
import json
import statistics

from ganzoo.errors import UserError
from ganzoo.files import write_atomically
from ganzoo.optional import optional
from ganzoo.sweeps.space import literal
from ganzoo.sweeps.storage import hidden
from ganzoo.sweeps.sweep import RECORD

FIGURE = "sweep.png"


def summary(sweep):
    """A JSON-ready dict: what the sweep is, its `points` (see `Sweep.records`) and the `best` of them, or None."""
    points = sweep.records()
    done = [point for point in points if point["state"] == "done"]
    best = None
    if sweep.goals and done:
        best = (max if sweep.goals[0].maximised else min)(done, key=lambda point: point["value"])
    facts = {"name": sweep.name, "storage": hidden(sweep.where), **sweep.identity()}
    facts |= {"metric": sweep.goals[0].title if sweep.goals else None}
    facts |= {"direction": sweep.goals[0].direction if sweep.goals else None}
    return {**facts, "points": points, "best": best and best["set"]}


def write_summary(sweep):
    """Writes sweep.json beside the runs; returns what it says."""
    found = summary(sweep)
    write_atomically(sweep.directory / RECORD, json.dumps(found, indent=1) + "\n")
    return found


def table(found):
    """The points as lines for a terminal, the best first, then what failed or waits."""
    names = [over.partition("=")[0] for over in found["over"]]
    titles = list(dict.fromkeys(title for point in found["points"] for title in point.get("values") or ()))
    heads = [".".join(name.split(".")[-2:]) for name in names] + titles
    sign = -1 if found["direction"] == "higher" else 1
    order = sorted(found["points"], key=lambda p: (p["state"] != "done", sign * (p["value"] or 0), p["state"]))
    rows = []
    for point in order:
        values = point.get("values") or {}
        cells = [point["set"][name] for name in names] + [_number(values.get(title)) for title in titles]
        rows.append((*cells, "" if point["state"] == "done" else _why(point)))
    widths = [max(len(str(row[i])) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [(*heads, ""), *rows]:
        yield "  ".join([*(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()


def _why(point):
    return f"{point['state']}: {point['error'][:90]}" if point["error"] else point["state"]


def _number(value):
    return f"{value:.4g}" if isinstance(value, (int, float)) else "-" if value is None else str(value)


def figure(found, path):
    """Draws the first score over each parameter: a dot a run, and the median of each value that several have.

    Raises:
        UserError: no point is done, or matplotlib is not installed.
    """
    done = [point for point in found["points"] if point["state"] == "done"]
    if not done:
        raise UserError("no point is done: there is nothing to draw")
    plt = pyplot()
    names = [over.partition("=")[0] for over in found["over"]]
    drawn, axes = plt.subplots(1, len(names), figsize=(4.2 * len(names), 3.6), squeeze=False, sharey=True)
    for name, axis in zip(names, axes[0], strict=True):
        pairs = [(literal(point["set"][name]), point["value"]) for point in done]
        numeric = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x, _ in pairs)
        if not numeric:
            places = list(dict.fromkeys(str(x) for x, _ in pairs))
            axis.set_xticks(range(len(places)), [place[:24] for place in places], rotation=20, ha="right")
            pairs = [(places.index(str(x)), y) for x, y in pairs]
        xs = sorted({x for x, _ in pairs})
        if numeric and xs[0] > 0 and xs[-1] > 20 * xs[0]:
            axis.set_xscale("log")
        axis.plot(*zip(*pairs, strict=True), "o", alpha=0.6)
        if len(xs) < len(pairs):
            axis.plot(xs, [statistics.median(y for x, y in pairs if x == at) for at in xs], "-", lw=1.5)
        axis.set_xlabel(name.removeprefix("optimizers."))
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel(found["metric"])
    title = f"{found['name']}: {len(done)} runs" + (", median as a line" if len(done) > 1 else "")
    drawn.suptitle(title, fontsize=11)
    save(drawn, path)


def pyplot():
    """matplotlib.pyplot, without a window.

    Raises:
        UserError: it is not installed.
    """
    optional("matplotlib", "sweep", "a figure").use("Agg")
    return importlib.import_module("matplotlib.pyplot")


def save(drawn, path):
    """Writes a matplotlib figure as a PNG, whole or not at all, and closes it."""
    import io

    content = io.BytesIO()
    drawn.savefig(content, format="png", dpi=110, bbox_inches="tight", metadata={"Software": None})
    write_atomically(path, content.getvalue())
    pyplot().close(drawn)
