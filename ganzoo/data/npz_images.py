"""The images of an .npz file, as a training reads them."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from ganzoo.checked_arrays import read_npz
from ganzoo.data.class_names import read_labels
from ganzoo.data.image_reader import ImageReader
from ganzoo.data.scaling import value_range
from ganzoo.errors import UserError


class NpzImages(ImageReader):
    """The array `images` [N, H, W, C] or [N, H, W] of an .npz file (or its only one), and `labels` where it has them.

    Args:
        root: the file.
        split: must be "train".

    Raises:
        UserError: no such file, no .npz file, arrays that are no images, or another split.
    """

    homepage = "an .npz file of images"

    def __init__(self, root, split="train"):
        super().__init__(Path(root).expanduser())
        if split != "train":
            raise UserError(f"no split {split!r} in {self.root}; it has train")
        images, labels, self.notes = _read(self.root)
        self._images, self.files = images, [self.root]
        self.shape = images.shape[1:]
        self.labels = labels
        self.classes = [] if labels is None else [str(number) for number in range(int(labels.max()) + 1)]

    def extent(self):
        """The number of images, and the bytes that one takes."""
        return len(self._images), self._images[0].size

    def identity(self):
        """What changes when the file does, JSON-ready."""
        stat = self.root.stat()
        return [[self.root.name, stat.st_size, stat.st_mtime_ns]]

    def directory(self):
        """Where a cache belongs."""
        return self.root.parent

    def examples(self):
        """A tf.data.Dataset of (place, class or -1)."""
        labels = np.full(len(self._images), -1) if self.labels is None else self.labels
        return tf.data.Dataset.from_tensor_slices(([str(i) for i in range(len(labels))], labels))

    def read(self, place):
        return self._images[int(place)], []


def _read(path):
    """The images uint8 [N, H, W, C], labels int64 [N] or None, and notes, of a file."""

    def wanted(names):
        labels = [name for name in ("labels", "label") if name in names]
        images = [name for name in ("images", "image") if name in names] or [name for name in names if name not in labels]
        if len(images) != 1:
            raise UserError(f"{path} must hold one array `images`; it has {', '.join(images[:6]) or 'none'}")
        return [*images, *labels[:1]]

    images, *labels = read_npz(path, wanted).values()
    if images.ndim == 3:
        images = images[..., None]
    if images.dtype.kind not in "fiub" or images.ndim != 4 or images.shape[-1] not in (1, 3) or not images.size:
        raise UserError(f"{path} must hold images [N, H, W, 1 or 3], not {images.dtype} {images.shape}")
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise UserError(f"{path} holds NaN or infinite values")
    try:
        values, words = value_range(images)
        numbers, notes = read_labels(labels[0]) if labels else (None, [])
    except UserError as error:
        raise UserError(f"{path} has {error}") from None
    if numbers is not None and len(numbers) != len(images):
        raise UserError(f"{path} has {len(images):,} images and {len(numbers):,} labels")
    return values.to_uint8(images), numbers, [f"{path}: {line}" for line in [*notes, *([words] if words else [])]]
