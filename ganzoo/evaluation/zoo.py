"""Models of the zoo scored anew, each on its own data, under one protocol."""

import dataclasses

from ganzoo.errors import UserError
from ganzoo.evaluation.compare import compare
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import real_data
from ganzoo.evaluation.selection import named
from ganzoo.notes import logged
from ganzoo.serving.cards import keep_scores


@logged
def scored(models, metrics="default", data_dir=None, keep=False, log=print):
    """Scores models of the zoo, each beside held-out examples of what it was trained on.

    What was computed is kept in the cache, so that the same call after an interruption goes on where it stopped.

    Args:
        models: `Exported`s.
        metrics: "default", "all", or names as a list or separated by commas, of which each model gets those that apply to it;
            the others are logged.
        data_dir: where data sets are prepared.
        keep: whether the cards get the new scores, in the place of those of the same metrics by the same features.
        log: called with each line for the user.

    Returns:
        The same models with these scores instead of their cards'; where metrics are named, instead of their cards' of these
        alone. Of what cannot be computed here, such as without a model's data, the reason is logged; of named metrics the
        card's scores then stay.

    Raises:
        UserError: no such metric.
    """
    asked = None if metrics in ("default", "all") else named(metrics)

    def under(line):
        log(f"    {line}")

    found, evaluators = [], {}
    for number, model in enumerate(models, 1):
        log(f"{number}/{len(models)}  {model.name}")
        try:
            entry = open_input(model.path, data_dir)
            place = _place(model) or model.path
            if place not in evaluators:  # its real data is prepared once for all models of it
                evaluators[place] = Evaluator(real_data(entry, data_dir=data_dir), data_dir=data_dir, log=under)
            evaluator = evaluators[place]
            scores = evaluator.scores(entry, metrics) if asked is None else scores_by(asked, evaluator, entry, under)
        except UserError as error:
            log(f"    not scored: {error}")
            scores = []
        if keep and scores:
            try:
                keep_scores(model.path, scores)
            except UserError as error:
                log(f"    not kept: {error}")
        new = {score[key] for score in scores for key in ("name", "metric")}
        kept = [score for score in model.scores if asked is not None and not new & {score["name"], score.get("metric")}]
        found.append(dataclasses.replace(model, card=model.card | {"scores": kept + scores}))
    return found


def scores_by(names, evaluator, entry, log):
    """The scores of a model by those of the named metrics that apply to it; a metric that fails takes no other with it.

    Raises:
        UserError: none applies.
    """
    apply = [name for name in names if evaluator.applies(name, evaluator.adapted(entry))]
    if not apply:
        raise UserError(f"none of these metrics applies to it: {', '.join(names)}")
    if others := [name for name in names if name not in apply]:
        log(f"left out, since they do not apply here: {', '.join(others)}")
    scores = []
    for name in apply:
        try:
            scores += evaluator.scores(entry, [name])
        except UserError as error:
            log(f"{name} left out: {error}")
    return scores


@logged
def leaderboard(models, metrics="default", count=None, data_dir=None, log=print):
    """Models of the zoo side by side, those of one data set under one protocol.

    Every model is scored anew with the same real data, counts, extractor and seed as the others of its data set; what was
    computed is kept in the cache.

    Args:
        models: `Exported`s.
        metrics: "default", "all", or names as a list or separated by commas; each board has those that apply to all its models.
        count: as of `compare.compare`.
        data_dir: where data sets are prepared.
        log: called with each line for the user.

    Returns:
        A list of boards, JSON-ready dicts, by the data's name, size and split: `data`, and what `compare.side_by_side` returns,
        the models in the order of the first score that has a better and a worse. Of a data set that cannot be scored here
        the reason is logged.

    Raises:
        UserError: no such metric, or nothing could be scored.
    """
    asked = None if metrics in ("default", "all") else named(metrics)
    groups, boards, reason = {}, [], None
    for model in models:
        groups.setdefault(_place(model), []).append(model)
    for name, members in sorted(groups.items()):
        log(f"{name or 'data that the card does not name'}: {', '.join(member.name for member in members)}")
        paths = {member.name: member.path for member in members}
        try:
            arguments = {"metrics": metrics, "count": count, "intervals": False, "data_dir": data_dir}
            # Of one name, size and split: the same for all.
            data = real_data(open_input(members[0].path, data_dir), data_dir=data_dir)
            if asked is not None:
                arguments["metrics"] = _common(asked, data, paths.values(), count, data_dir)
            record = compare(paths, data, **arguments, log=lambda line: None, least=1)
        except UserError as error:
            reason = error
            log(f"    not scored: {error}")
            continue
        boards.append({"data": name} | ranked(record))
    if not boards:
        raise UserError(f"none of these models could be scored here, the last since {reason}")
    return boards


def _common(names, data, paths, count, data_dir):
    """Those of the named metrics that apply to all models of one data set."""
    evaluator = Evaluator(data, count=count, data_dir=data_dir, log=lambda line: None)
    entries = [evaluator.adapted(open_input(path, data_dir)) for path in paths]
    common = [name for name in names if all(evaluator.applies(name, entry) for entry in entries)]
    if not common:
        raise UserError(f"none of these metrics applies to all of them: {', '.join(names)}")
    return common


def _place(model):
    """A model's data as `NAME[@SIZE][:SPLIT]`: only what is the same there can be compared."""
    data = model.card.get("data") or {}
    size, split = data.get("size"), data.get("split")
    return model.data + (f"@{size}" if size else "") + (f":{split}" if split else "")


def ranked(record):
    """A comparison whose models stand in the order of the first row that has a better and a worse."""
    row = next((row for row in record["rows"] if row["direction"] in ("higher", "lower")), None)
    if row is None:
        return record
    sign = -1 if row["direction"] == "higher" else 1
    order = sorted(range(len(record["models"])), key=lambda index: sign * row["values"][index]["value"])
    rows = [one | {"values": [one["values"][index] for index in order]} for one in record["rows"]]
    return record | {"models": [record["models"][index] for index in order], "rows": rows}
