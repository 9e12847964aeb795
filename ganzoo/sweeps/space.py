"""What a sweep goes over: names that `--set` takes, each with values or a range."""

import ast
import dataclasses
import itertools
import math
import re

import numpy as np

from ganzoo.errors import UserError

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
RANGE = re.compile(rf"({NUMBER})\.\.({NUMBER})(:log)?(?::(\d+))?")
EXAMPLE = "such as seed=0,1,2 or optimizers.discriminator.learning_rate=1e-5..1e-3:log"
# Digits of a number that is drawn from a range: those of a setting that a person would try.
DIGITS = 4


@dataclasses.dataclass(frozen=True)
class Dimension:
    """One parameter of a sweep.

    Attributes:
        name: as `--set` takes it.
        values: its values as texts that `--set` takes; () of a range.
        low, high: the ends of a range, ints where only whole numbers are in it.
        log: whether the range is even in logarithms.
        count: how many values of the range a grid takes, or None.
    """

    name: str
    values: tuple = ()
    low: float | None = None
    high: float | None = None
    log: bool = False
    count: int | None = None

    @property
    def whole(self):
        return isinstance(self.low, int)

    def __str__(self):
        if self.values:
            return f"{self.name}={','.join(self.values)}"
        ends = f"{self.low:g}..{self.high:g}" if not self.whole else f"{self.low}..{self.high}"
        return f"{self.name}={ends}{':log' * self.log}{f':{self.count}' if self.count else ''}"

    def grid(self):
        """The values of a grid, texts.

        Raises:
            UserError: a range that does not say how many.
        """
        if self.values:
            return self.values
        if not self.count:
            raise UserError(f"a grid takes so many values of a range: {self}:5, for example; or --search random or tpe")
        places = np.geomspace(self.low, self.high, self.count) if self.log else np.linspace(self.low, self.high, self.count)
        return tuple(dict.fromkeys(self.text(round(float(x)) if self.whole else float(f"{x:.{DIGITS}g}")) for x in places))

    def distribution(self):
        """What Optuna draws it from."""
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        if self.values:
            return CategoricalDistribution(self.values)
        return (IntDistribution if self.whole else FloatDistribution)(self.low, self.high, log=self.log)

    @staticmethod
    def text(value):
        """A value as `--set` takes it."""
        return value if isinstance(value, str) else repr(value)


def dimension(text):
    """Reads `NAME=VALUE,VALUE,...` or `NAME=LOW..HIGH[:log][:COUNT]`.

    Commas within brackets or quotes belong to a value. A range of two whole numbers holds whole numbers.

    Raises:
        UserError: it is neither, or a range that is none.
    """
    name, equals, values = text.partition("=")
    name, values = name.strip(), values.strip()
    if not equals or not name or not values:
        raise UserError(f"--over takes NAME=VALUES, {EXAMPLE}; it was given {text!r}")
    found = RANGE.fullmatch(values)
    if not found:
        parts = tuple(split(values))
        if "" in parts:
            raise UserError(f"--over {text!r} has an empty value: NAME=VALUE,VALUE, {EXAMPLE}")
        return Dimension(name, tuple(dict.fromkeys(parts)))
    low, high = (int(end) if re.fullmatch(r"[-+]?\d+", end) else float(end) for end in found.group(1, 2))
    low, high = (low, high) if isinstance(low, type(high)) else (float(low), float(high))
    log, count = bool(found[3]), int(found[4]) if found[4] else None
    if not low < high or not math.isfinite(high):
        raise UserError(f"--over {text!r}: a range goes from the smaller number to the greater")
    if log and low <= 0:
        raise UserError(f"--over {text!r}: a range by :log begins above 0")
    if count is not None and count < 2:
        raise UserError(f"--over {text!r}: a grid takes 2 values of a range or more")
    return Dimension(name, low=low, high=high, log=log, count=count)


def split(text):
    """The parts between the commas that lie in no bracket and no quotes."""
    part, depth, quote = "", 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        else:
            depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth and not quote:
            yield part.strip()
            part = ""
        else:
            part += sign
    yield part.strip()


def dimensions(texts):
    """Several dimensions, in order.

    Raises:
        UserError: none, a name twice, or as `dimension`.
    """
    found = [dimension(text) for text in texts]
    if not found:
        raise UserError(f"a sweep goes over something: --over NAME=VALUES, {EXAMPLE}")
    names = [each.name for each in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UserError(f"--over names {min(twice)} twice")
    return found


def grid(dims):
    """Every point of a grid: dicts from name to text, the last dimension changing first."""
    return [dict(zip([d.name for d in dims], values, strict=True)) for values in itertools.product(*(d.grid() for d in dims))]


def drawn(dims, count, seed):
    """Points drawn at random, dicts from name to what Optuna calls it; the same for the same seed, none twice."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    distributions = {each.name: each.distribution() for each in dims}
    points = []
    for _ in range(20 * count):  # where there are fewer different ones than asked for, these are all
        point = {name: _short(value, distributions[name]) for name, value in study.ask(distributions).params.items()}
        if point not in points:
            points.append(point)
        if len(points) == count:
            break
    return points


def _short(value, distribution):
    if not isinstance(value, float):
        return value
    return min(max(float(f"{value:.{DIGITS}g}"), distribution.low), distribution.high)


def literal(text):
    """A value's text as a number where it is one, for figures and TensorBoard; else as it is."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, (int, float)) else text
