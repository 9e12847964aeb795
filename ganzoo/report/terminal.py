"""Scores as lines for a terminal, and their storage in a run."""

from pathlib import Path

from ganzoo.callbacks.board import Board
from ganzoo.errors import UserError
from ganzoo.report.numbers import BETTER, plain
from ganzoo.run import Run


def columns(rows, header):
    """Rows of text as aligned columns under a header, the first to the left and the others to the right."""
    rows = [header, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines


def scores(scores):
    """A table of scores by protocol, then its warnings."""
    lines = []
    for protocol in dict.fromkeys(score["protocol_line"] for score in scores):
        group = [score for score in scores if score["protocol_line"] == protocol]
        rows = []
        for score in group:
            spread = "" if score["low"] is None else f"{plain(score['low'])} .. {plain(score['high'])}"
            rows.append(
                (
                    score["name"],
                    plain(score["value"]),
                    plain(score["real"]),
                    plain(score["floor"]),
                    plain(score["excess"]),
                    spread,
                    BETTER.get(score["direction"], ""),
                )
            )
        lines += [protocol, *columns(rows, ("score", "value", "held-out", "floor", "excess", "95 %", "")), ""]
    warnings = {}
    for score in scores:
        for warning in score["warnings"]:
            warnings.setdefault(warning, {})[score["metric"]] = None
    for warning, metrics in warnings.items():
        named = any(metric in warning for metric in metrics)
        lines.append(f"note: {warning}" if named else f"note: {', '.join(metrics)}: {warning}")
    return lines


def comparison(record):
    """Models side by side; a star marks those that no other is clearly better than."""
    rows = []
    for row in record["rows"]:
        cells = []
        for name, value in zip(record["models"], row["values"], strict=True):
            spread = "" if value["low"] is None else f" ({plain(value['low'])} .. {plain(value['high'])})"
            cells.append(f"{plain(value['value'])}{spread}{' *' if name in row['best'] else '  '}")
        rows.append((row["name"], *cells, plain(row["real"]), BETTER.get(row["direction"], "")))
    header = ("score", *record["models"], "held-out", "")
    return [record["protocol_line"], *columns(rows, header), "", "* no other model is clearly better"]


def judged(record):
    """The estimate from people's answers."""
    lines = []
    for rater in record["raters"]:
        known = (
            "no pairs whose answer is known" if rater["accuracy"] is None else f"{rater['accuracy']:.0%} of known pairs right"
        )
        lines.append(f"rater {rater['rater']}: {rater['answered']} of {rater['questions']} answered, {known}")
    agreement = record["agreement"]
    if agreement["metric"]:
        lines.append(f"agreement: {agreement['share']:.0%} of votes, {agreement['metric']} {plain(agreement['kappa'])}")
    lines.append("pairs: " + ", ".join(f"{count} {word}" for word, count in record["counts"].items()))
    for result in record["results"]:
        n_eff = result["n_eff"]
        bounds = f"[{plain(n_eff['low'])}, {plain(n_eff['high'])}]"
        name = f"{result['side']} {result['name']}".strip()
        lines.append(f"{name}: N_eff {plain(n_eff['value'])} {bounds} (human)")
    return lines + [f"note: {warning}" for warning in record["warnings"]]


def keep(model, scores):
    """Appends a run's scores to its scores.jsonl and shows them in TensorBoard; does nothing for other models.

    Returns:
        Lines for the user: that a run which cannot be written, such as somebody else's, does not keep them.
    """
    if not (Path(model) / "run.json").is_file():
        return []
    run = Run.open(model)
    steps = {score["model"].get("step") for score in scores if isinstance(score.get("model"), dict)} - {None}
    step = steps.pop() if steps else int(run.record().get("steps", 0))
    try:
        for score in scores:
            run.add_score({"step": step, **score})
    except UserError as error:
        return [f"note: the run does not keep these scores: {error}"]
    try:
        board = Board(run.logs)
        board.on_scores(step, scores)
        board.close()
    except UserError as error:
        return [f"note: TensorBoard does not show these scores: {error}"]
    return []
