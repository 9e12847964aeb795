"""Vectors, thumbnails and labels as TensorBoard's Embedding Projector reads them."""

import math
from pathlib import Path

import numpy as np
from PIL import Image

from ganzoo import pictures
from ganzoo.files import write_atomically

SIDE = 32  # pixels of a thumbnail at least


def side_of(images):
    """The side of a thumbnail, in pixels: images up to `SIDE` are enlarged by whole factors, larger ones made 64."""
    largest = max(images.shape[1:3])
    return 64 if largest > 64 else largest * max(1, math.ceil(SIDE / largest))


def sprite(images):
    """Thumbnails of images uint8 [N, H, W, C] in one square picture, row by row, and how many are in a row."""
    side, columns = side_of(images), math.ceil(math.sqrt(len(images)))
    sheet = Image.new("RGB", (columns * side, columns * side), "white")
    for index, image in enumerate(np.repeat(images, 3, -1) if images.shape[-1] == 1 else images):
        thumbnail = Image.fromarray(image).resize((side, side), Image.Resampling.NEAREST)
        sheet.paste(thumbnail, (index % columns * side, index // columns * side))
    return np.asarray(sheet), columns


def write(directory, vectors, images, kinds, labels):
    """Writes what `tensorboard --logdir DIRECTORY` shows under Projector.

    Args:
        directory: made where it is not there.
        vectors: float [N, n] by the name of each layer.
        images: uint8 [N, H, W, C], one a vector.
        kinds, labels: N strings each.
    """
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    sheet, _ = sprite(images)
    write_atomically(directory / "sprite.png", pictures.png(sheet))
    rows = ["kind\tlabel", *(f"{kind}\t{plain(label)}" for kind, label in zip(kinds, labels, strict=True))]
    write_atomically(directory / "metadata.tsv", "\n".join(rows) + "\n")
    entries = []
    for name, values in vectors.items():
        text = "\n".join("\t".join(f"{value:.5g}" for value in row) for row in values)
        write_atomically(directory / f"{name}.tsv", text + "\n")
        side = side_of(images)
        entries.append(
            f'embeddings {{\n  tensor_name: "{name}"\n  tensor_shape: {len(values)}\n  tensor_shape: {values.shape[1]}\n'
            f'  tensor_path: "{name}.tsv"\n  metadata_path: "metadata.tsv"\n'
            f'  sprite {{ image_path: "sprite.png" single_image_dim: {side} single_image_dim: {side} }}\n}}\n'
        )
    write_atomically(directory / "projector_config.pbtxt", "".join(entries))


def plain(label):
    """A label without what would end its cell."""
    return " ".join(str(label).split())
