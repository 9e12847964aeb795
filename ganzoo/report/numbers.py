"""Numbers and estimates in words: typographic ones for pages, plain ones for a terminal."""

import math

# Directions in words.
BETTER = {
    "higher": "higher is better",
    "lower": "lower is better",
    "real": "held-out is the target",
    "zero": "0 is best",
}


def number(value, digits=4):
    """A number for people: `digits` significant ones (whole numbers keep all if 4), commas, and words for what is none."""
    if value is None:
        return "–"
    value = float(value)
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) and (abs(value) < 10**digits or (digits >= 4 and abs(value) < 1e9)):
        return f"{int(value):,}".replace("-", "−")
    if abs(value) >= 10 ** (digits - 1):
        power = 10 ** (math.floor(math.log10(abs(value))) + 1 - digits)
        return f"{round(value / power) * power:,.0f}".replace("-", "−")
    return f"{value:.{digits}g}".replace("-", "−")


def rounded_down(value, digits):
    """A number above 0 with `digits` significant ones, none larger than it."""
    power = 10 ** (math.floor(math.log10(value)) + 1 - digits)
    return math.floor(value / power) * power


def percent(share):
    """A share in percent."""
    return "–" if share is None else f"{number(100 * share, 2 if share < 0.1 else 3)} %"


def estimate(record):
    """An estimate {value, low, high} in words, such as `about 120 (90 to 170)` or `at least 40,000`."""
    if not record:
        return "not determined"
    value, low, high = (record.get(key) for key in ("value", "low", "high"))
    if value is not None:
        reach = f" ({number(low, 3)} to {number(high, 3)})" if low is not None and high is not None else ""
        return f"about {number(value, 3)}{reach}"
    if low is not None and (high is None or low > 1):
        return f"at least {number(rounded_down(max(low, 1.0), 3), 3)}"  # too few samples tell of no more than one
    return f"fewer than {number(high, 3)}" if high is not None else "not determined"


def plain(value):
    """A number for a terminal, in four digits; a dash where there is none."""
    return "-" if value is None else f"{value:.4g}"


def interval(n_eff):
    """`1,234 [567, 8,901]`, with words where a bound is open."""
    value, low, high = (n_eff[key] for key in ("value", "low", "high"))

    def word(number):
        return "open" if number is None else f"{number:,.0f}"

    if value is None:
        return f"not determined, at least {word(low)}" if low is not None else "not determined"
    return f"{word(value)} [{word(low)}, {word(high)}]"
