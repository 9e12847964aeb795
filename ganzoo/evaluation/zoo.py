"""Models of the zoo scored anew, each on its own data, under one protocol."""

import dataclasses

from ganzoo.errors import UserError
from ganzoo.evaluation.compare import compare
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import real_data
from ganzoo.evaluation.selection import named


def scored(models, metrics="default", data_dir=None, log=print):
    """Scores models of the zoo, each beside held-out examples of what it was trained on.

    What was computed is kept in the cache, so that the same call after an interruption goes on where it stopped.

    Args:
        models: `Exported`s.
        metrics: "default", "all", or names as a list or separated by commas, of which each model gets those that apply to it.
        data_dir: where data sets are prepared.
        log: called with each line for the user.

    Returns:
        The same models with these scores instead of their cards'; where metrics are named, instead of their cards' of these
        alone. Of those that cannot be scored here, such as without their data, the reason is logged.

    Raises:
        UserError: no such metric.
    """
    asked = None if metrics in ("default", "all") else named(metrics)

    def under(line):
        log(f"    {line}")

    found = []
    for number, model in enumerate(models, 1):
        log(f"{number}/{len(models)}  {model.name}")
        try:
            entry = open_input(model.path, data_dir)
            evaluator = Evaluator(real_data(entry, data_dir=data_dir), data_dir=data_dir, log=under)
            chosen = metrics if asked is None else [name for name in asked if evaluator.applies(name, entry)]
            if not chosen:
                raise UserError(f"none of these metrics applies to it: {', '.join(asked)}")
            scores = evaluator.scores(entry, chosen)
        except UserError as error:
            log(f"    not scored: {error}")
            scores = []
        kept = [] if asked is None else [score for score in model.scores if score.get("metric") not in asked]
        found.append(dataclasses.replace(model, card=model.card | {"scores": scores + kept}))
    return found


def leaderboard(models, metrics="default", count=None, data_dir=None, log=print):
    """Models of the zoo side by side, those of one data set under one protocol.

    Every model is scored anew with the same real data, counts, extractor and seed as the others of its data set; what was
    computed is kept in the cache.

    Args:
        models: `Exported`s.
        metrics, count: as of `compare.compare`.
        data_dir: where data sets are prepared.
        log: called with each line for the user.

    Returns:
        A list of boards, JSON-ready dicts, by the data's name, size and split: `data`, and what `compare.side_by_side` returns,
        the models in the order of the first score that has a better and a worse. Of a data set that cannot be scored here
        the reason is logged.

    Raises:
        UserError: nothing could be scored.
    """
    groups, boards = {}, []
    for model in models:
        groups.setdefault(_place(model), []).append(model)
    for name, members in sorted(groups.items()):
        log(f"{name or 'data that the card does not name'}: {', '.join(member.name for member in members)}")
        named = {member.name: member.path for member in members}
        try:
            arguments = {"metrics": metrics, "count": count, "intervals": False, "data_dir": data_dir}
            # Of one name, size and split: the same for all.
            data = real_data(open_input(members[0].path, data_dir), data_dir=data_dir)
            record = compare(named, data, **arguments, log=lambda line: None, least=1)
        except UserError as error:
            log(f"    not scored: {error}")
            continue
        boards.append({"data": name} | ranked(record))
    if not boards:
        raise UserError("none of these models could be scored here: `ganzoo data prepare` fetches what they were trained on")
    return boards


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
