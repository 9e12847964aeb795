"""Where images come from before they are cropped and resized: a TFDS image set or a folder, behind one interface."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from ganzoo.data import catalogue
from ganzoo.data.folder_layout import Tree
from ganzoo.data.folders import Folder
from ganzoo.data.npz_images import NpzImages
from ganzoo.data.shards import Shards, tars_of
from ganzoo.errors import UserError


def open_originals(name, split, data_dir):
    """A `TFDSImages`; or, where the name is a path rather than a data set's, a `Folder`, `Shards` or `NpzImages`."""
    path = Path(name).expanduser()
    if not name.startswith(("/", ".", "~")):
        try:
            return TFDSImages(name, split, data_dir)
        except UserError:
            is_file = path.suffix in (".npz", ".tar") and path.is_file()
            if not is_file and (not path.is_dir() or name.split("/")[0] in catalogue.registered()):
                raise
    if path.suffix == ".npz":
        return NpzImages(name, split)
    if tars_of(path) and not (path.is_dir() and Tree(path).has_images):
        return Shards(name, split)
    return Folder(name, split)


class TFDSImages:
    """The images of a TFDS set; only `extent`, `identity`, `directory` and `examples` need it to be prepared.

    Attributes:
        shape: an image's shape, None for sides that vary.
        classes: list of the classes' names, empty where there are none.

    Raises:
        UserError: no such data set, or not one of 8-bit images.
    """

    failure = None
    notes = ()

    def __init__(self, name, split="train", data_dir=None):
        import tensorflow_datasets as tfds

        self.name, self.split, self.data_dir = name, split, data_dir
        info = catalogue.describe(name, data_dir).info
        self._image = dict(info.features.items()).get("image")
        if not isinstance(self._image, tfds.features.Image) or self._image.np_dtype != np.uint8:
            raise UserError(f"data set {name!r} has no feature `image` of 8-bit images")
        self.shape = self._image.shape
        self.classes = catalogue.class_names(info.features)
        self.homepage = catalogue.homepage(name, info)

    @property
    def splits(self):
        """The names of the set's splits."""
        return tuple(catalogue.find(self.name, self.data_dir).info.splits)

    def _split(self):
        return catalogue.split_info(catalogue.find(self.name, self.data_dir), self.split)

    def extent(self):
        """The number of images, and the bytes that one takes in files on average."""
        info = catalogue.find(self.name, self.data_dir).info
        total = sum(split.num_examples for split in info.splits.values())
        return self._split().num_examples, info.dataset_size / max(total, 1)

    def identity(self):
        """What changes when the files do, JSON-ready."""
        return [catalogue.find(self.name, self.data_dir).info.full_name, *self.extent()]

    def directory(self):
        """Where a cache belongs."""
        return Path(catalogue.find(self.name, self.data_dir).data_dir)

    def examples(self):
        """A tf.data.Dataset of (encoded image, class or -1), in TFDS's fixed order."""
        import tensorflow_datasets as tfds

        builder = catalogue.find(self.name, self.data_dir)
        pictures = [name for name, feature in builder.info.features.items() if isinstance(feature, tfds.features.Image)]
        encoded = dict.fromkeys(pictures, tfds.decode.SkipDecoding())
        unlabelled = tf.constant(-1, tf.int64)

        @tf.autograph.experimental.do_not_convert
        def pair(example):
            return example["image"], example["label"] if self.classes else unlabelled

        return builder.as_dataset(split=self.split, decoders=encoded, read_config=catalogue.read_once()).map(pair)

    def decode(self, encoded):
        """An encoded image, a string tensor, as uint8 [h, w, C]."""
        return self._image.decode_example(encoded)

    def conversions(self, count):
        """What was done to the pixels of `count` images beside decoding, a list of lines: nothing."""
        return []
