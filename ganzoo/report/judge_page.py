"""The page on which a person judges pairs: one HTML file that works from disk, blind and with decoys."""

import dataclasses
import hashlib
import html
import json
import math
from collections.abc import Callable, Sequence

import numpy as np

from ganzoo.errors import UserError
from ganzoo.files import write_atomically
from ganzoo.metrics.birthday.test import BATCH_SIZES, closest_in_batches
from ganzoo.metrics.neighbours.pairs import closest_pairs
from ganzoo.people.engine import disturbed, filled, opaque, packed, uri

FORMAT = "ganzoo-judge"
# Decoys of different images must differ by at least this (root mean square, of 255).
_STRANGE = 8.0


@dataclasses.dataclass(frozen=True)
class Candidates:
    """Pairs to be judged that give one estimate together.

    Attributes:
        side: "fake" or "real".
        kind: "batch" (does this batch hold a duplicate?) or "pooled" (the closest of all pairs of one sample).
        size: how many samples the pairs were chosen from.
        i, j, distance: the pairs, closest first: int, int, float [P].
        name: of a class, if the test is made by class.
    """

    side: str
    kind: str
    size: int
    i: Sequence[int]
    j: Sequence[int]
    distance: Sequence[float]
    name: str = ""


def candidates(
    features,
    side="fake",
    *,
    pooled=60,
    batch_sizes=BATCH_SIZES,
    batches=20,
    per_batch=3,
    seed=0,
    mirrored=None,
    rows=None,
    name="",
):
    """The pairs of one sample that a person should judge: the closest of all pairs, and of each batch.

    Args:
        features: [n, d], as for `birthday_test`; the same seed gives the same batches as there.
        side: "fake" or "real".
        pooled: how many of all pairs; 0 for none.
        batch_sizes, batches, per_batch: the batches, and how many pairs of each; no sizes, no batches.
        mirrored: features of the mirrored samples.
        rows: the indices of `features` among the side's images, if these are only some of them (a class, say).
        name: of the class.

    Returns:
        A list of `Candidates`.
    """
    rows = np.arange(len(features)) if rows is None else np.asarray(rows)
    groups = []
    if pooled:
        i, j, distance = closest_pairs(features, pooled, mirrored=mirrored)
        groups.append(Candidates(side, "pooled", len(features), rows[i], rows[j], distance, name))
    if len(batch_sizes):
        for size, i, j, distance in closest_in_batches(features, batch_sizes, batches, per_batch, seed, mirrored):
            groups.append(Candidates(side, "batch", size, rows[i], rows[j], distance, name))
    return groups


def judge_page(
    pairs: Sequence[Candidates],
    images,
    out,
    *,
    real_images=None,
    nearest: Callable | None = None,
    title="Birthday test",
    decoys=20,
    flips=False,
    seed=0,
):
    """Writes the page.

    The order of questions and of the images in each is random, ids are opaque, and distances and decoys appear only in
    an encoded block for `read_answers`. A pair that several candidates name is asked once.

    Args:
        pairs: what to judge; see `candidates`.
        images: uint8 [n, H, W, C], C 1 or 3, that pairs of side "fake" point into.
        out: path of the HTML file.
        real_images: the same for side "real". If given, decoys are made of these.
        nearest: `nearest(images)` returns the nearest training images of each of the images shown, uint8
            [n, m, H, W, C], nearest first, shown after the answer.
        title: heading of the page.
        decoys: how many, half of them known twins (one image and its slightly changed copy), half strangers.
        flips: show the second image mirrored where that is closer to the first.
        seed: of the order and of the decoys.

    Returns:
        dict: `path`, `questions` (with decoys), `decoys`, `bytes`.

    Raises:
        UserError: nothing to judge, or images that are not uint8 [n, H, W, 1 or 3].
    """
    sides = {"fake": _images("generated images", images)}
    if real_images is not None:
        sides["real"] = _images("real images", real_images)
    rng = np.random.default_rng(seed)
    asked, groups = _asked(pairs)
    if not asked:
        raise UserError("there are no pairs to judge: draw more samples")
    if missing := {side for side, _, _ in asked} - set(sides):
        raise ValueError(f"there are pairs of {missing}, but no such images")
    questions = []
    for side, i, j in asked:
        first, second = sides[side][i], sides[side][j]
        if flips and _apart(first, second[:, ::-1]) < _apart(first, second):
            second = second[:, ::-1]
        questions.append({"images": (first, second), "key": {"kind": "pair", "side": side, "i": i, "j": j}})
    questions += _decoys(sides.get("real", sides["fake"]), decoys, rng)
    if nearest is not None:
        training = nearest(np.stack([image for question in questions for image in question["images"]]))
        for question, first, second in zip(questions, training[::2], training[1::2], strict=True):
            question["near"] = (first, second)
    order = rng.permutation(len(questions))
    ids = opaque(len(questions), rng)
    entries, keys = [], {}
    for index in order:
        question = questions[index]
        swapped = bool(rng.integers(2))
        first, second = question["images"][::-1] if swapped else question["images"]
        entry = {"id": ids[index], "a": uri(first), "b": uri(second)}
        if "near" in question:
            near = [[uri(x) for x in row] for row in question["near"]]
            entry["near"] = near[::-1] if swapped else near
        entries.append(entry)
        keys[ids[index]] = question["key"]
    for group in groups:
        group["questions"] = [ids[q] for q in group["questions"]]
    content = json.dumps([entries, groups], separators=(",", ":"))
    page = hashlib.blake2b(content.encode(), digest_size=6).hexdigest()
    key = {"format": FORMAT, "version": 1, "page": page, "questions": keys, "groups": groups}
    text = filled(
        "judge.html",
        {
            "KEY": packed(key),
            "DATA": json.dumps({"page": page, "questions": entries}, separators=(",", ":")),
            "TITLE": html.escape(title),
        },
    )
    write_atomically(out, text)
    made = sum(key["kind"] != "pair" for key in keys.values())
    return {"path": str(out), "questions": len(entries), "decoys": made, "bytes": len(text.encode())}


def _asked(pairs):
    """Each pair once, {(side, i, j): number}, and the groups as the key keeps them, which name pairs by number."""
    asked, groups = {}, []
    for group in pairs:
        numbers = [asked.setdefault((group.side, int(i), int(j)), len(asked)) for i, j in zip(group.i, group.j, strict=True)]
        groups.append({"side": group.side, "kind": group.kind, "size": int(group.size), "name": group.name})
        groups[-1] |= {"questions": numbers, "distance": [float(d) for d in group.distance]}
    return asked, groups


def _decoys(images, count, rng):
    """Questions whose answer is known."""
    if not count:
        return []
    twins = [(images[index], disturbed(images[index], rng)) for index in rng.integers(len(images), size=count // 2)]
    drawn = rng.integers(len(images), size=(max(200, 10 * count), 2))
    apart = np.array([_apart(images[i], images[j]) for i, j in drawn])
    # The farther half; none of them where all images look alike.
    far = drawn[(apart >= np.median(apart)) & (apart > _STRANGE)]
    strangers = [(images[i], images[j]) for i, j in far[: math.ceil(count / 2)]]
    made = [{"images": pair, "key": {"kind": "twin"}} for pair in twins]
    return made + [{"images": pair, "key": {"kind": "stranger"}} for pair in strangers]


def _apart(first, second):
    """Root mean square difference of two images."""
    return float(np.sqrt(np.square(first.astype(np.float64) - second).mean()))


def _images(name, images):
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise UserError(f"{name} must be uint8 [n, height, width, 1 or 3], not {images.dtype} {images.shape}")
    return images
