"""Scores of several models under one protocol."""

import math
from collections.abc import Mapping

from ganzoo.errors import UserError
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.features.given import given_features
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.overlap import same_data
from ganzoo.evaluation.inputs.reference import own_place, real_data
from ganzoo.evaluation.inputs.text import unit_of
from ganzoo.evaluation.protocol import require_same
from ganzoo.metrics.registry import metrics_of
from ganzoo.notes import logged


@logged
def compare(
    models,
    data=None,
    metrics="default",
    count=None,
    extractor="auto",
    seed=0,
    reference_count=None,
    intervals=True,
    data_dir=None,
    cache=None,
    log=print,
    features_files=None,
    least=2,
):
    """Scores several models against the same real data, under one protocol.

    Args:
        models: two or more of what `evaluate.evaluate` takes, or a dict of them by the names that the table shows.
        data: the real data; by default what every model's recipe or card names, which must be the same.
        metrics: "default" (a handful), "all", or names.
        count, extractor, seed, reference_count, data_dir, cache, log: as of `evaluate.evaluate`.
        intervals: whether values get 95 % intervals over the generated samples.
        features_files: for each model, in their order, an .npz of features of both sides that one network made elsewhere,
            instead of an extractor; see `features.given.FeaturesFile`.
        least: how many models there must be.

    Returns:
        As `side_by_side`.

    Raises:
        UserError: fewer models, different real data or shapes, or what `evaluate.evaluate` raises.
    """
    if len(models) < least:
        raise UserError("compare takes at least two models")
    named = models if isinstance(models, Mapping) else None
    models = list(models if named is None else named.values())
    inputs = [open_input(model, data_dir) for model in models]
    if data is not None:
        units = sorted({unit_of(entry) for entry in inputs if entry.kind == "model"}) or ["word"]
        if len(units) > 1:
            raise UserError(f"the models' texts split into different units ({', '.join(units)}): compare those of one unit")
        data = open_input(data, data_dir, units[0])
        places = [own_place(entry, data, data_dir) for entry in inputs]
        data = places[0] if all(place and same_data(place, places[0]) for place in places) else data
    else:
        own = [real_data(entry, data_dir=data_dir) for entry in inputs]
        if not all(same_data(known, own[0]) for known in own):
            names = ", ".join(f"{entry.name}: {known.name}" for entry, known in zip(inputs, own, strict=True))
            raise UserError(f"the models were trained on different data ({names}): name the real data with --data")
        data = own[0]
    if features_files is not None:
        extractor = given_features(features_files, inputs, data, extractor)
    evaluator = Evaluator(data, extractor, count, seed, reference_count, data_dir, cache, log)
    if (least := min(entry.available(evaluator.count) for entry in inputs)) < evaluator.count:
        log(f"the smallest of the models has {least} samples: all are scored at that count")
        evaluator = evaluator.of_count(least)
    if metrics == "default":
        kind = evaluator.modality.kind
        compared = [name for name, metric in metrics_of(kind).items() if metric.is_compared(kind)]
        metrics = tuple(name for name in compared if all(evaluator.applies(name, entry) for entry in inputs))
    names = []
    for entry, model in zip(inputs, models, strict=True):
        names.append(entry.name if entry.name not in names else f"{entry.name} ({model})")
    inputs = [evaluator.adapted(entry) for entry in inputs]
    for line in (line for entry in inputs for line in evaluator.notes_on(entry)):
        evaluator.note(line)
    scores = [evaluator.scores(entry, metrics, intervals) for entry in inputs]
    return side_by_side(dict(zip(names if named is None else named, scores, strict=True)))


def side_by_side(scores):
    """Scores of several models as one table.

    Args:
        scores: a dict from a model's name to its list of scores, as of `evaluate.evaluate` or a run's scores.jsonl.

    Returns:
        A JSON-ready dict: `models` (names), `protocol_line`, and `rows`, one for each score that all models have: `name`,
        `metric`, `part`, `direction`, `real`, `floor`, and `values`, for each model `value`, `low` and `high`; `best`
        holds the names of the models that no other is clearly better than: whose distance from the best value is within the
        root of the summed squares of both intervals' reaches, that is, within the 95 % interval of the difference (the best
        value alone where there are no intervals; none where there is no better or worse).

    Raises:
        UserError: two scores of one column have different protocols.
    """
    names = list(scores)
    tables = {name: {score["name"]: score for score in scores[name]} for name in names}
    first = tables[names[0]]
    rows = []
    for key, score in first.items():
        others = [tables[name].get(key) for name in names]
        if None in others or score["direction"] == "aside":
            continue
        for name, other in zip(names[1:], others[1:], strict=True):
            require_same(score["protocol"], other["protocol"], (names[0], name))
        rows.append(
            {
                **{field: score[field] for field in ("name", "metric", "part", "direction", "real", "floor")},
                "values": [{field: other[field] for field in ("value", "low", "high")} for other in others],
                "best": _best(names, others, score["direction"], score["real"]),
            }
        )
    if not rows:
        raise UserError(f"{' and '.join(names)} have no score in common")
    return {"models": names, "protocol_line": scores[names[0]][0]["protocol_line"], "rows": rows}


def _best(names, scores, direction, real):
    """The models whose score is the best, or not clearly worse: the difference lies within both intervals' reach, combined."""
    if direction == "real" and real is None:
        return []
    target = {"higher": float("inf"), "lower": float("-inf"), "zero": 0.0, "real": real}[direction]
    losses = [_loss(score, direction, target) for score in scores]
    best, _, best_high = min(losses)
    return [
        name
        for name, (loss, low, _) in zip(names, losses, strict=True)
        if loss - best <= math.hypot(loss - low, best_high - best)
    ]


def _loss(score, direction, target):
    """How far a score is from the best possible, 0 or more where there is such a number, with the ends of its interval."""

    def loss(value):
        return abs(value - target) if direction in ("zero", "real") else (-value if direction == "higher" else value)

    value, ends = score["value"], [score[end] for end in ("low", "high") if score[end] is not None]
    losses = [loss(end) for end in (value, *ends)]
    inside = len(ends) == 2 and direction in ("zero", "real") and ends[0] <= target <= ends[1]
    return loss(value), 0.0 if inside else min(losses), max(losses)
