"""Does a generator copy its training data? Nearest training images, mirrored ones too, with held-out data as yardstick."""

import dataclasses
import hashlib
import math

import numpy as np
from scipy import stats

from ganzoo.errors import UserError
from ganzoo.metrics.birthday.support import clopper_pearson
from ganzoo.metrics.neighbours.search import nearest
from ganzoo.pictures import grid

NEIGHBOURS = 5
# A finding must be this improbable for real data that was never trained on.
LEVEL = 0.001
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95)


@dataclasses.dataclass(frozen=True)
class NearestTraining:
    """The nearest training images of every image, nearest first; each training image at most once.

    Attributes:
        distances: float64 [N, k]; in pixels the root mean square difference in grey levels, in features Euclidean.
        indices: int64 [N, k], into the training images.
        mirrored: bool [N, k], whether the mirror image is the nearer one.
    """

    distances: np.ndarray
    indices: np.ndarray
    mirrored: np.ndarray


def nearest_training(images, train, features=None, train_features=None, k=NEIGHBOURS, flips=True):
    """Searches, exactly, for the nearest training images.

    With `flips` every image is searched for a second time mirrored: the distance to a training image is the lesser of
    the two, in pixels the same as to the training image and its mirror image.

    Args:
        images: uint8 [N, H, W, C].
        train: uint8 [M, H, W, C].
        features: a function from images to features [N, d], such as an extractor's `features`; None for pixels.
        train_features: `features(train)` if at hand.
        k: how many, at most M.
        flips: whether mirror images count.

    Returns:
        A `NearestTraining`.

    Raises:
        UserError: images that are not uint8 [N, H, W, C], different shapes, or none.
    """
    images, train = _images("images", images), _images("training images", train, images.shape[1:])
    k = min(k, len(train))
    both = np.concatenate([images, images[:, :, ::-1]]) if flips else images
    if features is None:
        base, queries = train.reshape(len(train), -1), both.reshape(len(both), -1)
        unit = math.sqrt(base.shape[1])
    else:
        base, queries, unit = features(train) if train_features is None else train_features, features(both), 1.0
        if len(base) != len(train):
            raise ValueError(f"{len(base)} training features for {len(train)} training images")
    near = nearest(queries, base, k)
    distances, indices = near.distances / unit, near.indices
    mirrored = np.zeros(indices.shape, bool)
    if flips:
        count = len(images)
        distances, indices = (np.concatenate([x[:count], x[count:]], axis=1) for x in (distances, indices))
        mirrored = np.tile(np.arange(2 * k) >= k, (count, 1))
        distances, indices, mirrored = _once(distances, indices, mirrored, k)
    return NearestTraining(distances, indices, mirrored)


def nearest_images(train, features=None, train_features=None, k=3, flips=True):
    """A function from images to their nearest training images, uint8 [n, k, H, W, C], mirrored where that is nearer.

    Args:
        train, features, train_features, k, flips: as of `nearest_training`.
    """
    if features is not None and train_features is None:
        train_features = features(train)

    def look(images):
        near = nearest_training(images, train, features, train_features, k, flips)
        return _as_matched(train, near.indices, near.mirrored)

    return look


