"""The pages: the report on one model, and several models side by side."""

import html
from importlib import resources

from ganzoo import __version__
from ganzoo.report.curves import charts
from ganzoo.report.markup import hidden, image, join, scroll, section, sheet, tag
from ganzoo.report.numbers import number
from ganzoo.report.scores import about, arrow, interval, score_tables
from ganzoo.report.sections import birthday_section, copies_section
from ganzoo.report.summary import cards


def report(
    title,
    *,
    facts=None,
    scores=(),
    samples=None,
    real=None,
    birthday=None,
    birthday_images=None,
    nearest=None,
    copies=None,
    copies_images=None,
    history=(),
    notes=(),
    texts=None,
):
    """The report on one model as one self-contained HTML file; parts without data are omitted.

    Args:
        title: heading, such as the model's name.
        facts: lines of the header, text by label: model, data, protocol ...
        scores: a list of scores, as of `evaluate`.
        samples, real: generated and real examples: uint8 images [N, H, W, C], or one picture [H, W, 3] of them.
        birthday: the record of `birthday_test`, or of `read_answers`; under `classes` it may hold that of `by_class`.
        birthday_images: (generated, real or None): the uint8 images that its pairs point into.
        nearest: a function from images to their nearest training images, as `nearest_images` makes; for the twins.
        copies: the record of `copies`.
        copies_images: (generated, training) or (generated, training, held-out): the uint8 images that it points into.
        history: the entries of a run's scores.jsonl; those with a `step` become curves.
        notes: closing sentences, such as what was omitted.
        texts: (generated, real) lists of strings, of a model that writes text.

    Returns:
        The HTML text.

    Raises:
        UserError: images that are not uint8 with 1 or 3 channels.
    """
    scores, history = list(scores), list(history)
    parts = [cards(scores, birthday, copies), _samples(samples, real), _texts(texts)]
    if scores:
        parts.append(section("Scores", _legend(), score_tables(scores), name="scores"))
    if birthday:
        parts.append(birthday_section(birthday, birthday_images, nearest))
    if copies:
        parts.append(copies_section(copies, copies_images))
    drawn = charts(history)
    if drawn:
        parts.append(section("During training", tag("div", drawn, class_="charts"), name="curves"))
    if notes:
        parts.append(section("Notes", [tag("p", note) for note in notes], name="notes"))
    return whole_page(title, "Evaluation", facts, parts)


def compare_report(title, comparisons, *, facts=None, samples=None, real=None, notes=()):
    """Several models side by side as one HTML file, a table for each protocol.

    Args:
        title: heading.
        comparisons: a record of `side_by_side`, or a list of them, one for each protocol.
        facts: as of `report`.
        samples: generated examples by model, as of `report`.
        real: real examples.
        notes: as of `report`.
    """
    comparisons = [comparisons] if isinstance(comparisons, dict) else list(comparisons)
    parts = [section("Scores", _legend(compared=True), [_comparison(record) for record in comparisons], name="scores")]
    named = {**({"Real": real} if real is not None else {}), **(samples or {})}
    if named:
        figures = [_figure(name, examples) for name, examples in named.items()]
        parts.append(section("Samples", tag("div", figures, class_="grids"), name="samples"))
    if notes:
        parts.append(section("Notes", [tag("p", note) for note in notes], name="notes"))
    return whole_page(title, "Comparison", facts, parts)


def whole_page(title, kind, facts, parts, foot="Every score stands beside the same score of held-out real data."):
    """A page of the common shape: a head with facts, text by label, parts of markup, and a word at its foot."""
    entries = [tag("div", tag("dt", name), tag("dd", value)) for name, value in (facts or {}).items() if value is not None]
    head = tag("header", tag("p", f"ganzoo · {kind}", class_="kind"), tag("h1", title), tag("dl", entries) if entries else None)
    foot = tag("footer", f"Made with ganzoo {__version__}. {foot}")
    text = resources.files(__package__).joinpath("report.html").read_text(encoding="utf-8")
    before, _, after = text.partition("__BODY__")
    return before.replace("__TITLE__", html.escape(str(title))) + join(head, tag("main", parts), foot) + after


def _samples(samples, real):
    named = (("Generated", samples), ("Real", real))
    figures = [_figure(name, examples) for name, examples in named if examples is not None and len(examples)]
    return section("Samples", tag("div", figures, class_="grids"), name="samples") if figures else None


def _texts(texts):
    if not texts:
        return None
    named = zip(("Generated", "Real"), texts, strict=True)
    columns = [tag("div", tag("h3", name), tag("ul", [tag("li", text) for text in some])) for name, some in named]
    return section("Samples", tag("div", columns, class_="grids"), name="samples")


def _figure(name, examples):
    return tag("figure", image(sheet(examples), f"{name} examples"), tag("figcaption", name), class_="grid")


def _legend(compared=False):
    legend = (
        "↑ higher is better, ↓ lower is better, ≈ best where real data is, →0 best at 0. Held-out real data is scored like "
        "generated samples, at the same count where there are enough examples. The floor is the expected score of a perfect "
        "model at this count, the excess is the score minus the floor. "
    )
    if compared:
        legend += "Bold: no other model is clearly better."
    else:
        legend += "The marker shows a score between that of real data (left) and infinitely worse (right)."
    return tag("p", legend, class_="soft")


def _comparison(record):
    models = record["models"]
    heads = ["Score", "Held-out real data", "Floor", *models]
    metrics = {}
    for row in record["rows"]:
        metrics.setdefault(row["metric"], []).append(row)
    bodies = []
    for name, rows in metrics.items():
        bodies.append(tag("tbody", [_compared(row, models) for row in rows], about(name, len(heads))))
    head = tag("thead", tag("tr", [tag("th", name, scope="col") for name in heads]))
    whole = scroll(tag("table", head, bodies, class_="data scores compared"), "Scores of all models")
    return tag("div", tag("p", record["protocol_line"], class_="protocol"), whole, class_="group")


def _compared(row, models):
    cells = []
    for model, score in zip(models, row["values"], strict=True):
        best = model in row["best"]
        value = tag("b", number(score["value"]), hidden(" (best)")) if best else number(score["value"])
        cells.append(tag("td", value, interval(score), class_="best" if best else None))
    name = tag("th", row["name"], " ", arrow(row["direction"]), scope="row")
    return tag("tr", name, tag("td", number(row["real"])), tag("td", number(row.get("floor"))), cells)
