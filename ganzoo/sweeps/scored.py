"""Which score a sweep goes by: its metric, its part, and what better means."""

import dataclasses
import math

from ganzoo.errors import UserError
from ganzoo.metrics.registry import all_metrics


@dataclasses.dataclass(frozen=True)
class Goal:
    """A part of a metric.

    Attributes:
        metric: the metric's name.
        part: of its result.
        direction: "higher" or "lower" is better; "zero" or "real", where the distance from it counts.
        title: as tables call it.
    """

    metric: str
    part: str
    direction: str
    title: str

    @property
    def maximised(self):
        return self.direction == "higher"

    def of(self, scores):
        """The `Score` record of it among scores as of `evaluate`.

        Raises:
            UserError: it is not among them, or undefined.
        """
        for score in scores:
            if (score["metric"], score["part"]) == (self.metric, self.part):
                if score["value"] is None or not math.isfinite(score["value"]):
                    raise UserError(f"{self.title} is undefined: {'; '.join(score['warnings']) or 'no number'}")
                return score
        raise UserError(f"{self.title} was not computed: its metric does not apply to this model")

    def objective(self, score):
        """What is minimised or maximised: the value, or its distance from 0 or from held-out real data's."""
        if self.direction == "zero":
            return abs(score["value"])
        if self.direction == "real":
            if score["real"] is None:
                raise UserError(f"{self.title} has no score of held-out real data to come near to")
            return abs(score["value"] - score["real"])
        return score["value"]


def goal(text):
    """The `Goal` that a user names: a title (`FD`), a metric (`frechet_distance`), or a part (`precision_recall.recall`).

    Raises:
        UserError: no metric or part has that name.
    """
    metrics = all_metrics()
    head, _, part = text.partition(".")
    if head in metrics:
        metric = metrics[head]
        names = [name for name in metric.parts if "*" not in name]
        part = part or metric.main or (names[0] if len(names) == 1 else "")
        if "." not in text and part not in metric.parts and not any("*" in name for name in metric.parts):
            raise UserError(f"{text} has several scores: name one of {', '.join(f'{head}.{name}' for name in names)}")
        return _goal(metric, part, text)
    for metric in metrics.values():
        for name in metric.parts:
            if "*" not in name and text.lower() == title(metric, name).lower():
                return _goal(metric, name, text)
    raise UserError(f"no metric is called {text!r}: FD, or one of {', '.join(sorted(metrics))}")


def _goal(metric, part, text):
    try:
        direction = metric.part(part).direction
    except ValueError:
        names = ", ".join(f"{metric.name}.{name}" for name in metric.parts if name)
        raise UserError(f"{text} is no part of {metric.name}: {names or 'it has only one'}") from None
    if direction == "aside":
        raise UserError(f"{text} is additional information, not a score: nothing better or worse to search for")
    return Goal(metric.name, part, direction, title(metric, part))


def title(metric, part):
    """What tables call a part, without the extractor."""
    name = metric.title or metric.name
    if "{part}" in name:
        return name.format(part=part)
    return name if part in ("", metric.main) else f"{name}.{part}"
