"""HTML as nested calls: everything that is not markup already is escaped."""

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
    """An element; children that are not `Markup` are escaped, None and "" are omitted, lists are flattened.

    Attributes are named as in HTML, with `_` for `-` and a trailing `_` for Python keywords; None omits one.
    """
    attribute_text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Markup(f"<{name}{attribute_text}>" if name in ("img", "meta", "br") else f"<{name}{attribute_text}/>")
    return Markup(f"<{name}{attribute_text}>{join(*children)}</{name}>")


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


def hidden(text):
    """Text for screen readers only."""
    return tag("span", text, class_="sr")


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
        label: a description for screen readers.
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
