"""A user's own images looked through before anyone trains: how many, of which sizes and classes, what is wrong with them."""

import collections
import contextlib
from pathlib import Path

import numpy as np

from ganzoo.data.folders import Folder
from ganzoo.data.held_out import mark
from ganzoo.data.image_files import size_of
from ganzoo.data.images import Images
from ganzoo.data.shards import tars_of
from ganzoo.errors import UserError
from ganzoo.notes import counted

DEFAULT_SIDE = 64
MOST_CLASSES, MOST_SIZES = 20, 3
SHOWN = 64


def census(name, split="train", size=None, crop=None, channels=None, held_out=0.0):
    """Reads all images of a folder, a .tar or an .npz, as a training would, and says what it found.

    Args:
        name, split, size, crop, channels, held_out: as of `Images`; without size and crop images of various sizes are made
            64 x 64, those of a folder that are of one size stay.

    Returns:
        Lines for the user; facts as a JSON-ready dict; some images as the model would see them, uint8 [M, H, W, C] with
        M <= 64, of each class where there are any; and the names of their classes, M strings, or None.

    Raises:
        UserError: there is no such data, or no image that can be read.
    """
    options = {"split": split, "crop": crop, "channels": channels, "held_out": held_out, "on_bad": "skip"}
    try:
        source = Images(name, size=size, **options)
    except UserError as error:
        if size is not None or "give `size`" not in str(error):
            raise
        source = Images(name, size=_common_size(name, split) or DEFAULT_SIDE, **options)
    marks, labels, shown = set(), [], Shown(len(source.class_names))
    for images, some in source.chunks():
        marks.update(int(mark(image)) for image in images)
        shown.take(images, some)
        labels.extend(some.tolist())
    if not labels:
        raise UserError(f"no image of {name} can be read: {source.originals.refusal() or 'there is none'}")
    originals, counts = source.originals, collections.Counter(labels)
    names = source.class_names
    facts = {
        "name": str(name),
        "split": split,
        "splits": list(source.splits),
        "images": len(labels),
        "shape": list(source.shape),
        "bad": dict(sorted(originals.failures.items())),
        "repeated": len(labels) - len(marks),
        "sizes": {f"{height} x {width}": count for (height, width), count in originals.sizes.most_common()},
        "classes": {name: counts[number] for number, name in enumerate(names)},
        "unlabelled": counts[-1] if names else 0,
    }
    for line in source.of_pixels:
        if " passed over: " not in line:  # which files cannot be read stands below, all of them
            source.note(line)
    return list(_lines(facts)), facts, shown.images(), shown.names(names)


def _common_size(name, split):
    """(height, width) of a folder's images, as far as they can be read; None where they differ, or it is no folder."""
    if not Path(name).expanduser().is_dir() or tars_of(name):
        return None
    sizes = set()
    for path in Folder(name, split).files:
        with contextlib.suppress(UserError):
            sizes.add(size_of(path))
    return sizes.pop() if len(sizes) == 1 else None


def _lines(facts):
    shape = " x ".join(map(str, facts["shape"]))
    splits = f"; splits {', '.join(facts['splits'])}" if facts["splits"] else ""
    yield f"{facts['name']}: {counted(facts['images'], 'image')} in split {facts['split']}, as {shape}{splits}"
    sizes = collections.Counter(facts["sizes"]).most_common(MOST_SIZES)
    more = len(facts["sizes"]) - len(sizes)
    listed = ", ".join(f"{count:,} of {size}" for size, count in sizes)
    yield f"sizes: {listed}{f' and {more:,} more sizes' if more > 0 else ''}"
    if facts["classes"]:
        few = list(facts["classes"].items())[:MOST_CLASSES]
        more = len(facts["classes"]) - len(few)
        yield f"classes: {', '.join(f'{name} {count:,}' for name, count in few)}{f' and {more:,} more' if more else ''}"
        if facts["unlabelled"]:
            yield f"{counted(facts['unlabelled'], 'image')} without a label: labels=True needs one of each"
    else:
        yield "classes: none"
    if facts["repeated"]:
        yield f"{counted(facts['repeated'], 'image')} equal to another to the pixel once it is as the model sees it"
    if facts["bad"]:
        yield f"{counted(len(facts['bad']), 'file')} cannot be read; data.on_bad=skip passes them over:"
        yield from (f"  {line}" for line in facts["bad"].values())


class Shown:
    """Up to 64 images of many: the first of each class, as many of each as there are rows for, or the first of all.

    Args:
        classes: their number, 0 for none.
    """

    def __init__(self, classes):
        self._each = max(SHOWN // max(classes, 1), 1)
        self._kept = collections.defaultdict(list)

    def take(self, images, labels):
        """Looks at some more images [n, H, W, C] with their labels [n]."""
        for image, label in zip(images, labels.tolist(), strict=True):
            if len(self._kept[label]) < self._each:
                self._kept[label].append(image)

    def images(self):
        """The images, uint8 [M, H, W, C], class by class."""
        return np.stack([image for label in sorted(self._kept) for image in self._kept[label]][:SHOWN])

    def names(self, names):
        """The name of the class of each of `images`, a list of strings; None where there are no classes."""
        labels = [label for label in sorted(self._kept) for _ in self._kept[label]][:SHOWN]
        return [names[label] if label >= 0 else "no label" for label in labels] if names else None
