"""Does a generator copy its training data? Nearest training images, mirrored ones too, with held-out data as yardstick."""

import dataclasses
import math

import numpy as np
from scipy import stats

from ganzoo import figures
from ganzoo.evaluation.nearest_training import NEIGHBOURS, as_matched, checked_images, digest, nearest_training
from ganzoo.metrics.birthday.support import clopper_pearson

# A finding must be this improbable for real data that was never trained on.
LEVEL = 0.001
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95)
CELL = 84  # pixels of an image's side at least, in a picture


def copies(
    fake, train, held, features=None, train_features=None, flips=True, alpha=0.05, closest=24, k=NEIGHBOURS, within=False
):
    """Whether generated images lie nearer to the training images than held-out real images do.

    In pixels and in every space of features two things are compared with held-out images: the distance to the nearest
    training image, and that distance over the one to the k-th nearest. Copies are small in both; blurred or merely
    typical samples are near too, but to many training images alike. Thresholds are the alpha-quantiles of the held-out
    images; under them count as many samples as there would be of data that was never trained on, up to chance: the
    p-values (beta-binomial) allow for the thresholds' own chance. Images that equal a training image are judged by their
    number alone, the others by their distances, on both sides.

    Distances are judged where there are enough held-out images for the threshold to leave a share of alpha below it: 19 for
    0.05. With fewer, the nearest of all would be the threshold, and samples that are all alike would lie under it, or none,
    by chance.

    Where nothing was held out, training images are the yardstick, each compared with all others that differ from it: a
    sample may come as near to one of them as they come to each other.

    Args:
        fake: generated images, uint8 [N, H, W, C].
        train: training images, uint8 [M, H, W, C]: all of them, or copies of the others go unseen.
        held: real images that were not trained on, uint8 [T, H, W, C].
        features: functions from images to features, by name.
        train_features: the training images' features by name, where at hand.
        flips: whether mirror images count as copies.
        alpha: share of the held-out images that a threshold leaves below itself.
        closest: how many of the closest cases to list.
        k: neighbours to look at.
        within: whether `held` are training images.

    Returns:
        A JSON-ready dict: `finding` ("copies", "near": nearer than held-out images, but not to single training images,
        "none", or "open": too few held-out images to say), `verdict` (sentences), `counts`, `exact` (identical images, by
        hash, of both sides), `spaces` (by name: `threshold`, `nearer`, `share` with `low` and `high`, `expected`, `p_value`,
        the same of `ratio`, and in it of `strict` with a tenth of alpha, `mirrored` and `quantiles` of both sides), `closest`
        (lists of cases by side, closest first: `index`, `exact`, and by space `train`, `mirrored`, `distance`, `ratio`,
        `held_nearer`, the share of held-out images at least as near), `warnings`.

    Raises:
        UserError: as `nearest_training`.
    """
    fake = checked_images("generated images", fake)
    train, held = (
        checked_images(name, x, fake.shape[1:]) for name, x in (("training images", train), ("held-out images", held))
    )
    count, parts = len(fake), {}
    both = np.concatenate([fake, held])
    different = _first_rows(train)
    apart = np.arange(len(both)) >= count if within else None
    for name, function in {"pixels": None, **(features or {})}.items():
        known = (train_features or {}).get(name)
        known = None if known is None else known[different]
        near = nearest_training(both, train[different], function, known, k, flips, apart)
        parts[name] = dataclasses.replace(near, indices=different[near.indices])
    twins = _identical(both, train, flips)
    if within:
        twins[count:] = -1, False
    exact = {side: _exact(twins[rows]) for side, rows in (("fake", slice(count)), ("held", slice(count, None)))}
    table = [[exact[side]["count"], exact[side]["images"] - exact[side]["count"]] for side in ("fake", "held")]
    exact["p_value"] = float(stats.fisher_exact(table, "greater").pvalue)
    spaces = {name: _space(near, count, alpha, twins[:, 0] >= 0) for name, near in parts.items()}
    record = {
        "finding": _finding(exact, spaces, enough=_leaves_a_share(len(held) - exact["held"]["count"], alpha)),
        "alpha": alpha,
        "within": within,
        "flips": flips,
        "neighbours": min(k, len(train)),
        "counts": {"fake": count, "train": len(train), "held": len(held)},
        "exact": exact,
        "spaces": spaces,
        "closest": {
            side: _closest(parts, rows, count, twins, closest)
            for side, rows in (("fake", np.arange(count)), ("held", np.arange(count, len(both))))
        },
        "warnings": _warnings(len(held), len(train) - len(different), alpha, exact, flips, within),
    }
    record["verdict"] = _verdict(record)
    return record


