"""A user's own folder of images: plain, or laid out as tfds.ImageFolder has it."""

import os
import random
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

from ganzoo.errors import UserError

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


class Folder:
    """The image files of a folder.

    Either all images lie in the folder itself: unlabelled, one split `train`. Or the layout is that of
    tfds.ImageFolder, `folder/split/label/image.png`: the classes are the sorted label folders. Hidden files are passed
    over.

    Args:
        root: the folder.
        split: the name of a split.

    Attributes:
        files: paths in a fixed order: sorted; where there are classes, shuffled with a fixed seed.
        labels: int64 array, the files' classes, or None.
        classes: list of the classes' names, empty where there are none.
        splits: the names of the splits, empty where all images lie in the folder itself.

    Raises:
        UserError: no such folder or split, or no images.
    """

    def __init__(self, root, split="train"):
        self.root = Path(root).expanduser()
        if not self.root.is_dir():
            raise UserError(f"no folder {self.root}: make one of images, or name yours, as in `--set data.name=PATH`")
        self.files, self.labels, self.classes = images_in(self.root), None, []
        if self.files:
            splits, self.splits = ["train"], ()
        else:
            tree = {folder.name: folders_in(folder) for folder in folders_in(self.root)}
            splits = [name for name, labels in tree.items() if any(map(images_in, labels))]
            self.splits = tuple(splits)
            self.classes = sorted({label.name for name in splits for label in tree[name]})
        if not splits:
            raise UserError(f"no images in {self.root}: put them there, or into folders SPLIT/LABEL, such as train/cat")
        if split not in splits:
            raise UserError(f"no split {split!r} in {self.root}; it has {', '.join(splits)}")
        if self.classes:
            labelled = [(file, self.classes.index(label.name)) for label in tree[split] for file in images_in(label)]
            random.Random(split).shuffle(labelled)  # so that the first N are of all classes
            self.files = [file for file, _ in labelled]
            self.labels = np.array([label for _, label in labelled], np.int64)
        self.shape = (None, None, 3)
        self.homepage = "a folder of images"
        self.failure = None

    def extent(self):
        """The number of images, and the bytes that one takes in files on average."""
        return len(self.files), sum(file.stat().st_size for file in self.files) / len(self.files)

    def identity(self):
        """What changes when the files do, JSON-ready."""
        stats = [(file, file.stat()) for file in self.files]
        return [[str(file.relative_to(self.root)), stat.st_size, stat.st_mtime_ns] for file, stat in stats]

    def directory(self):
        """Where a cache belongs."""
        return self.root

    def examples(self):
        """A tf.data.Dataset of (path, class or -1)."""
        labels = np.full(len(self.files), -1) if self.labels is None else self.labels
        return tf.data.Dataset.from_tensor_slices(([os.fsencode(file) for file in self.files], labels))

    def decode(self, path):
        """The image at a path, a string tensor: uint8 [h, w, 3]. Where that fails, `failure` says why in a line."""

        def read(path):
            path = os.fsdecode(path)
            try:
                return read_image(path)
            except Exception as error:
                self.failure = f"{path} is not a readable image; mend or remove it"
                raise error

        return tf.ensure_shape(tf.numpy_function(read, [path], tf.uint8, stateful=False), self.shape)


def folders_in(path):
    return sorted(child for child in path.iterdir() if child.is_dir() and not child.name.startswith("."))


def images_in(path):
    return sorted(
        child
        for child in path.iterdir()
        if child.suffix.lower() in SUFFIXES and not child.name.startswith(".") and child.is_file()
    )


def read_image(path):
    """Decodes a file to uint8 [H, W, 3], turned as its EXIF orientation says."""
    with Image.open(path) as image:
        image = ImageOps.exif_transpose(image)
        if image.mode.startswith("I;16"):  # Pillow would clip 16 bits to 8, not scale
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        return np.asarray(image.convert("RGB"))
