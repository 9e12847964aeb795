"""Archives of images as inputs of an evaluation: a .zip, a .tar, a folder of tar shards as WebDataset has them."""

import collections
import contextlib
import io
import json
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

import numpy as np

from ganzoo.data.folder_layout import FOREIGN, in_order, is_split, listed
from ganzoo.data.image_files import CONVERSIONS, is_image, read_image
from ganzoo.errors import UserError, one_line
from ganzoo.evaluation.inputs.arrays import labels_of, noted
from ganzoo.evaluation.inputs.base import ArrayInput
from ganzoo.evaluation.room import room
from ganzoo.notes import counted

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
# Of a member that is read whole: what is larger is no image to be scored.
MOST_BYTES = 2**28
# What stands beside an image of one key and says its class, as WebDataset's writers call it.
CLASSES = (".cls", ".json")


def is_sharded(path):
    """Whether a path is a folder of tar shards, without images of its own."""
    path = Path(path)
    if not path.is_dir():
        return False
    names = [entry.name for entry in path.iterdir()]
    return any(name.endswith(".tar") for name in names) and not any(is_image(name) for name in names)


def archive_input(path):
    """The images of a .zip, of a .tar (compressed or not), or of a folder of .tar shards, as an `ArrayInput`.

    All must be of one size. Their classes are the folders that they lie in, or in a tar the `.cls` files (a number), or the
    numbers `label` or `cls` of the `.json` files, that have an image's name but for the ending.

    Raises:
        UserError: no such file, a damaged one, no images, various sizes, or one that cannot be read.
    """
    path = Path(path)
    files = sorted(path.glob("*.tar")) if path.is_dir() else [path]
    names, beside, others = [], {}, collections.Counter()
    with reading(path):
        for file in files:
            for name, member in members(file):
                if is_image(name):
                    names.append((file, name))
                elif suffix(name) in CLASSES and file.suffix != ".zip":
                    beside.setdefault((file, key_of(name)), class_of(member()))
                else:
                    others[suffix(name) or "file without an ending"] += 1
    if not names:
        raise UserError(f"no images in {path}{f' ({listed(others)})' if others else ''}")
    images, done = pixels(path, files, len(names))
    labels, notes = classes_of(names, beside)
    if others:
        notes.append(f"passed over: {listed(f'{count:,} {kind}' for kind, count in others.most_common())}")
    notes += [f"{done[kind]:,} of {counted(len(images), 'image')} {words}" for kind, words in CONVERSIONS.items() if done[kind]]
    name = path.name.partition(".")[0] or path.name
    if labels is not None:
        labels, more = labels_of(name, labels)
        notes += more
    return noted(ArrayInput(images, name, labels), notes)


def pixels(path, files, count):
    """All images of some archives, uint8 [count, H, W, 3], and how many of them took which of `CONVERSIONS`."""
    images, done, number = None, collections.Counter(), 0
    with reading(path):
        for file in files:
            for name, member in members(file):
                if not is_image(name):
                    continue
                image, conversions = read_image(f"{file}/{name}", io.BytesIO(member()))
                done.update(conversions)
                images = room((count, *image.shape)) if images is None else images
                if image.shape != images.shape[1:]:
                    sizes = " and ".join(" x ".join(map(str, shape[:2])) for shape in (images.shape[1:], image.shape))
                    raise UserError(f"{path} holds images of various sizes ({sizes}): unpack it and name one, as in FOLDER@64")
                images[number] = image
                number += 1
    return images, done


def members(file):
    """The (name, function that reads its bytes) of each file of an archive, in its own order; of a .zip by name."""
    if file.suffix.lower() == ".zip":
        with zipfile.ZipFile(file) as archive:
            infos = {info.filename: info for info in archive.infolist() if not info.is_dir() and kept(info.filename)}
            for name, info in sorted(infos.items()):
                yield name, lambda info=info: bounded(file, info.filename, info.file_size) and archive.read(info)
        return
    with tarfile.open(file) as archive:
        for info in archive:
            if info.isfile() and kept(info.name):
                yield (
                    info.name,
                    lambda info=info: bounded(file, info.name, info.size) and archive.extractfile(info).read(),
                )


def kept(name):
    """Whether a member is none of what other programs leave behind."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not parts[-1].startswith(".") and not set(parts) & set(FOREIGN)


def bounded(file, name, size):
    """True.

    Raises:
        UserError: a member is too large to be read whole.
    """
    if size > MOST_BYTES:
        raise UserError(f"{file}: {name} unpacks to {size:,} bytes, more than {MOST_BYTES:,}")
    return True


@contextlib.contextmanager
def reading(path):
    """Makes a UserError of what reading an archive raises."""
    try:
        yield
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f"no file {path}") from None
    except (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, tarfile.TarError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or one_line(error)
        raise UserError(f"{path} cannot be read: {reason}") from error


def suffix(name):
    """All endings of a member's name, such as ".seg.png": WebDataset parts key and kind at the first dot."""
    return PurePosixPath(name).suffix.lower()


def key_of(name):
    """A member's name up to the first dot of its last part."""
    path = PurePosixPath(name)
    return str(path.with_name(path.name.partition(".")[0]))


def class_of(content):
    """The class that a .cls or .json file names, an int; None where it names none."""
    try:
        value = json.loads(content)
        value = value.get("label", value.get("cls")) if isinstance(value, dict) else value
        return int(value) if isinstance(value, int) and not isinstance(value, bool) else None
    except (ValueError, UnicodeDecodeError):
        return None


def classes_of(names, beside):
    """The labels of images, a list or None, and notes on how they were read.

    Args:
        names: of each image, (archive, name).
        beside: the class by (archive, key) where a file beside the image names it.
    """
    found = [beside.get((file, key_of(name))) for file, name in names]
    if None not in found:
        return found, []
    if beside:
        return None, [f"{found.count(None):,} of {counted(len(found), 'image')} without a class beside them: none is read"]
    folders = [PurePosixPath(name).parent.name for _, name in names]
    kinds = in_order(set(folders))
    if len(kinds) < 2 or "" in kinds or any(is_split(kind) for kind in kinds):
        return None, []
    numbers = {kind: number for number, kind in enumerate(kinds)}
    return np.array([numbers[folder] for folder in folders]), [f"folders read as {len(kinds)} classes: {listed(kinds)}"]