def copies(fake, train, held, features=None, train_features=None, flips=True, alpha=0.05, closest=24, k=NEIGHBOURS):
    """Whether generated images lie nearer to the training images than held-out real images do.

    In pixels and in every space of features two things are compared with held-out images: the distance to the nearest
    training image, and that distance over the one to the k-th nearest. Copies are small in both; blurred or merely
    typical samples are near too, but to many training images alike. Thresholds are the alpha-quantiles of the held-out
    images; under them count as many samples as there would be of data that was never trained on, up to chance: the
    p-values (beta-binomial) allow for the thresholds' own chance.

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

    Returns:
        A JSON-ready dict: `finding` ("copies", "near": nearer than held-out images, but not to single training images,
        or "none"), `verdict` (sentences), `counts`, `exact` (identical images, by hash, of both sides), `spaces` (by
        name: `threshold`, `nearer`, `share` with `low` and `high`, `expected`, `p_value`, the same of `ratio`, and in it of
        `strict` with a tenth of alpha, `mirrored` and `quantiles` of both sides), `closest` (lists of cases by side,
        closest first: `index`, `exact`, and by space `train`, `mirrored`, `distance`, `ratio`, `held_nearer`, the share of
        held-out images at least as near), `warnings`.

    Raises:
        UserError: as `nearest_training`.
    """
    fake = _images("generated images", fake)
    train, held = (_images(name, x, fake.shape[1:]) for name, x in (("training images", train), ("held-out images", held)))
    count, parts = len(fake), {}
    both = np.concatenate([fake, held])
    for name, function in {"pixels": None, **(features or {})}.items():
        known = (train_features or {}).get(name)
        parts[name] = nearest_training(both, train, function, known, k, flips)
    twins = _identical(both, train, flips)
    exact = {side: _exact(twins[rows]) for side, rows in (("fake", slice(count)), ("held", slice(count, None)))}
    table = [[exact[side]["count"], exact[side]["images"] - exact[side]["count"]] for side in ("fake", "held")]
    exact["p_value"] = float(stats.fisher_exact(table, "greater").pvalue)
    spaces = {name: _space(near, count, alpha) for name, near in parts.items()}
    record = {
        "finding": _finding(exact, spaces),
        "alpha": alpha,
        "flips": flips,
        "neighbours": min(k, len(train)),
        "counts": {"fake": count, "train": len(train), "held": len(held)},
        "exact": exact,
        "spaces": spaces,
        "closest": {
            side: _closest(parts, rows, count, twins, closest)
            for side, rows in (("fake", np.arange(count)), ("held", np.arange(count, len(both))))
        },
        "warnings": _warnings(len(held), alpha, exact, spaces, flips),
    }
    record["verdict"] = _verdict(record)
    return record


def picture(record, images, train, side="fake", rows=12):
    """The closest cases as one picture, a row each: the image, then its nearest training image in each space.

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
    return grid(np.concatenate([case_images(record, case, images, train) for case in cases]), 1 + len(record["spaces"]))


def case_images(record, case, images, train):
    """One case of a record's `closest`: the image and its nearest training image in each space, uint8 [n, H, W, C]."""
    row = [np.asarray(images)[case["index"]]]
    for name in record["spaces"]:
        near = case["spaces"][name]
        row.append(_as_matched(np.asarray(train), near["train"], near["mirrored"]))
    return np.stack(row)


def _as_matched(train, indices, mirrored):
    matches = train[indices]
    return np.where(np.asarray(mirrored)[..., None, None, None], matches[..., ::-1, :], matches)


def _once(distances, indices, mirrored, k):
    """The k nearest of each row's candidates, every training image once."""
    order = np.lexsort((distances, indices), axis=1)
    ranked = np.take_along_axis(indices, order, 1)
    again = np.zeros(indices.shape, bool)
    np.put_along_axis(again, order[:, 1:], ranked[:, 1:] == ranked[:, :-1], 1)
    order = np.lexsort((indices, distances, again), axis=1)[:, :k]
    return tuple(np.take_along_axis(x, order, 1) for x in (distances, indices, mirrored))


def _identical(images, train, flips):
    """For each image the identical training image: int [N, 2] of its index (-1: none) and whether it is mirrored."""
    known = {}
    for mirror in (False, True) if flips else (False,):
        for index, image in enumerate(train):
            known.setdefault(_digest(image[:, ::-1] if mirror else image), (index, mirror))
    return np.array([known.get(_digest(image), (-1, False)) for image in images], int)


def _digest(image):
    return hashlib.blake2b(np.ascontiguousarray(image).tobytes(), digest_size=16).digest()


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


