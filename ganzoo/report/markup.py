"""HTML as nested calls: whatever is not markup already is escaped, so that nothing can be forgotten."""

import base64
import html
import math

import numpy as np

from ganzoo.errors import UserError
from ganzoo.pictures import grid, png

VOID = {"img", "meta", "br", "line", "rect", "circle", "path", "polyline", "polygon"}


class Markup(str):
    """Text that is HTML already."""


def tag(name, *children, **attributes):
    """An element; children that are not `Markup` are escaped, None and "" are left out, lists are spread.

    Attributes are named as in HTML, with `_` for `-` and a trailing `_` for Python's own words; None leaves one out.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Markup(f"<{name}{given}>" if name in ("img", "meta", "br") else f"<{name}{given}/>")
    return Markup(f"<{name}{given}>{join(*children)}</{name}>")


def join(*children):
    """Children one after the other, as `tag` takes them."""
    parts = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, (list, tuple)):
            parts.append(join(*child))
        else:
            parts.append(child if isinstance(child, Markup) else html.escape(str(child)))
    return Markup("".join(parts))


def hidden(words):
    """Words for those who listen to the page."""
    return tag("span", words, class_="sr")


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


def percent(share):
    """A share in percent."""
    return "–" if share is None else f"{number(100 * share, 2 if share < 0.1 else 3)} %"


def estimate(record):
    """An estimate {value, low, high} in words, such as `about 120 (90 to 170)` or `more than 40,000`."""
    if not record:
        return "not determined"
    value, low, high = (record.get(key) for key in ("value", "low", "high"))
    if value is not None:
        reach = f" ({number(low, 3)} to {number(high, 3)})" if low is not None and high is not None else ""
        return f"about {number(value, 3)}{reach}"
    if low is not None and (high is None or low > 1):
        return f"more than {number(low, 3)}"
    return f"fewer than {number(high, 3)}" if high is not None else "not determined"


def image(picture, alt, **attributes):
    """An <img> that carries its PNG, of uint8 [H, W, 1 or 3]."""
    picture = np.asarray(picture)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[-1] not in (1, 3):
        raise UserError(f"a report shows uint8 images [height, width, 1 or 3], not {picture.dtype} {picture.shape}")
    data = base64.b64encode(png(picture)).decode()
    height, width = picture.shape[:2]
    return tag("img", src=f"data:image/png;base64,{data}", alt=alt, width=width, height=height, **attributes)


def sheet(examples, least=64, width=1152):
    """Many images as one picture of some `width` pixels at most; a picture stays as it is."""
    examples = np.asarray(examples)
    if examples.ndim == 3:
        return examples
    columns = int(np.clip(width // examples.shape[2], 4, math.isqrt(least)))
    return grid(examples[: columns * columns], columns=min(columns, len(examples)))


def table(head, rows, label, class_="data"):
    """A table that scrolls sideways where it must.

    Args:
        head: the column headings; those but the first are of numbers.
        rows: rows of cells.
        label: what it is, for those who listen.
    """
    headings = tag("tr", [tag("th", cell, scope="col") for cell in head])
    body = [tag("tr", tag("th", row[0], scope="row"), [tag("td", cell) for cell in row[1:]]) for row in rows]
    whole = tag("table", tag("thead", headings), tag("tbody", body), class_=class_)
    return scroll(whole, label)


def scroll(content, label):
    return tag("div", content, class_="scroll", role="region", aria_label=label, tabindex="0")


def warning_list(warnings):
    """Sentences as a list, or nothing."""
    items = [tag("li", sentence) for sentence in warnings or ()]
    return tag("ul", items, class_="warnings") if items else None


def section(title, *content, name):
    return tag("section", tag("h2", title, id=name), *content, aria_labelledby=name)
