"""Images in tar files, as webdataset has them: `KEY.jpg` and `KEY.cls`, `KEY.txt` or `KEY.json` of one example side by side."""

import io
import json
import os
import random
import tarfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from ganzoo.data.folder_layout import in_order
from ganzoo.data.image_files import is_image, read_image
from ganzoo.data.image_reader import ImageReader
from ganzoo.errors import UserError, one_line
from ganzoo.notes import counted

MOST_OF_A_LABEL = 1 << 16  # bytes of a .cls or .json that are read


def tars_of(path):
    """The tar files at a path: itself, or those of a folder, sorted; an empty list where there are none."""
    path = Path(path).expanduser()
    if path.is_file():
        return [path] if path.suffix == ".tar" else []
    return sorted(path.glob("*.tar"))


class Shards(ImageReader):
    """The images of a tar file, or of all those of a folder; they are read where they lie, nothing is unpacked.

    A label is what `KEY.cls` holds, or `label` of `KEY.json`; captions and all else are passed over, with a note. Only the
    split `train` is there.

    Args:
        root: a .tar, or a folder of them.
        split: must be "train".

    Raises:
        UserError: no images, another split, or an archive that cannot be read.
    """

    homepage = "tar files of images"

    def __init__(self, root, split="train"):
        super().__init__(Path(root).expanduser())
        if split != "train":
            raise UserError(f"no split {split!r} in {self.root}; it has train")
        self.files = tars_of(self.root)
        self._places, words, others, self._bytes = [], [], 0, 0
        for number, path in enumerate(self.files):
            images, labels, rest = self._index(path)
            others += rest
            for key, (offset, size) in images.items():
                self._places.append((number, offset, size, key))
                words.append(labels.get(key))
                self._bytes += size
        if not self._places:
            raise UserError(f"no images in {self.root}: an example is KEY.jpg, or another ending that Pillow knows")
        self.classes = in_order({word for word in words if word is not None})
        numbers = {word: number for number, word in enumerate(self.classes)}
        self.labels = np.array([numbers.get(word, -1) for word in words], np.int64) if self.classes else None
        if self.classes:
            order = list(range(len(words)))
            random.Random(split).shuffle(order)  # so that the first N are of all classes
            self._places, self.labels = [self._places[i] for i in order], self.labels[order]
        self.notes = [f"{self.root}: {counted(len(self.files), 'tar file')}, {counted(len(words), 'image')}"]
        if others:
            self.notes.append(f"{self.root}: passed over: {counted(others, 'entry', 'entries')} that are no image and no label")

    @staticmethod
    def _index(path):
        """Where a tar's images lie, {key: (offset, size)}; its labels, {key: string}; how many entries are neither."""
        images, labels, others = {}, {}, 0
        try:
            with tarfile.open(path, "r:") as archive:
                for entry in archive:
                    folder, _, name = entry.name.rpartition("/")
                    key, _, ending = name.partition(".")
                    key = f"{folder}/{key}"
                    if not entry.isfile():
                        continue
                    if is_image(name):
                        images[key] = (entry.offset_data, entry.size)
                    elif ending in ("cls", "json") and entry.size <= MOST_OF_A_LABEL:
                        label = _label(archive.extractfile(entry).read(), ending)
                        others += label is None
                        labels |= {key: label} if label is not None else {}
                    else:
                        others += 1
        except (OSError, tarfile.TarError, ValueError) as error:
            raise UserError(f"{path} cannot be read as a tar file: {one_line(error)}") from error
        return images, labels, others

    def extent(self):
        """The number of images, and the bytes that one takes in files on average."""
        return len(self._places), self._bytes / len(self._places)

    def identity(self):
        """What changes when the files do, JSON-ready."""
        return [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in self.files]

    def directory(self):
        """Where a cache belongs."""
        return self.root if self.root.is_dir() else self.root.parent

    def examples(self):
        """A tf.data.Dataset of (place, class or -1)."""
        labels = np.full(len(self._places), -1) if self.labels is None else self.labels
        places = [os.fsencode(f"{number}:{offset}:{size}:{key}") for number, offset, size, key in self._places]
        return tf.data.Dataset.from_tensor_slices((places, labels))

    def read(self, place):
        number, offset, size, key = place.split(":", 3)
        path = self.files[int(number)]
        with open(path, "rb") as file:
            file.seek(int(offset))
            content = file.read(int(size))
        return read_image(f"{path}: {key.lstrip('/')}", io.BytesIO(content))


def _label(content, ending):
    """The label that a .cls or .json holds, a string; None where it holds none."""
    try:
        if ending == "cls":
            return content.decode().strip() or None
        value = json.loads(content)
        value = value.get("label") if isinstance(value, dict) else None
    except ValueError:
        return None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
