"""Opens whatever can be evaluated, as an `Input`: a run, a model's file, a data set, a folder, an archive, an array."""

import re
from pathlib import Path

import numpy as np

from ganzoo.data.catalogue import registered
from ganzoo.data.folders import Folder
from ganzoo.data.image_files import size_of
from ganzoo.data.registry import open_source
from ganzoo.data.source import Source
from ganzoo.errors import UserError, usable_path
from ganzoo.evaluation.inputs.archives import ENDINGS, archive_input, is_sharded
from ganzoo.evaluation.inputs.arrays import array_input, npy_input, npz_input
from ganzoo.evaluation.inputs.base import DataInput, Input, ModelInput
from ganzoo.evaluation.inputs.text import TextInput
from ganzoo.serving.model_files import MODEL_FILES
from ganzoo.serving.sampling import Sampler, load
from ganzoo.zoo import close_names, newest_version

KNOWN = ": give a run, a SavedModel, a .keras or .onnx file, a folder, .zip or .tar of images, an .npz, .npy or .txt"
OF_TORCH = ": give `ganzoo.evaluate` a function that returns batches of its samples, or export it to .onnx"
SIZE = re.compile("[0-9]+(x[0-9]+)?")
HINTS = dict.fromkeys((".pt", ".pth", ".ckpt", ".safetensors", ".pkl"), OF_TORCH)


def open_input(source, data_dir=None, unit="word"):
    """Opens anything that can be evaluated, as an `Input`.

    Args:
        source: an `Input`, a `Sampler`, a source of `ganzoo.data`, an array of examples; or a string or path: a run, a
            SavedModel, a .keras or .onnx file, an .npz or .npy file of images, points or features, a .zip or .tar of images
            (or a folder of such shards), a .txt file of sentences, a folder of images, or a data set as NAME[@SIZE][:SPLIT].
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
    if path.suffix == ".npy":
        return npy_input(path)
    if path.is_file() and path.suffix.lower() in MODEL_FILES:
        return ModelInput(load(path))
    if path.name.lower().endswith(ENDINGS) or is_sharded(path):
        return archive_input(path)
    if path.suffix == ".txt" and path.is_file():
        return TextInput.of_file(path, unit)
    if path.is_file():
        raise UserError(f"{path} is a file that cannot be evaluated{HINTS.get(path.suffix.lower(), KNOWN)}")
    try:
        return data_input(str(source), data_dir)
    except UserError:
        name = str(source)
        close = [] if name in registered() or Path(name).is_dir() else close_names(name)
        if close:
            words = f"no model, data set or folder is called {name!r}; did you mean {' or '.join(close)}?"
            raise UserError(words) from None
        raise


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
    """(name, size or None, split) of a data set or folder written as NAME[@SIZE][:SPLIT], SIZE a side or HEIGHTxWIDTH."""
    if Path(spec).is_dir():
        name = spec if "/" in spec or spec in registered() else f"./{spec}"
        return name, None, "train"
    name, colon, split = spec.partition(":")
    name, at, size = name.partition("@")
    if (at and not SIZE.fullmatch(size)) or (colon and not split) or not name:
        raise UserError(f"a data set is written NAME[@SIZE][:SPLIT], such as mnist@32:test or faces@64x48, not {spec!r}")
    if "/" in name and not Path(name).is_dir() and name[0] in "/.~":
        raise UserError(f"nothing at {name}: no run, no SavedModel, no folder of images, no file")
    sides = tuple(int(side) for side in size.split("x")) if size else (None,)
    return name, sides if len(sides) == 2 else sides[0], split or "train"
