"""Opens whatever can be evaluated, as an `Input`: a run, a SavedModel, a data set, a folder of images, a file, an array."""

from pathlib import Path

import numpy as np

from ganzoo.checked_arrays import read_npz
from ganzoo.data.catalogue import registered
from ganzoo.data.class_names import read_labels
from ganzoo.data.folder_layout import listed
from ganzoo.data.folders import Folder
from ganzoo.data.image_files import size_of
from ganzoo.data.registry import open_source
from ganzoo.data.scaling import value_range
from ganzoo.data.source import Source
from ganzoo.errors import UserError, usable_path
from ganzoo.evaluation.inputs.base import ArrayInput, DataInput, Input, ModelInput
from ganzoo.evaluation.inputs.text import TextInput
from ganzoo.notes import counted
from ganzoo.serving.sampling import Sampler, load
from ganzoo.zoo import newest_version


def open_input(source, data_dir=None, unit="word"):
    """Opens anything that can be evaluated, as an `Input`.

    Args:
        source: an `Input`, a `Sampler`, a source of `ganzoo.data`, an array of examples; or a string or path: a run, a
            SavedModel, an .npz file of images or points, a .txt file of sentences, a folder of images, or a data set as
            NAME[@SIZE][:SPLIT].
        data_dir: where data sets are prepared.
        unit: how the sentences of a .txt file split into words.

    Raises:
        UserError: it is none of these, or cannot be read.
    """
    if isinstance(source, Input):
        return source
    if isinstance(source, Sampler):
        return ModelInput(source)
    if isinstance(source, np.ndarray):
        return array_input(source, "array")
    if isinstance(source, Source):
        return DataInput(source)
    path = Path(usable_path(source, "a model or data"))
    if (path / "run.json").is_file() or newest_version(path):
        return ModelInput(load(path))
    if path.suffix == ".npz":
        return npz_input(path)
    if path.suffix == ".txt" and path.is_file():
        return TextInput.of_file(path, unit)
    if path.is_file():
        raise UserError(
            f"{path} is a file that cannot be evaluated: give a run, a SavedModel, a folder of images, an .npz or .txt"
        )
    return data_input(str(source), data_dir)


def data_input(spec, data_dir=None):
    """The data set NAME[@SIZE][:SPLIT], or a folder of images, as a `DataInput` with its labels where it has any."""
    name, size, split = split_spec(spec)
    if size is None and "/" in name and Path(name).is_dir():
        size = common_size(Folder(name, split))
    return DataInput(open_source(name, split, size, data_dir))


def common_size(folder):
    """(height, width) of a folder's images.

    Raises:
        UserError: they differ, or one cannot be read.
    """
    sizes = {}
    for path in folder.files:
        sizes.setdefault(size_of(path), path)
        if len(sizes) > 1:
            examples = " and ".join(f"{path.name} {height} x {width}" for (height, width), path in sizes.items())
            raise UserError(f"{folder.root} holds images of various sizes ({examples}): name one, as in {folder.root}@64")
    return next(iter(sizes))


def split_spec(spec):
    """(name, size or None, split) of a data set or folder written as NAME[@SIZE][:SPLIT]."""
    if Path(spec).is_dir():
        name = spec if "/" in spec or spec in registered() else f"./{spec}"
        return name, None, "train"
    name, colon, split = spec.partition(":")
    name, at, size = name.partition("@")
    if (at and not size.isdigit()) or (colon and not split) or not name:
        raise UserError(f"a data set is written NAME[@SIZE][:SPLIT], such as mnist@32:test, not {spec!r}")
    if "/" in name and not Path(name).is_dir() and name[0] in "/.~":
        raise UserError(f"nothing at {name}: no run, no SavedModel, no folder of images, no .npz file")
    return name, int(size) if size else None, split or "train"


def npz_input(path):
    """An .npz file: `images` or `points` (or its only array), and `labels` where it has them.

    Raises:
        UserError: no such file, no .npz file, or arrays that are not images.
    """
    path = Path(path)
    unread = []

    def wanted(names):
        labels = [name for name in ("labels", "label") if name in names]
        examples = [name for name in ("images", "image", "points", "point") if name in names]
        examples = examples[:1] or [name for name in names if name not in labels]
        if len(examples) != 1:
            has = ", ".join(name[:40] for name in examples[:6]) or "none"
            raise UserError(f"{path} must hold one array `images` (or `points`); it has {has}")
        unread.extend(name for name in names if name not in (*examples, *labels))
        return [*examples, *labels[:1]]

    examples, *labels = read_npz(path, wanted).values()
    return noted(array_input(examples, path.stem, *labels), [f"not read: {listed(unread)}"] if unread else [])


def array_input(values, name="array", labels=None):
    """An array of examples as an `ArrayInput`, whose notes say how its value range was read.

    Args:
        values: images [N, H, W, C] or [N, H, W], uint8, whole numbers in 0..255, booleans, or floats in [-1, 1], [0, 1] or
            0..255, as `scaling.value_range` tells them apart; or points [N, 2].
        name: for tables and messages.
        labels: as of `class_names.read_labels`, or None.

    Raises:
        UserError: another shape or range, NaN or infinite values, or fewer than two examples.
    """
    values = np.asarray(values)
    if values.dtype.kind not in "fiub" or values.size == 0:
        raise UserError(f"{name} holds no images: {values.dtype} {values.shape}")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise UserError(f"{name} holds NaN or infinite values")
    labels, notes = (None, []) if labels is None else labels_of(name, labels)
    if values.ndim == 2 and values.shape[1] == 2:
        return noted(ArrayInput(values.astype(np.float32), name, labels), notes)
    grey = values.ndim == 3
    if grey:
        values = values[..., None]
    if values.ndim != 4 or values.shape[-1] not in (1, 3):
        raise UserError(f"{name} must be images [N, H, W, 1 or 3] or points [N, 2], but its shape is {values.shape}")
    try:
        values_range, words = value_range(values)
    except UserError as error:
        raise UserError(f"{name} has {error}") from None
    if grey:
        notes.insert(0, f"read as {counted(len(values), 'grey image')}")
    if words:
        notes.append(words)
    return noted(ArrayInput(values_range.to_uint8(values), name, labels), notes)


def labels_of(name, labels):
    """As `read_labels`, with the name in its errors."""
    try:
        return read_labels(labels)
    except UserError as error:
        raise UserError(f"{name}: {error}") from None


def noted(array, notes):
    """The input, which has noted some lines on itself."""
    for words in notes:
        array.note(f"{array.name}: {words}")
    return array


def as_grey(rgb):
    """RGB images that are all grey, as an `Input` of one channel; `rgb` itself where they are not."""
    images = rgb.examples(rgb.size)
    if not ((images[..., 0] == images[..., 1]) & (images[..., 0] == images[..., 2])).all():
        return rgb
    grey = ArrayInput(images[..., :1], rgb.name, rgb.labels(rgb.size))
    grey.notes = list(rgb.notes)
    grey.note(f"{rgb.name}: all {len(images):,} images are grey, read as one channel")
    return grey
