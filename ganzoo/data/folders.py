"""A user's own folder of images: plain, of class folders, or laid out as tfds.ImageFolder has it."""

import os
import random
from pathlib import Path

import numpy as np
import tensorflow as tf

from ganzoo.data.folder_layout import Tree, in_order, layout_of, listed, passed_over
from ganzoo.data.image_files import read_image
from ganzoo.data.image_reader import ImageReader
from ganzoo.data.metadata import read_captions, read_labels, table_of
from ganzoo.errors import UserError, one_line
from ganzoo.notes import counted


class Folder(ImageReader):
    """The image files of a folder: all that Pillow can decode.

    How they lie says what they are:

    - `folder/image.png`: one split `train` without classes;
    - `folder/label/image.png`: one split `train` with classes;
    - `folder/split/image.png`, where all folders are called as splits are, such as train and test: splits without classes;
    - `folder/split/label/image.png`, as tfds.ImageFolder has it: splits with classes.

    The images of a class may lie in folders below its own. A `metadata.csv` or `.jsonl` in the folder, or in that of each
    split, gives labels too (`metadata.read_labels`). Classes sort by name; as numbers where all are whole numbers. What is
    passed over is noted.

    Args:
        root: the folder.
        split: the name of a split.
        captions: whether captions stand in the place of labels, each different one a class: those of a table
            (`metadata.read_captions`), or else of a .txt beside each image. Of several of an image the first is taken;
            images without one are passed over. Folders then are no classes.

    Attributes:
        files: paths in a fixed order: sorted; where there are classes, shuffled with a fixed seed.
        said_by: the paths of the files that say labels or captions.
        labels: int64 array, the files' classes, or None.
        classes: list of the classes' names, empty where there are none.
        splits: the names of the splits, empty where the folder is the only one itself.
        notes: what was guessed and passed over, a line each.

    Raises:
        UserError: no such folder or split, no images, or a layout that could mean two things.
    """

    def __init__(self, root, split="train", captions=False):
        super().__init__(Path(root).expanduser())
        if not self.root.is_dir():
            raise UserError(f"no folder {self.root}: make one of images, or name yours, as in `--set data.name=PATH`")
        tree = Tree(self.root)
        layout = layout_of(tree)
        if split not in layout.splits:
            loose = split in tree.folders and tree.folders[split].has_images
            why = f": the images of {split} lie in no class folders, as others do" if loose else ""
            raise UserError(f"no split {split!r} in {self.root}; it has {', '.join(layout.splits)}{why}")
        chosen = layout.splits[split]
        self.splits = () if layout.whole else tuple(layout.splits)
        self.files, self.labels, self.classes = chosen.all_images() if captions else chosen.images, None, []
        tables = {} if captions else {name: self._table(part.path) for name, part in layout.splits.items()}
        self._of_table = None
        if captions:
            self._caption_by({name: self._captions(part) for name, part in layout.splits.items()}, split)
        elif any(tables.values()):
            self._label_by(tables, split, chosen)
        elif layout.labelled:
            self.classes = in_order({name for part in layout.splits.values() for name in part.folders})
            numbers = {name: number for number, name in enumerate(self.classes)}
            labelled = [(file, numbers[name]) for name, part in chosen.folders.items() for file in part.all_images()]
            random.Random(split).shuffle(labelled)  # so that the first N are of all classes
            self.files = [file for file, _ in labelled]
            self.labels = np.array([label for _, label in labelled], np.int64)
        self.notes = [f"{self.root}: {line}" for line in self._notes(tree, layout, split, captions) if line]

    def _table(self, folder):
        """The labels that a table in a folder, or else in the root, gives to the images below it, by path; None without one."""
        return self._read_table(folder, read_labels)

    def _read_table(self, folder, read):
        for place in (folder, self.root):
            if table := table_of(place):
                values = {place / name: value for name, value in read(table).items()}
                self.said_by = tuple(dict.fromkeys((*self.said_by, table)))
                return {path: value for path, value in values.items() if path.is_relative_to(folder)}
        return None

    def _captions(self, part):
        """The captions of the images below a split's `Tree`, lists of strings by path, as a table or .txt files have them."""
        captions = self._read_table(part.path, read_captions)
        if captions is None:
            texts = {file: file.with_suffix(".txt") for file in part.all_images()}
            texts = {file: text for file, text in texts.items() if text.is_file()}
            self.said_by = (*self.said_by, *dict.fromkeys(texts.values()))
            captions = {file: _lines(text) for file, text in texts.items()}
        return {file: captions[file] for file in part.all_images() if captions.get(file)}

    def _caption_by(self, captions, split):
        """Takes the first caption of each image, numbered among the different ones of all splits."""
        self.classes = sorted({" ".join(texts[0].split()) for part in captions.values() for texts in part.values()})
        if not captions[split]:
            raise UserError(
                f"no captions in {self.root}: put a metadata.csv with the columns file_name and caption there, or a .txt "
                "beside each image"
            )
        numbers, chosen = {text: number for number, text in enumerate(self.classes)}, captions[split]
        everything, self.files = len(self.files), sorted(chosen)
        random.Random(split).shuffle(self.files)
        self.labels = np.array([numbers[" ".join(chosen[file][0].split())] for file in self.files], np.int64)
        self._of_table = f"captions of {counted(len(self.files), 'image')}"
        if several := sum(len(texts) > 1 for texts in chosen.values()):
            self._of_table += f", the first of {counted(several, 'image')} with several"
        if without := everything - len(self.files):
            self._of_table += f"; {counted(without, 'image')} without one passed over"

    def _label_by(self, tables, split, chosen):
        """Takes the labels of tables, whose classes are those of all splits."""
        self.classes = in_order({label for table in tables.values() if table for label in table.values()})
        numbers = {name: number for number, name in enumerate(self.classes)}
        table, self.files = tables[split] or {}, chosen.all_images()
        random.Random(split).shuffle(self.files)
        self.labels = np.array([numbers.get(table.get(file), -1) for file in self.files], np.int64)
        absent = len(table.keys() - set(self.files))
        self._of_table = f"labels of {counted(len(self.classes), 'class', 'classes')} from a table"
        if unlabelled := int((self.labels < 0).sum()):
            self._of_table += f"; {counted(unlabelled, 'image')} without one"
        if absent:
            self._of_table += f"; {counted(absent, 'row')} that name no image here"

    def _notes(self, tree, layout, split, captions=False):
        chosen = layout.splits[split]
        yield self._of_table or layout.guess
        if self.said_by and not self._of_table:
            yield f"{self.said_by[0].name} holds captions alone: CaptionedFolder reads them"
        if not layout.whole:
            yield tree.images and f"{counted(len(tree.images), 'image')} beside the folders passed over"
            if layout.labelled and chosen.images and not self._of_table:
                yield f"{counted(len(chosen.images), 'image')} beside the class folders of {split} passed over"
            others = {name: part for name, part in tree.folders.items() if name not in layout.splits and part.has_images}
            count = sum(len(part.all_images()) for part in others.values())
            yield count and f"{counted(count, 'image')} in folders that are no split passed over ({listed(others)})"
        yield passed_over([*([] if layout.whole else [tree]), *chosen.walk()], self.said_by)
        if captions:
            return
        present = set() if self.labels is None else set(self.labels.tolist())
        if absent := [name for number, name in enumerate(self.classes) if number not in present]:
            classes = counted(len(self.classes), "class", "classes")
            yield f"{split} has no images of {len(absent)} of {classes} ({listed(absent)})"
        if self.classes != sorted(self.classes):
            yield f"classes sort as numbers ({listed(self.classes)}); an earlier ganzoo numbered them in the order of words"

    def extent(self):
        """The number of images, and the bytes that one takes in files on average."""
        return len(self.files), sum(file.stat().st_size for file in self.files) / len(self.files)

    def identity(self):
        """What changes when the files do, JSON-ready."""
        stats = [(file, file.stat()) for file in [*self.files, *self.said_by]]
        return [[str(file.relative_to(self.root)), stat.st_size, stat.st_mtime_ns] for file, stat in stats]

    def directory(self):
        """Where a cache belongs."""
        return self.root

    def examples(self):
        """A tf.data.Dataset of (path, class or -1)."""
        labels = np.full(len(self.files), -1) if self.labels is None else self.labels
        return tf.data.Dataset.from_tensor_slices(([os.fsencode(file) for file in self.files], labels))

    def read(self, place):
        return read_image(place)


def _lines(path):
    """The lines of a .txt that hold anything, stripped.

    Raises:
        UserError: it cannot be read.
    """
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read: {one_line(error)}") from error
