"""What every page that people answer is made of: one HTML file that works from disk, blind, with its key encoded in it."""

import base64
import dataclasses
import hashlib
import html
import io
import json
import re
import zlib
from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image

from ganzoo.checked_json import parse_json
from ganzoo.errors import UserError, one_line
from ganzoo.files import write_atomically

FORMAT = "ganzoo-people"
# Bytes that a key may unpack to.
MOST_BYTES = 2**26


@dataclasses.dataclass(frozen=True)
class Question:
    """One thing to be judged.

    Attributes:
        images: uint8 [H, W, C] each; what they are depends on the kind of page.
        key: what is known of it and hidden from whoever judges, JSON-ready; `answer` where it is a decoy, whose answer is
            known.
        text: shown beside it, such as a caption.
        practice: the right answer, where it comes before the others and is told at once; None elsewhere.
    """

    images: tuple
    key: dict
    text: str = ""
    practice: str | None = None


def write_page(kind, questions, settings, out, title, seed=0, record=None):
    """Writes a page.

    The order of questions is random (and another in each browser), ids are opaque, and what is known of them appears only in
    an encoded block.

    Args:
        kind: of page, such as "preference".
        questions: `Question`s.
        settings: what the page needs, JSON-ready: `prompt`, `hint`, `about` (paragraphs), `layout`, `choices` and more; see
            people.html.
        out: path of the HTML file.
        title: heading of the page.
        seed: of the order and the ids.
        record: what is kept in the key of the models and the data, JSON-ready.

    Returns:
        dict: `path`, `kind`, `questions`, `decoys`, `practice`, `bytes`.

    Raises:
        UserError: nothing to judge.
    """
    if not any(question.practice is None for question in questions):
        raise UserError("there is nothing to judge: draw more samples")
    rng = np.random.default_rng([seed, 0x9A6E])
    ids = opaque(len(questions), rng)
    entries, keys = [], {}
    for index in rng.permutation(len(questions)):
        question = questions[index]
        entry = {"id": ids[index], "images": [uri(image) for image in question.images]}
        entry |= {"text": question.text} if question.text else {}
        entry |= {"practice": question.practice} if question.practice is not None else {}
        if "timed" in settings:  # which the staircase needs to know, and whoever judges must not read
            entry["check"] = fnv(f"{ids[index]}:{question.practice or question.key.get('answer') or question.key['side']}")
        entries.append(entry)
        keys[ids[index]] = question.key | ({"practice": question.practice} if question.practice is not None else {})
    entries.sort(key=lambda entry: "practice" not in entry)  # stable: what is practised comes first
    page = hashlib.blake2b(json.dumps([kind, entries, settings]).encode(), digest_size=6).hexdigest()
    key = {"format": FORMAT, "version": 1, "kind": kind, "page": page, "settings": settings, "record": record or {}}
    text = filled(
        "people.html",
        {
            "KEY": packed(key | {"questions": keys}),
            "DATA": json.dumps({"page": page, "kind": kind, **settings, "questions": entries}, separators=(",", ":")),
            "TITLE": html.escape(title),
        },
    )
    write_atomically(out, text)
    practice = sum(question.practice is not None for question in questions)
    decoys = sum("answer" in question.key for question in questions if question.practice is None)
    facts = {"path": str(out), "kind": kind, "questions": len(questions) - practice, "decoys": decoys, "practice": practice}
    return facts | {"bytes": len(text.encode())}


def filled(template, values):
    """A template of this package with its tokens replaced, the engine's head, style and script among them.

    A value that stands inside a script cannot end it: `</` is escaped in DATA.
    """
    files = resources.files(__package__)
    parts = {"HEAD": "head.html", "TOP": "top.html", "STYLE": "engine.css", "ENGINE": "engine.js"}
    parts = {name: (files / file).read_text(encoding="utf-8").rstrip("\n") for name, file in parts.items()}
    text = (files / template).read_text(encoding="utf-8")
    for name in ("HEAD", "TOP"):  # they have tokens of their own
        text = text.replace(f"__{name}__", parts[name])
    values = parts | values
    if "DATA" in values:
        values["DATA"] = values["DATA"].replace("</", "<\\/")
    return re.sub("__(" + "|".join(values) + ")__", lambda match: values[match.group(1)], text)


def packed(key):
    """A JSON-ready key as the page holds it: encoded, not encrypted."""
    return base64.b64encode(zlib.compress(json.dumps(key).encode(), 9)).decode()


def read_key(page, form, how, what="page to judge"):
    """The key of a page, read from the page itself.

    Args:
        page: its path.
        form: the `format` that it must have.
        how: the command that writes such pages, for messages.
        what: what they are called in messages.

    Raises:
        UserError: no such file, a damaged one, or another page.
    """
    try:
        text = Path(page).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the page {page}: {one_line(error)}") from None
    block = re.search(r'<script type="text/plain" id="key">([A-Za-z0-9+/=]+)</script>', text)
    try:
        unpacked = zlib.decompressobj()
        content = unpacked.decompress(base64.b64decode(block.group(1)), MOST_BYTES)
    except (AttributeError, ValueError, zlib.error):
        content = b"{}"
    else:
        if not unpacked.eof:
            raise UserError(f"{page} is damaged: its key is cut, or larger than {MOST_BYTES:,} bytes")
    key = parse_json(content, dict, f"the key of {page}")
    if key.get("format") != form:
        raise UserError(f"{page} is not a {what}: write one with `{how}`")
    return key


def fnv(text):
    """The 32-bit hash FNV-1a of a text of ASCII, as people.html computes it."""
    value = 2166136261
    for byte in text.encode("ascii"):
        value = (value ^ byte) * 16777619 % 2**32
    return value


def opaque(count, rng):
    """Distinct random ids."""
    ids = set()
    while len(ids) < count:
        ids.add(rng.bytes(5).hex())
    return [sorted(ids)[i] for i in rng.permutation(count)]


def uri(image):
    """A uint8 image [H, W, 1 or 3] as a PNG in a data URI."""
    buffer = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def disturbed(image, rng):
    """A known twin of a uint8 image [H, W, C]: contrast, brightness and noise of a few percent, a pixel's shift."""
    changed = image.astype(np.float64)
    if min(image.shape[:2]) >= 32:
        down, right = rng.integers(-1, 2, size=2)
        padded = np.pad(changed, ((1, 1), (1, 1), (0, 0)), mode="edge")
        changed = padded[1 + down : 1 + down + image.shape[0], 1 + right : 1 + right + image.shape[1]]
    mean = changed.mean()
    changed = (changed - mean) * rng.uniform(0.94, 1.06) + mean + rng.uniform(-8, 8)
    return np.clip(np.rint(changed + rng.normal(0, 5, changed.shape)), 0, 255).astype(np.uint8)


def shuffled(image, rng, parts=4):
    """A picture that nobody takes for a real one: a uint8 image cut into `parts` x `parts` blocks, in random places."""
    rows, columns = (np.array_split(np.arange(size), parts) for size in image.shape[:2])
    height, width = (min(len(part) for part in side) for side in (rows, columns))
    blocks = [image[row[0] : row[0] + height, column[0] : column[0] + width] for row in rows for column in columns]
    order = rng.permutation(len(blocks))
    while (order == np.arange(len(blocks))).mean() > 0.25:
        order = rng.permutation(len(blocks))
    out = image.copy()
    for place, index in enumerate(order):
        row, column = rows[place // parts][0], columns[place % parts][0]
        out[row : row + height, column : column + width] = blocks[index]
    return out
