"""Open values of options, of which NaN is one, as JSON can hold them."""

import math


def to_json(value):
    """An option's open value as JSON can hold it: null for NaN, also within a list."""
    if isinstance(value, (list, tuple)):
        return [to_json(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def from_json(value):
    """The open value that `to_json` wrote."""
    if isinstance(value, list):
        return [from_json(part) for part in value]
    return math.nan if value is None else value
