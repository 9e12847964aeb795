"""What the public functions return: plain lists and dicts that print their table and show themselves in a notebook."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image

from ganzoo.report import terminal, terminal_birthday, terminal_tournament
from ganzoo.report.markup import image, join, table, tag, warning_list
from ganzoo.report.numbers import plain


class Scores(list):
    """The scores of one model: a list of JSON-ready dicts, as `evaluation.evaluate` makes them.

    A score can be had by its name too: `scores["FD[cnn-digits]"]["value"]`. It prints the table of `ganzoo evaluate`.
    """

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return super().__getitem__(key)
        for score in self:
            if score["name"] == key:
                return score
        raise KeyError(f"no score {key!r}; there are {', '.join(score['name'] for score in self)}")

    def __repr__(self) -> str:
        return "\n".join(terminal.scores(self))

    def to_dict(self) -> dict[str, dict]:
        """The scores by their names."""
        return {score["name"]: dict(score) for score in self}

    def to_frame(self) -> Any:
        """The scores as a pandas DataFrame: a row a score, by its name.

        Raises:
            ImportError: pandas is not installed.
        """
        fields = ("value", "real", "floor", "excess", "low", "high", "direction", "metric", "part", "protocol_line")
        return frame(({"name": score["name"], **{key: score.get(key) for key in fields}} for score in self), "name")

    def _repr_html_(self) -> str:
        parts = []
        for protocol in dict.fromkeys(score["protocol_line"] for score in self):
            mine = [score for score in self if score["protocol_line"] == protocol]
            rows = [
                [score["name"], *(plain(score[key]) for key in ("value", "real", "floor", "excess")), *_spread(score)]
                for score in mine
            ]
            parts += [tag("p", protocol), table(("score", "value", "held-out", "floor", "excess", "95 %", ""), rows, "Scores")]
        warnings = dict.fromkeys(warning for score in self for warning in score["warnings"])
        return str(join(parts, warning_list(warnings)))


def _spread(score):
    spread = "" if score.get("low") is None else f"{plain(score['low'])} .. {plain(score['high'])}"
    return spread, terminal.BETTER.get(score["direction"], "")


class Record(dict):
    """A JSON-ready dict that prints the table of its command."""

    def lines(self) -> list[str]:
        """The table's lines."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def to_dict(self) -> dict:
        """The plain dict."""
        return dict(self)

    def _repr_html_(self) -> str:
        return str(tag("pre", repr(self)))


class Comparison(Record):
    """Several models under one protocol, the record of `evaluation.compare`."""

    def lines(self) -> list[str]:
        return terminal.comparison(self)

    def to_frame(self) -> Any:
        """The values as a pandas DataFrame: a row a score, a column a model, and `held-out`.

        Raises:
            ImportError: pandas is not installed.
        """
        rows = (
            {
                "name": row["name"],
                **dict(zip(self["models"], (v["value"] for v in row["values"]), strict=True)),
                "held-out": row["real"],
            }
            for row in self["rows"]
        )
        return frame(rows, "name")

    def _repr_html_(self) -> str:
        rows = []
        for row in self["rows"]:
            cells = []
            for name, value in zip(self["models"], row["values"], strict=True):
                spread, _ = _spread({**value, "direction": ""})
                text = f"{plain(value['value'])}{f' ({spread})' if spread else ''}"
                cells.append(tag("b", text) if name in row["best"] else text)
            rows.append([row["name"], *cells, plain(row["real"]), terminal.BETTER.get(row["direction"], "")])
        note = tag("p", "Bold: no other model is clearly better.")
        return str(
            join(tag("p", self["protocol_line"]), table(("score", *self["models"], "held-out", ""), rows, "Scores"), note)
        )


class Tournament(Record):
    """Discriminators that judged each other's samples, the record of `evaluation.tournament`."""

    def lines(self) -> list[str]:
        return terminal_tournament.table(self)

    def to_frame(self) -> Any:
        """The models as a pandas DataFrame: a row a model, by its name.

        Raises:
            ImportError: pandas is not installed.
        """
        skills = ("generator_skill", "discriminator_skill")
        return frame(({**model, **{skill: model[skill]["rating"] for skill in skills}} for model in self["models"]), "name")


class Birthday(Record):
    """A birthday test, the record of `evaluation.birthday`; `n_eff` holds `value`, `low` and `high`."""

    def lines(self) -> list[str]:
        return terminal_birthday.table(self)


class Neighbours(Record):
    """A search for copies, the record of `evaluation.memorization` with its closest cases as a picture.

    Attributes:
        picture: each case in a row: the sample, the nearest training image in pixels, the nearest in features; then twins.
    """

    def __init__(self, record: dict, picture: np.ndarray):
        super().__init__(record)
        self.picture = Image.fromarray(picture)

    def lines(self) -> list[str]:
        return [*(f"note: {warning}" for warning in self["warnings"]), self["verdict"]]

    def _repr_html_(self) -> str:
        return str(join(tag("p", self["verdict"]), image(np.asarray(self.picture), "The closest cases")))


def frame(rows: Iterable[dict], index: str) -> Any:
    """Rows as a pandas DataFrame.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise ImportError("to_frame needs pandas, which ganzoo does not: pip install pandas") from None
    return pandas.DataFrame(list(rows)).set_index(index)