def picture(record, images, train, side="fake", rows=12):
    """The closest cases as one picture, a row each: the image, then its nearest training image in each space, as said above.

    Args:
        record: of `copies`.
        images: the generated images it is of, or the held-out ones, uint8 [N, H, W, C].
        train: the training images.
        side: "fake" or "held".
        rows: cases at most.

    Returns:
        uint8 [height, width, 3]; mirrored training images are shown mirrored, as they were matched.
    """
    cases = record["closest"][side][:rows]
    columns = ["sample" if side == "fake" else side, *(f"nearest in {name}" for name in record["spaces"])]
    sheet = figures.sheet(np.concatenate([case_images(record, case, images, train) for case in cases]), len(columns), CELL)
    return figures.over(columns, sheet)


def case_images(record, case, images, train):
    """One case of a record's `closest`: the image and its nearest training image in each space, uint8 [n, H, W, C]."""
    row = [np.asarray(images)[case["index"]]]
    for name in record["spaces"]:
        near = case["spaces"][name]
        row.append(as_matched(np.asarray(train), near["train"], near["mirrored"]))
    return np.stack(row)


def _first_rows(images):
    """The rows of the images that no earlier one equals, in order."""
    first = {}
    for row, image in enumerate(images):
        first.setdefault(digest(image), row)
    return np.array([*first.values()])


def _identical(images, train, flips):
    """For each image the identical training image: int [N, 2] of its index (-1: none) and whether it is mirrored."""
    known = {}
    for mirror in (False, True) if flips else (False,):
        for index, image in enumerate(train):
            known.setdefault(digest(image[:, ::-1] if mirror else image), (index, mirror))
    return np.array([known.get(digest(image), (-1, False)) for image in images], int)


def _exact(twins):
    count = int((twins[:, 0] >= 0).sum())
    return {"images": len(twins), "count": count, "mirrored": int(twins[:, 1].sum())} | _share(count, len(twins))


def _share(count, total):
    """A share with its exact 95 % interval."""
    low, high = clopper_pearson(int(count), int(total))
    return {"share": float(count / total), "low": low, "high": high}


def _ratios(distances):
    """The nearest distance over the k-th: 1 where all are alike, 0 for a copy."""
    first, last = distances[:, 0], distances[:, -1]
    return np.divide(first, last, out=np.zeros(len(first)), where=last > 0)


def _space(near, count, alpha, exact):
    """The record of one space, `near` being of `count` generated images and then the held-out ones.

    Distances are judged of images that are no `exact` copies, bool [N]; of all where that leaves no yardstick.
    """
    fake, held = ((np.arange(len(exact)) < count) & ~exact, (np.arange(len(exact)) >= count) & ~exact)
    if not held.any():
        fake, held = np.arange(len(exact)) < count, np.arange(len(exact)) >= count
    nearest, ratios = near.distances[:, 0], _ratios(near.distances)
    record = _beyond(nearest[fake], nearest[held], alpha)
    record["ratio"] = _beyond(ratios[fake], ratios[held], alpha)
    # Few copies among many samples drown under alpha, and in distance among kinds that lie close anyway, but not here.
    record["ratio"]["strict"] = _beyond(ratios[fake], ratios[held], alpha / 10)
    sides = (("fake", slice(count)), ("held", slice(count, None)))
    record["mirrored"] = {side: float(near.mirrored[rows, 0].mean()) for side, rows in sides}
    record["quantiles"] = {side: {f"{q:g}": float(np.quantile(nearest[rows], q)) for q in QUANTILES} for side, rows in sides}
    return record


def _beyond(values, held, alpha):
    """How many values lie under the held-out ones' alpha-quantile, and how likely that is for as good as held-out data."""
    rank = max(1, math.floor(alpha * (len(held) + 1)))
    threshold = float(np.partition(held, rank - 1)[rank - 1])
    nearer, total = int((values < threshold).sum()), len(values)
    return {
        "threshold": threshold,
        "held_share": rank / (len(held) + 1),
        "nearer": nearer,
        "samples": total,
        **(_share(nearer, total) if total else {"share": 0.0, "low": 0.0, "high": 1.0}),
        "expected": total * rank / (len(held) + 1),
        # summed, since `sf` is 1 - cdf and ends at 1e-14
        "p_value": min(1.0, float(stats.betabinom.pmf(np.arange(nearer, total + 1), total, rank, len(held) + 1 - rank).sum())),
    }


