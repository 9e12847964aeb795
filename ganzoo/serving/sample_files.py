"""Samples as files of their own: a grid with captions, an animation, a folder of images beside a table of what they show."""

import csv
import io
import os
from pathlib import Path

import numpy as np

from ganzoo import figures, pictures
from ganzoo.data.metadata import FILE, NAMES
from ganzoo.data.scaling import to_uint8
from ganzoo.errors import UserError
from ganzoo.files import DRAFT, cannot_write, draft_name, remove_drafts, write_atomically
from ganzoo.notes import counted

TABLE = NAMES[0]
LEAST_SIDE = 128  # pixels of a frame's side at least


def conditions_of(sampler, count, seed=0, **options):
    """What the samples of `sampler.sample` with these arguments are to show: a dict of lists of strings.

    `label` has the names of their classes, or the labels' numbers where those have no names; `caption` their captions. Empty
    of a model that is not conditional.
    """
    labels, captions = (f(count, seed, **options) for f in (sampler.labels, sampler.captions))
    names, shown = dict(enumerate(sampler.class_names)), {}
    if labels is not None:
        shown["label"] = [names.get(label, str(label)) for label in labels.tolist()]
    return shown if captions is None else shown | {"caption": captions}


def captions_of(conditions, wanted=None):
    """One caption a sample from `conditions_of`, a list of strings; None where there are none, or none are wanted.

    Args:
        conditions: of `conditions_of`.
        wanted: by default where samples are to show different things.
    """
    if wanted is None:
        wanted = any(len(set(values)) > 1 for values in conditions.values())
    if not wanted:
        return None
    return [", ".join(row) for row in zip(*conditions.values(), strict=True)] or None


def picture(samples, captions=None, columns=None, scale=None):
    """Samples as one picture uint8 [H, W, 3].

    Args:
        samples: images float32 [N, H, W, C] in [-1, 1], or points [N, 2].
        captions: N strings for below the images; None for none.
        columns: images in a row; about the square root of N by default.
        scale: pixels of a pixel's side; by default a readable one.
    """
    if captions is None or np.ndim(samples) != 4:
        return pictures.picture(samples, columns=columns, scale=scale)
    return figures.captioned(np.asarray(to_uint8(samples)), captions, columns, scale)


def animation(samples, captions=None, scale=None, seconds=0.5):
    """Images float32 [N, H, W, C] in [-1, 1] as the bytes of a GIF that shows one after the other, for `seconds` each."""
    images = np.asarray(to_uint8(samples))
    if captions is None:
        return pictures.gif([pictures.grid(image[None], 1, 0, LEAST_SIDE, scale) for image in images], seconds)
    scale = scale or -(-LEAST_SIDE // max(images.shape[1:3]))
    sheet = figures.captioned(images, captions, 1, scale)  # one column, so that all frames are of one size
    height = (len(sheet) - figures.BETWEEN) // len(images)
    return pictures.gif([sheet[n * height : (n + 1) * height + figures.BETWEEN] for n in range(len(images))], seconds)


def refuse_other_files(folder, count):
    """Raises a UserError where a folder of `count` samples cannot be written, or holds what these would not replace."""
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file: name another folder")
    own = {*names_of(count), TABLE}
    there = os.listdir(folder) if folder.exists() else []
    others = sorted(name for name in there if name not in own and not DRAFT.fullmatch(name))
    if others:
        more = f" and {counted(len(others) - 1, 'other file')}" if len(others) > 1 else ""
        raise UserError(f"{folder} holds {others[0]}{more} already: name another folder, or an empty one")


def names_of(count):
    """The names of the images of a folder of `count` samples, in order."""
    digits = max(len(str(count - 1)), 4)
    return [f"{number:0{digits}}.png" for number in range(count)]


def write_folder(folder, blocks, count, conditions=None, scale=None, progress=None):
    """Writes samples as PNG files, and what they show into a metadata.csv beside them; such a folder can be trained on.

    Args:
        folder: is made where it is absent.
        blocks: (the first one's number, images float32 [n, H, W, C] in [-1, 1]) in turn, as of `Sampler.blocks`.
        count: how many there are in all.
        conditions: of `conditions_of`.
        scale: pixels of a pixel's side.
        progress: called with the share of the images that are written.

    Returns:
        The shape of the samples, [count, H, W, C].

    Raises:
        UserError: it cannot be written, or the samples are no images.
    """
    folder, names = Path(folder), names_of(count)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_drafts(folder)
        (folder / TABLE).unlink(missing_ok=True)  # of samples that are replaced; the new one comes last
        for first, images in blocks:
            if images.ndim != 4:
                raise UserError(f"samples {list(images.shape[1:])} are no images: a folder holds images, an .npz arrays")
            for name, image in zip(names[first:], np.asarray(to_uint8(images)), strict=False):
                draft = folder / draft_name(name)
                draft.write_bytes(pictures.png(pictures.enlarged(image[None], scale or 1)[0]))
                os.replace(draft, folder / name)
            if progress:
                progress((first + len(images)) / count)
    except OSError as error:
        raise cannot_write(folder, error) from error
    if conditions:
        write_atomically(folder / TABLE, table(names, conditions))
    return [count, *images.shape[1:]]


def table(names, conditions):
    """The text of a metadata.csv: a row an image."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([FILE, *conditions])
    rows.writerows(zip(names, *conditions.values(), strict=True))
    return text.getvalue()
