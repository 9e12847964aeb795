"""Which metrics of a selection can be computed of a model, and why others cannot."""

import difflib
from collections.abc import Iterable

from ganzoo.errors import UserError
from ganzoo.metrics.registry import ARGUMENTS, all_metrics, metrics_of


def chosen_metrics(names, context, trained_on=False, log=print):
    """The selected metrics that can be computed, each with whether it was named explicitly.

    Args:
        names: "default", "all", or names as a list or separated by commas.
        context: the `Context` of the model and the real data.
        trained_on: whether the model was trained on the held-out data: what looks for copies is then left out unless named.
        log: called with a line on what is left out.

    Returns:
        A list of (`Metric`, bool).

    Raises:
        UserError: no such metric, or a named one cannot be computed.
    """
    known = metrics_of(context.modality.kind)
    asked = names not in ("default", "all")
    if not asked:
        default = tuple(name for name, metric in known.items() if metric.is_default(context.modality.kind))
        names = {"default": default, "all": tuple(known)}[names]
    names = named(names, known)
    chosen, left, blind = [], [], []
    for name in dict.fromkeys(names):
        problem = why_not(all_metrics()[name], context)
        if problem and asked:
            raise UserError(problem)
        if problem:
            left.append(name)
        elif trained_on and known[name].sees_copies and not asked:
            blind.append(name)
        else:
            chosen.append((known[name], asked))
    if left:
        log(f"left out, since they do not apply here: {', '.join(left)}")
    if blind:
        log(f"left out, since nothing is held out from the model: {', '.join(blind)}; `ganzoo neighbours` sees copies")
    return chosen


def named(names, known=None):
    """Names of metrics, as a list or separated by commas, as a list.

    Args:
        known: what the refusal lists; all metrics by default.

    Raises:
        UserError: there is no such metric.
    """
    if isinstance(names, str):
        names = [name.strip() for name in names.split(",") if name.strip()]
    names = list(names) if isinstance(names, Iterable) else [names]
    unknown = [str(name) for name in names if name not in all_metrics()]
    if unknown or not names:
        there = ", ".join(sorted(known or all_metrics()))
        close = dict.fromkeys(match for name in unknown for match in difflib.get_close_matches(name, all_metrics(), n=2))
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        raise UserError(f"no such metric: {', '.join(unknown) or 'none named'}; {hint}there are {there}")
    return names


def why_not(metric, context):
    """Why a metric cannot be computed in `context`, as a sentence; None where it can."""
    name, model, data = metric.name, context.comparison.other.input, context.modality.data
    if context.modality.kind not in metric.of:
        return f"{name} does not apply to {data.name}: it is not a metric of {context.modality.kind}s"
    lacks = context.lacks(metric)
    for need, what in (("fake_captions", "captions"), ("fake_labels", "labels"), ("conditions", "labels or captions")):
        if lacks == [need]:
            return f"{name} needs samples that were drawn with {what}: {model.name} has none"
    if lacks:
        needs = "; ".join(f"{need}, {ARGUMENTS[need]}" for need in lacks)
        where = f"{model.name} beside {data.name} with the extractor {context.comparison.real.extractor.name}"
        return f"{name} does not apply to {where}: there is no {needs}"
    return None