def _leaves_a_share(held, alpha):
    """Whether so many held-out images can have a share of alpha below a threshold."""
    return alpha * (held + 1) >= 1


def _finding(exact, spaces, enough):
    if not enough:
        return "copies" if exact["p_value"] < LEVEL else "open"
    level = _level(spaces)
    near = [space for space in spaces.values() if space["p_value"] < level]
    single = any(space["ratio"]["p_value"] < level for space in near)
    if exact["p_value"] < LEVEL or single or any(space["ratio"]["strict"]["p_value"] < level for space in spaces.values()):
        return "copies"
    return "near" if near else "none"


def _level(spaces):
    """LEVEL shared among the tests: distance and strict ratio in each space."""
    return LEVEL / (2 * len(spaces))


def _closest(parts, rows, count, twins, closest):
    """The closest cases of some rows, in units of the held-out images' median distance; indices start at the first row."""
    closeness = []
    for near in parts.values():
        middle = np.median(near.distances[count:, 0])
        closeness.append(near.distances[rows, 0] / (middle or 1.0))
    ratios = {name: _ratios(near.distances) for name, near in parts.items()}
    held = {name: np.sort(near.distances[count:, 0]) for name, near in parts.items()}
    cases = []
    for row in rows[np.argsort(np.min(closeness, axis=0), kind="stable")[:closest]]:
        spaces = {}
        for name, near in parts.items():
            distance = float(near.distances[row, 0])
            spaces[name] = {
                "train": int(near.indices[row, 0]),
                "mirrored": bool(near.mirrored[row, 0]),
                "distance": distance,
                "ratio": float(ratios[name][row]),
                "held_nearer": float(np.searchsorted(held[name], distance, "right") / len(held[name])),
            }
        cases.append({"index": int(row - rows[0]), "exact": bool(twins[row, 0] >= 0), "spaces": spaces})
    return cases


def _verdict(record):
    """What the record says, in sentences."""
    count, exact, sentences = record["counts"]["fake"], record["exact"], []
    others = "training images do to others" if record["within"] else "held-out images do"
    which = "other samples " if exact["fake"]["count"] else "samples "
    opening = {
        "copies": "It copies its training data.",
        "near": f"It keeps nearer to its training data than {others}, but not to single images: look at the closest.",
        "none": "No sign of copying.",
        "open": f"No verdict: {record['counts']['held']} held-out images are too few to say how near is too near.",
    }
    if record["finding"] == "none" and exact["fake"]["count"]:
        opening["none"] = "No clear sign of copying."
    sentences.append(opening[record["finding"]])
    if exact["fake"]["count"]:
        mirrored = f" ({exact['fake']['mirrored']:,} mirrored)" if exact["fake"]["mirrored"] else ""
        held = "" if record["within"] else f"; of {exact['held']['images']:,} held-out images {exact['held']['count']:,} are"
        sentences.append(
            f"{exact['fake']['count']:,} of {count:,} samples are exact copies of training images{mirrored}{held}."
        )
    for name, space in record["spaces"].items():
        if not space["samples"]:
            continue
        where = "in pixels" if name == "pixels" else f"in the features of {name}"
        sentences.append(
            f"{where[0].upper()}{where[1:]}, {space['nearer']:,} of {space['samples']:,} {which}lie nearer to a training image "
            f"than all but {100 * space['held_share']:.2g} % of {others}: expected {space['expected']:.0f}."
        )
        strict = space["ratio"]["strict"]
        if strict["p_value"] < _level(record["spaces"]):
            sentences.append(
                f"{strict['nearer']:,} keep to a single training image more than all but {100 * strict['held_share']:.2g} % of "
                f"{others}: expected {max(1, strict['expected']):.0f}."
            )
    return " ".join(sentences)


def _warnings(held, repeated, alpha, exact, flips, within):
    warnings = []
    if within:
        warnings.append(
            "nothing here is held out from training: the yardstick is how near training images come to others of them"
        )
    if repeated:
        warnings.append(f"{repeated:,} training images repeat others: copies of these may be the data's own repetition")
    if not _leaves_a_share(held - exact["held"]["count"], alpha):
        warnings.append(f"{held} held-out images cannot show a share of {alpha:g}: the threshold is their nearest one")
    if exact["held"]["count"]:
        warnings.append(
            f"{exact['held']['count']:,} of {exact['held']['images']:,} held-out images are in the training data themselves: "
            "distances are judged by the others"
        )
    if not flips:
        warnings.append("mirror images were not looked at: a generator that mirrors its training data goes unseen")
    return warnings
