"""Scores over training steps as small charts, drawn as SVG in the page itself."""

import math

from ganzoo.report.markup import tag
from ganzoo.report.numbers import number
from ganzoo.report.scores import arrow, canonical

WIDTH, HEIGHT = 400, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 14, 30


def charts(history):
    """A chart for each score with two or more steps and one protocol.

    Args:
        history: entries of a run's scores.jsonl that have a `step`.

    Returns:
        A list of markup, Frechet distances first.
    """
    series = {}
    for entry in history:
        if entry.get("step") is None or entry.get("direction") == "aside" or not _finite(entry.get("value")):
            continue
        key = (entry["name"], canonical(entry.get("protocol")))
        series.setdefault(key, {})[entry["step"]] = entry  # of two evaluations at a step: the later
    curves = [sorted(points.items()) for points in series.values() if len(points) > 1]
    curves.sort(key=lambda points: not points[0][1].get("metric", "").startswith("frechet"))
    return [_chart([step for step, _ in points], [entry for _, entry in points]) for points in curves]


def _finite(value):
    return value is not None and math.isfinite(value)


def _chart(steps, entries):
    values = [entry["value"] for entry in entries]
    real, floor = ([entry[key] for entry in entries if _finite(entry.get(key))] for key in ("real", "floor"))
    lines = [("held-out real data", real[-1], "real")] if real else []
    lines += [("floor", floor[-1], "floor")] if floor else []
    everything = values + [value for _, value, _ in lines]
    logarithmic = min(everything) > 0 and max(everything) > 30 * min(everything)
    turn = math.log10 if logarithmic else float
    low, high = min(map(turn, everything)), max(map(turn, everything))
    margin = 0.08 * (high - low) or abs(high) * 0.1 or 1.0
    low, high = low - margin, high + margin
    first, last = steps[0], steps[-1]

    def x(step):
        return round(LEFT + (step - first) / (last - first) * (WIDTH - LEFT - RIGHT), 1)

    def y(value):
        return round(HEIGHT - BOTTOM - (turn(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    parts = []
    for tick in _log_ticks(low, high) if logarithmic else _ticks(low, high):
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(tick), y2=y(tick), class_="rule"))
        parts.append(tag("text", number(tick, 3), x=LEFT - 6, y=y(tick) + 4, text_anchor="end"))
    for tick in _ticks(first, last):
        anchor = "end" if x(tick) > WIDTH - 3 * RIGHT else "middle"
        parts.append(tag("text", number(tick, 3), x=x(tick), y=HEIGHT - 10, text_anchor=anchor))
    for _, value, kind in lines:
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(value), y2=y(value), class_=kind))
    points = " ".join(f"{x(step)},{y(value)}" for step, value in zip(steps, values, strict=True))
    parts.append(tag("polyline", points=points, class_="curve"))
    for step, value in zip(steps, values, strict=True):
        title = tag("title", f"step {step:,}: {number(value)}")
        parts.append(tag("g", title, tag("circle", cx=x(step), cy=y(value), r=3, class_="point")))
    name, direction = entries[-1]["name"], entries[-1].get("direction")
    label = f"{name} from {number(values[0])} at step {first:,} to {number(values[-1])} at step {last:,}"
    drawn = tag("svg", parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=label)
    keys = [tag("span", f"{line_name} {number(value)}", class_=f"key {kind}") for line_name, value, kind in lines]
    caption = tag("figcaption", tag("b", name), " ", arrow(direction), f" now {number(values[-1])}", tag("div", keys))
    line = entries[-1].get("protocol_line")
    scale = "logarithmic scale over steps" if logarithmic else "over steps"
    notes = " · ".join(word for word in (scale, line) if word)
    return tag("figure", caption, drawn, tag("p", notes, class_="protocol"), class_="chart")


def _ticks(low, high, count=5):
    """Round numbers between two."""
    rough = (high - low) / count
    unit = 10 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    return [step * index for index in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _log_ticks(low, high):
    whole = [10.0**power for power in range(math.ceil(low), math.floor(high) + 1)]
    if len(whole) >= 2:
        return whole
    powers = range(math.floor(low), math.ceil(high) + 1)
    return [f * 10.0**p for p in powers for f in (1, 2, 5) if low <= math.log10(f * 10.0**p) <= high]