def _space(near, count, alpha):
    """The record of one space, `near` being of `count` generated images and then the held-out ones."""
    record = _beyond(near.distances[:count, 0], near.distances[count:, 0], alpha)
    ratios = _ratios(near.distances)
    record["ratio"] = _beyond(ratios[:count], ratios[count:], alpha)
    # Few copies among many samples drown under alpha, and in distance among kinds that lie close anyway, but not here.
    record["ratio"]["strict"] = _beyond(ratios[:count], ratios[count:], alpha / 10)
    record["mirrored"] = {"fake": float(near.mirrored[:count, 0].mean()), "held": float(near.mirrored[count:, 0].mean())}
    record["quantiles"] = {
        side: {f"{q:g}": float(np.quantile(near.distances[rows, 0], q)) for q in QUANTILES}
        for side, rows in (("fake", slice(count)), ("held", slice(count, None)))
    }
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
        **_share(nearer, total),
        "expected": total * rank / (len(held) + 1),
        # summed, since `sf` is 1 - cdf and ends at 1e-14
        "p_value": min(1.0, float(stats.betabinom.pmf(np.arange(nearer, total + 1), total, rank, len(held) + 1 - rank).sum())),
    }


def _finding(exact, spaces):
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
    opening = {
        "copies": "It copies its training data.",
        "near": "It keeps nearer to its training data than held-out data does, but not to single images: look at the closest.",
        "none": "No sign of copying.",
    }
    if record["finding"] == "none" and exact["fake"]["count"]:
        opening["none"] = "No clear sign of copying."
    sentences.append(opening[record["finding"]])
    if exact["fake"]["count"]:
        mirrored = f" ({exact['fake']['mirrored']:,} mirrored)" if exact["fake"]["mirrored"] else ""
        sentences.append(
            f"{exact['fake']['count']:,} of {count:,} samples are exact copies of training images{mirrored}; of "
            f"{exact['held']['images']:,} held-out images {exact['held']['count']:,} are."
        )
    for name, space in record["spaces"].items():
        where = "in pixels" if name == "pixels" else f"in the features of {name}"
        sentences.append(
            f"{where[0].upper()}{where[1:]}, {space['nearer']:,} of {count:,} samples lie nearer to a training image than all "
            f"but {100 * space['held_share']:.2g} % of held-out images do: expected {space['expected']:.0f}."
        )
        strict = space["ratio"]["strict"]
        if strict["p_value"] < _level(record["spaces"]):
            sentences.append(
                f"{strict['nearer']:,} keep to a single training image more than all but {100 * strict['held_share']:.2g} % of "
                f"held-out images do: expected {max(1, strict['expected']):.0f}."
            )
    return " ".join(sentences)


def _warnings(held, alpha, exact, spaces, flips):
    warnings = []
    if alpha * (held + 1) < 1:
        warnings.append(f"{held} held-out images cannot show a share of {alpha:g}: the threshold is their nearest one")
    if exact["held"]["count"]:
        warnings.append(
            f"{exact['held']['count']:,} of {exact['held']['images']:,} held-out images are in the training data themselves"
        )
    zero = [name for name, space in spaces.items() if space["threshold"] == 0]
    if zero:
        warnings.append(f"held-out images are so often copies that distances in {', '.join(zero)} tell nothing")
    if not flips:
        warnings.append("mirror images were not looked at: a generator that mirrors its training data goes unseen")
    return warnings


def _images(name, images, shape=None):
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or not images.size:
        raise UserError(f"{name} must be uint8 [n, height, width, channels], not {images.dtype} {images.shape}")
    if shape is not None and images.shape[1:] != shape:
        sizes = [" x ".join(map(str, x)) for x in (images.shape[1:], shape)]
        raise UserError(f"{name} are {sizes[0]}, the others {sizes[1]}: give images of one size")
    return images
