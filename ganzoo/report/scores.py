"""Scores as tables: one for each protocol, each score beside real data's own, with what it means and when it misleads."""

import collections
import json

from ganzoo.metrics.registry import Part, all_metrics
from ganzoo.report.markup import hidden, join, scroll, tag, warning_list
from ganzoo.report.numbers import number, percent

ARROWS = {
    "higher": ("↑", "higher is better"),
    "lower": ("↓", "lower is better"),
    "real": ("≈", "as real data is best"),
    "zero": ("→0", "nearest to 0 is best"),
}
GOOD, FAIR = 0.15, 0.5


def standing(score):
    """Where a score lies between held-out real data's (0) and infinitely worse (1): (position, description), or (None, "").

    Of two scores at different counts the model's score at real data's count is taken.
    """
    real, direction = score.get("real"), score["direction"]
    metric, part = all_metrics().get(score["metric"]), _part(score)
    value = score.get("value_at_real_count")
    value = score["value"] if value is None else value
    if real is None or value is None or direction in ("zero", "aside") or (metric and metric.around_zero):
        return None, ""
    if part.worst:
        return _towards_one(value, real, part)
    if direction != "higher":
        real = max(real, score.get("floor") or 0.0)
    if real <= 0 or value < 0:
        return None, ""
    if (direction == "lower" and value <= real) or (direction == "higher" and value >= real):
        return 0.0, "as real data or better"
    origin = metric.origin if metric else 0.0
    if origin and real > origin:
        return min(1.0, 1 - (value - origin) / (real - origin)), f"{percent(value / real)} of real data’s"
    position = 1 - min(value, real) / max(value, real)
    if position < 0.02:
        return position, "as real data"
    ratio = value / real
    return (
        position,
        f"{percent(ratio)} of real data’s" if ratio < 1 else f"{number(ratio, 2 if ratio > 1.1 else 3)} × real data’s",
    )


def _part(score):
    """The `Part` of a score; an empty one where the metric or part no longer exists."""
    metric = all_metrics().get(score["metric"])
    try:
        return metric.part(score["part"]) if metric else Part()
    except ValueError:
        return Part()


def _towards_one(value, real, part):
    worst = part.worst
    if value >= real:
        position = (value - real) / max(1 - real, 1e-9)
    elif part.below:
        position, worst = 1 - value / real, part.below
    else:
        return 0.0, "as real data or better"
    return position, "as real data" if position < 0.02 else f"{percent(position)} of the way to {worst}"


def tone(position):
    """ "good", "fair" or "poor"."""
    return "good" if position <= GOOD else "fair" if position <= FAIR else "poor"


def canonical(record):
    """A protocol as a string: equal for equal protocols."""
    return json.dumps(record, sort_keys=True)


def by_protocol(scores):
    """Scores grouped so that no two protocols, and no two models, share a group: lists, in order of appearance."""
    groups = {}
    for score in scores:
        groups.setdefault((canonical(score["protocol"]), canonical(score.get("model"))), []).append(score)
    return list(groups.values())


def score_tables(scores):
    """All scores, a table for each protocol."""
    groups = by_protocol(scores)
    models = {canonical(group[0].get("model")) for group in groups}
    return join(*[_group(group, len(models) > 1) for group in groups])


def _group(scores, several):
    extractor = scores[0]["protocol"].get("extractor")
    title = f"In the features of {extractor['name']}" if extractor else "On the examples themselves"
    model = (scores[0].get("model") or {}).get("name") if several else None
    metrics = {}
    for score in scores:
        metrics.setdefault(score["metric"], []).append(score)
    common = _shared(metrics)
    heads = ("Score", "Value", "Held-out real data", "Floor", "Excess")
    scale = tag("th", "As real data", " → worse", scope="col", class_="standing")
    head = tag("tr", [tag("th", name, scope="col") for name in heads], scale)
    bodies = [_metric(name, parts, common) for name, parts in metrics.items()]
    table = tag("table", tag("thead", head), bodies, class_="data scores")
    return tag(
        "div",
        tag("h3", title, f" · {model}" if model else None),
        tag("p", scores[0]["protocol_line"], class_="protocol"),
        warning_list(common.values()),
        scroll(table, f"Scores: {title}"),
        class_="group",
    )


def _shared(metrics):
    """Warnings that most of several metrics share: the text to show once for the table, by warning."""
    counts = collections.Counter(w for scores in metrics.values() for w in {w: None for s in scores for w in s["warnings"]})
    total = len(metrics)
    many = {warning: count for warning, count in counts.items() if total > 1 and count > total / 2}
    return {w: w if count == total else f"{w} ({count} of {total} metrics)" for w, count in many.items()}


def _metric(name, scores, common):
    """A metric's parts as rows, with what they mean below."""
    main = [score for score in scores if score["direction"] != "aside"]
    beside = [score for score in scores if score["direction"] == "aside"]
    rows = [_row(score) for score in main]
    warnings = list(dict.fromkeys(w for score in scores for w in score["warnings"] if w not in common))
    aside = "Beside it: " + ", ".join(f"{_short(s)} {number(s['value'])}" for s in beside) + "." if beside else None
    return tag("tbody", rows, about(name, 6, warnings, aside))


def about(name, columns, warnings=(), aside=None):
    """The row that says what a metric means and, unfolded, when it misleads."""
    known = all_metrics().get(name)
    details = None
    if known:
        details = tag(
            "details",
            tag("summary", known.meaning),
            tag("p", tag("b", "When it misleads. "), known.misleads),
            tag("p", tag("b", "From: "), known.paper, ". ", tag("b", "Least count: "), f"{known.least:,} samples a side."),
        )
    content = (details, tag("p", aside, class_="aside") if aside else None, warning_list(warnings))
    return tag("tr", tag("td", content, colspan=columns), class_="about")


def arrow(direction):
    """A direction as a sign with words for it."""
    sign, meaning = ARROWS.get(direction, ("", ""))
    return tag("span", sign, hidden(f" ({meaning})"), class_="arrow", title=meaning) if sign else None


def interval(score):
    """The interval below a value, or nothing."""
    if score.get("low") is None or score.get("high") is None:
        return None
    return tag("small", f"{number(score['low'])} to {number(score['high'])}", title="95 % interval over the samples")


def _row(score):
    real_count = score.get("real_count")
    smaller = None
    if score.get("value_at_real_count") is not None:
        smaller = tag("small", f"{number(score['value_at_real_count'])} at {real_count:,}", title="at real data’s count")
    other_count = real_count is not None and real_count != score["protocol"].get("count")
    of = tag("small", f"of {real_count:,}") if other_count else None
    return tag(
        "tr",
        tag("th", score["name"], " ", arrow(score["direction"]), scope="row"),
        tag("td", tag("b", number(score["value"])), interval(score), smaller),
        tag("td", number(score.get("real")), of),
        tag("td", number(score.get("floor"))),
        tag("td", number(score.get("excess"))),
        tag("td", bar(score), class_="standing"),
    )


def bar(score):
    """The marker of `standing`."""
    position, description = standing(score)
    if position is None:
        return tag("span", "no common scale", class_="soft none")
    dot = tag("i", class_=tone(position), style=f"left:{100 * position:.1f}%")
    return join(tag("span", dot, class_="track", aria_hidden="true"), tag("small", description))


def _short(score):
    return score["part"].replace("_", " ") or score["name"]
