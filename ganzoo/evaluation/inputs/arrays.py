"""Examples at hand as inputs of an evaluation: arrays, and the .npz and .npy files of them."""

from pathlib import Path

import numpy as np

from ganzoo.checked_arrays import read_npy, read_npz
from ganzoo.data.class_names import read_labels
from ganzoo.data.folder_layout import listed
from ganzoo.data.scaling import channels_last, value_range
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import ArrayInput, FeaturesInput
from ganzoo.notes import counted

# What is read of an .npz file of features.
OF_FEATURES = ("features", "probabilities", "held_out", "held_out_probabilities", "labels", "name", "layer", "sha256")
ROWS = 1024  # looked at in one go


def npz_input(path):
    """An .npz file: `images` or `points` (or its only array), and `labels` where it has them; or `features`.

    Features that were computed elsewhere are `features` [N, d], of a classifier also `probabilities` [N, K]; of real data
    `held_out` and `held_out_probabilities` may stand beside them. `name`, `layer` and `sha256` (of the weights) are
    strings that say what made them.

    Raises:
        UserError: no such file, no .npz file, or arrays that are not images.
    """
    path = Path(path)
    unread = []

    def wanted(names):
        if "features" in names and not {"images", "image"} & set(names):
            unread.extend(name for name in names if name not in OF_FEATURES)
            return [name for name in names if name in OF_FEATURES]
        labels = [name for name in ("labels", "label") if name in names]
        examples = [name for name in ("images", "image", "points", "point") if name in names]
        examples = examples[:1] or [name for name in names if name not in labels]
        if len(examples) != 1:
            has = ", ".join(name[:40] for name in examples[:6]) or "none"
            raise UserError(f"{path} must hold one array `images` (or `points`, or `features`); it has {has}")
        unread.extend(name for name in names if name not in (*examples, *labels))
        return [*examples, *labels[:1]]

    arrays = read_npz(path, wanted)
    notes = [f"not read: {listed(unread)}"] if unread else []
    if "features" in arrays:
        return noted(features_input(path.stem, **arrays), notes)
    examples, *labels = arrays.values()
    return noted(array_input(examples, path.stem, *labels), notes)


def npy_input(path):
    """An .npy file of images, points or features, as `array_input` reads them.

    Raises:
        UserError: no such file, no .npy file, or another array.
    """
    return array_input(read_npy(path), Path(path).stem)


def array_input(values, name="array", labels=None):
    """An array of examples as an `ArrayInput`, whose notes say how its value range was read.

    Args:
        values: images [N, H, W, C], [N, C, H, W] or [N, H, W], uint8, whole numbers in 0..255, booleans, or floats in
            [-1, 1], [0, 1] or 0..255, as `scaling.value_range` tells them apart; points [N, 2]; or features [N, d].
        name: for tables and messages.
        labels: as of `class_names.read_labels`, or None.

    Raises:
        UserError: another shape or range, NaN or infinite values, or fewer than two examples.
    """
    values = np.asarray(values)
    if values.dtype.kind not in "fiub" or values.size == 0:
        raise UserError(f"{name} holds no images: {values.dtype} {values.shape}")
    if values.dtype.kind == "f" and not all(np.isfinite(values[i : i + ROWS]).all() for i in range(0, len(values), ROWS)):
        raise UserError(f"{name} holds NaN or infinite values")
    labels, notes = (None, []) if labels is None else labels_of(name, labels)
    if values.ndim == 2 and values.shape[1] == 2:
        return noted(ArrayInput(values.astype(np.float32), name, labels), notes)
    if values.ndim == 2 and values.shape[1] > 2:
        return noted(features_input(name, values, labels=labels), notes)
    grey = values.ndim == 3
    if grey:
        values = values[..., None]
    values, turned = channels_last(values)
    if values.ndim != 4 or values.shape[-1] not in (1, 3):
        wanted = "images [N, H, W, 1 or 3] or [N, 1 or 3, H, W], points [N, 2] or features [N, d]"
        raise UserError(f"{name} must be {wanted}, but its shape is {values.shape}")
    try:
        values_range, words = value_range(values)
    except UserError as error:
        raise UserError(f"{name} has {error}") from None
    if grey:
        notes.insert(0, f"read as {counted(len(values), 'grey image')}")
    notes += [line for line in (turned, words) if line]
    return noted(ArrayInput(values_range.to_uint8(values), name, labels), notes)


def features_input(whose, features, probabilities=None, held_out=None, held_out_probabilities=None, labels=None, **made_by):
    """Features that were computed elsewhere, as a `FeaturesInput`.

    Args:
        whose: what they are called in tables and messages.
        features: floats [N, d].
        probabilities: class probabilities [N, K], or None.
        held_out, held_out_probabilities: likewise of held-out real data [T, d] and [T, K], or None.
        labels: as of `class_names.read_labels`, or None.
        **made_by: what made them, strings: `name`, `layer` and `sha256`, those that are known.

    Raises:
        UserError: other shapes, NaN or infinite values, or probabilities that do not sum to 1.
    """
    made_by = {key: str(np.asarray(value).reshape(-1)[0]) for key, value in made_by.items() if np.asarray(value).size}
    rows = joined(whose, "features", features, probabilities)
    if labels is not None:
        labels, _ = labels_of(whose, labels)
    held = None
    if held_out is not None:
        held = joined(whose, "held_out", held_out, held_out_probabilities)
        if held.shape[1] != rows.shape[1]:
            raise UserError(f"{whose} holds features {rows.shape} and held-out ones {held.shape}: their width differs")
        held = FeaturesInput(held, f"{whose} (held out)", np.shape(held_out)[1], made_by)
    return FeaturesInput(rows, whose, np.shape(features)[1], made_by, labels, held)


def joined(name, what, features, probabilities=None):
    """Features [N, d] and probabilities [N, K] where there are any, as float32 [N, d + K].

    Raises:
        UserError: as `features_input`.
    """
    features = np.asarray(features)
    if features.ndim != 2 or features.dtype.kind not in "fiu" or not features.size:
        raise UserError(f"{name}: `{what}` must be numbers [N, d], not {features.dtype} {features.shape}")
    parts = [features.astype(np.float32, copy=False)]
    if probabilities is not None:
        probabilities = np.asarray(probabilities)
        if probabilities.ndim != 2 or len(probabilities) != len(features) or probabilities.dtype.kind not in "fiu":
            raise UserError(f"{name}: probabilities of `{what}` must be [{len(features)}, K], not {probabilities.shape}")
        if (probabilities < 0).any() or not np.allclose(probabilities.sum(axis=1, dtype=np.float64), 1, atol=1e-3):
            raise UserError(f"{name}: probabilities of `{what}` must be 0 or more and sum to 1 in each row: logits are none")
        parts.append(probabilities.astype(np.float32, copy=False))
    rows = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
    if not np.isfinite(rows).all():
        raise UserError(f"{name} holds NaN or infinite values in `{what}`")
    return rows


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
