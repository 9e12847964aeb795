"""Where the images of a folder lie, and what that says: splits, classes, or neither."""

import collections
import dataclasses
import functools
import itertools
import os
import re
from pathlib import Path

from ganzoo.data.image_files import is_image
from ganzoo.errors import UserError
from ganzoo.notes import counted

# What a folder is called that holds a split rather than a class.
SPLITS = ("train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval", "holdout")
# Folders of other programs, and of ganzoo itself, without images of the user's.
FOREIGN = ("__MACOSX", ".ganzoo", ".git", ".ipynb_checkpoints")
NAMED = 10  # at most so many names stand in a line


class Tree:
    """A folder, and lazily what lies below it, hidden folders passed over.

    Attributes:
        path: of the folder.
        images: the paths of the image files in the folder itself, sorted.
        folders: its folders, sorted by name: a dict of `Tree`s.
        passed_over: a Counter of its other files, by their ending or what else they are.
    """

    def __init__(self, path, ancestors=()):
        self.path = Path(path)
        self._ancestors = (*ancestors, os.path.realpath(path))

    @property
    def images(self):
        return self._listing[0]

    @property
    def folders(self):
        return self._listing[1]

    @property
    def passed_over(self):
        return self._listing[2]

    @functools.cached_property
    def _listing(self):
        images, folders, passed_over = [], {}, collections.Counter()
        try:
            names = sorted(os.listdir(self.path))
        except OSError as error:
            return images, folders, collections.Counter({f"folder that cannot be listed ({error.strerror})": 1})
        for name in names:
            path = self.path / name
            if os.path.isdir(path):  # which is False where it cannot be told, as in a folder that may be listed only
                if os.path.realpath(path) in self._ancestors:
                    passed_over["looping link"] += 1
                elif name.startswith("."):
                    passed_over["hidden folder"] += name not in FOREIGN
                elif name not in FOREIGN:
                    folders[name] = Tree(path, self._ancestors)
            elif name.startswith("."):
                passed_over["hidden image"] += is_image(name)
            elif not os.path.isfile(path):
                passed_over["broken link" if os.path.islink(path) else "file that cannot be opened"] += 1
            elif is_image(name):
                images.append(path)
            else:
                passed_over[path.suffix.lower() or "file without an ending"] += 1
        return images, folders, +passed_over

    @functools.cached_property
    def has_images(self):
        """Whether it or a folder below it holds an image."""
        return bool(self.images) or any(folder.has_images for folder in self.folders.values())

    def walk(self):
        """It and all folders below it, in order."""
        return [self, *itertools.chain.from_iterable(folder.walk() for folder in self.folders.values())]

    def all_images(self):
        """The paths of the images in it and in all folders below it."""
        return [path for folder in self.walk() for path in folder.images]


@dataclasses.dataclass
class Layout:
    """What the images of a folder are parted into.

    Attributes:
        splits: the `Tree` of each split, by name.
        labelled: whether the folders of a split are its classes.
        whole: whether the folder is the only split itself.
        guess: how that was read, where it could be meant otherwise; None where it could not.
    """

    splits: dict
    labelled: bool
    whole: bool = False
    guess: str | None = None


def layout_of(tree):
    """The `Layout` of a `Tree`; see `folders.Folder`.

    Raises:
        UserError: it holds no images, or could mean two things.
    """
    root = tree.path
    holding = {name: folder for name, folder in tree.folders.items() if folder.has_images}
    if not tree.has_images:
        files = "".join(f" ({line})" for line in [passed_over(tree.walk())] if line)
        raise UserError(f"no images in {root}{files}: put them there, or into folders SPLIT/LABEL, such as train/cat")
    if not holding:
        return Layout({"train": tree}, labelled=False, whole=True)
    of_classes = {name: folder for name, folder in holding.items() if any(f.has_images for f in folder.folders.values())}
    if any(is_split(name) or not (folder.images or tree.images) for name, folder in of_classes.items()):
        return Layout(of_classes, labelled=True)
    if tree.images:
        inner = sum(len(folder.all_images()) for folder in holding.values())
        raise UserError(
            f"{root} holds {counted(len(tree.images), 'image')} itself and {inner:,} in folders ({listed(holding)}): which are "
            "meant? Part them, or lay them out as SPLIT/LABEL, such as train/cat"
        )
    splits = [name for name in holding if is_split(name)]
    if splits and len(splits) < len(holding):
        others = [name for name in holding if name not in splits]
        raise UserError(
            f"{root} holds images in {listed(splits)}, called as a split is, and in {listed(others)}: if all are classes, put "
            "them into a folder `train`; if not, put what is no split elsewhere"
        )
    if splits:
        return Layout(holding, labelled=False, guess=f"the folders {listed(splits)} read as splits without classes")
    guess = f"folders read as {counted(len(tree.folders), 'class', 'classes')} of one split: {listed(in_order(tree.folders))}"
    return Layout({"train": tree}, labelled=True, whole=True, guess=guess)


def is_split(name):
    """Whether a folder's name is one of those that splits have."""
    return name.lower() in SPLITS


def in_order(names):
    """Names sorted: as numbers where all are whole numbers, else by their code points."""
    names = sorted(names)
    return sorted(names, key=int) if all(name.isascii() and name.isdigit() for name in names) else names


def passed_over(trees, used=()):
    """Which files in some `Tree`s are no images, and none of those that were `used`, as a line; None where there are none."""
    kinds = sum((tree.passed_over for tree in trees), collections.Counter())
    places = {tree.path for tree in trees}
    kinds -= collections.Counter(path.suffix.lower() for path in set(used) if path.parent in places)
    if not kinds:
        return None
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    counts = [f"{count:,} {kind}" if kind[0] == "." else counted(count, kind, plural(kind)) for kind, count in ordered]
    return f"passed over: {listed(counts)}"


def plural(kind):
    """Several of a kind of files, such as "broken links"."""
    return re.sub("(link|image|folder|file)", r"\1s", kind, count=1)


def listed(names):
    """Names separated by commas; of very many the first."""
    names = list(names)
    more = len(names) - NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:NAMED])} and {more:,} more"
