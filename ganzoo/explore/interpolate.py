"""Interpolation between two images: the same ends by several models, as a picture, and how much of it could be data."""

import numpy as np
from PIL import Image, ImageDraw

from ganzoo import pictures
from ganzoo.data.scaling import to_uint8, to_unit
from ganzoo.errors import UserError
from ganzoo.evaluation.features.choose import choose
from ganzoo.evaluation.inputs.base import ModelInput
from ganzoo.evaluation.inputs.overlap import warn_if_trained_on
from ganzoo.evaluation.inputs.reference import held_out, real_data
from ganzoo.explore.latent_search import find_latents
from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.notes import logged

PLACES = (0.0, 0.25, 0.5)  # where paths are scored: at an end, at a quarter, in the middle
K = 3
ROWS = 256
NAME = 130


class LatentPath:
    """How a model goes from one image to another: by its encoder's codes, or by those that a search finds.

    Args:
        sampler: a `Sampler`.
        images: float32 [N, H, W, C] in [-1, 1], the ends of all paths.
        spherical: whether codes turn at an even rate and their length follows; otherwise they move on a straight line.
        seed: of the search.
    """

    def __init__(self, sampler, images, spherical=False, seed=0):
        self.sampler, self.spherical = sampler, spherical
        self.encodes = {"encode", "reconstruct"} <= set(sampler.services)
        self.name = sampler.name
        self.codes = self._encoded(images) if self.encodes else find_latents(sampler, images, seed)

    def _encoded(self, images):
        parts = [images[first : first + ROWS] for first in range(0, len(images), ROWS)]
        return np.concatenate([self.sampler.serve("encode", images=part)["latents"] for part in parts])

    def between(self, first, second, place):
        """The images [N, H, W, C] at `place`, in [0, 1], of the way from ends `first` to ends `second`, rows of `images`."""
        way = spherical if self.spherical else straight
        codes = way(self.codes[first], self.codes[second], place)
        return np.concatenate([self.sampler.generate(latents=codes[i : i + ROWS]) for i in range(0, len(codes), ROWS)])


class CrossFade:
    """The path of pixels: one image fades into the other. What a model's path must better."""

    name, encodes = "pixels", None

    def __init__(self, images):
        self.images = images

    def between(self, first, second, place):
        return straight(self.images[first], self.images[second], place)


def straight(one, other, place):
    """(1 - place) one + place other."""
    return ((1 - place) * one + place * other).astype(np.float32)


def spherical(one, other, place):
    """Vectors [N, d] whose direction turns at an even rate from one to the other's, and whose length goes evenly too.

    Reference: White 2016, arXiv:1609.04468.
    """
    lengths = [np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for x in (one, other)]
    one, other = one / lengths[0], other / lengths[1]
    angle = np.arccos(np.clip((one * other).sum(1, keepdims=True), -1.0, 1.0))
    sine = np.sin(angle)
    even = np.where(sine < 1e-6, 1 - place, np.sin((1 - place) * angle) / np.maximum(sine, 1e-6))
    rest = np.where(sine < 1e-6, place, np.sin(place * angle) / np.maximum(sine, 1e-6))
    return ((even * one + rest * other) * straight(*lengths, place)).astype(np.float32)


def sharpness(images, real):
    """The mean square difference of neighbouring pixels of images, as a share of that of real ones: below 1 is blur."""

    def energy(x):
        x = np.asarray(x, np.float64)
        return np.square(np.diff(x, axis=1)).mean() + np.square(np.diff(x, axis=2)).mean()

    return float(energy(images) / energy(real))


class PathScorer:
    """Scores a set of images: how many of them could be data, and how sharp they are.

    Args:
        train, held: `Input`s of real images.
        extractor: an `Extractor`.
    """

    def __init__(self, train, held, extractor):
        self.extractor = extractor
        self.held = held.examples(held.size)
        self.features = extractor.features(train.examples(min(train.size, 10_000)))

    def __call__(self, images):
        """A dict of `precision`, the share within the training images' balls, and `sharpness`; of float images or uint8."""
        images = np.asarray(images if images.dtype == np.uint8 else to_uint8(images))
        record = neighbours(self.features, self.extractor.features(images), K, (K,))
        return {
            "precision": float(np.mean(record.balls[K].real_closed > 0)),
            "sharpness": sharpness(images, self.held),
        }


def pairs_of(held, count, seed=0):
    """Ends for `count` paths: held-out images, each beside one of another class where there are labels.

    Returns:
        uint8 images [N, H, W, C] and the rows of the first and the second ends, int [count] each.
    """
    images, labels = held.examples(held.size), held.labels(held.size)
    rng = np.random.default_rng([seed, 0x9A7B])
    first, second = [], []
    while len(first) < count:
        i, j = rng.integers(len(images), size=2)
        if i != j and (labels is None or labels[i] != labels[j] or len(np.unique(labels)) == 1):
            first.append(i)
            second.append(j)
    rows, places = np.unique(np.concatenate([first, second]), return_inverse=True)
    return images[rows], places[:count], places[count:]


@logged
def interpolate(
    samplers, data=None, pairs=200, shown=4, steps=9, spherical=False, seed=0, extractor="auto", data_dir=None, log=print
):
    """Paths between held-out images by several models: a picture of some, and what all hold.

    Args:
        samplers: `Sampler`s of images; one without an encoder is searched for the latents of each image.
        data: real data as `opening.open_input` takes it; by default what the first model was trained on.
        pairs: paths that are scored, at least 4.
        shown: paths in the picture, the first of them.
        steps: images of a path in the picture.
        spherical: whether codes turn instead of moving on a straight line.
        seed: of the pairs, of samples and of searches.
        extractor: whose features tell what could be data, as of `features.choose.choose`.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Returns:
        A picture uint8 [H, W, 3], and JSON-ready dicts, the first of them of the pixels' cross-fade, then one a model:
        `name`; `codes` ("encoder" or "search"; None of pixels); `reconstruction`, the mean distance of an end and what its
        code decodes to; `at`, by place ("0", "0.25", "0.5") the `precision` (the share of images within the training
        images' balls) and `sharpness` (below 1 is blur) there; `samples`, the same of samples.

    Raises:
        UserError: no such data, a model of points or of other shapes, or one that has no codes.
    """
    sides = [ModelInput(sampler) for sampler in samplers]
    data = real_data(sides[0], data, data_dir)
    for side in [data, *sides]:
        if side.feature != "image" or side.shape != data.shape:
            raise UserError(f"{side.name} has {side.feature}s of shape {side.shape}: paths are between images of one shape")
    train, held, _ = held_out(data, seed)
    for side in sides:
        warn_if_trained_on(side, data, train, held, data_dir, log)
    images, first, second = pairs_of(held, max(pairs, shown), seed)
    unit = np.asarray(to_unit(images))
    paths = [CrossFade(unit)]
    for sampler in samplers:
        paths.append(LatentPath(sampler, unit, spherical, seed))
        if not paths[-1].encodes:
            log(f"{sampler.name} has no encoder: latents of {len(unit)} images found by search")
    score = PathScorer(train, held, choose(extractor, data, None, data_dir, log))
    records = []
    for path, side in zip(paths, [held, *sides], strict=True):
        at = {f"{place:g}": score(path.between(first, second, place)) for place in PLACES}
        everything = np.arange(len(unit))
        given_back = path.between(everything, everything, 0.0)
        distance = float(np.sqrt(np.square(given_back - unit).reshape(len(unit), -1).sum(1)).mean())
        codes = {None: None, True: "encoder", False: "search"}[path.encodes]
        samples = score(side.examples(min(held.size, 1000), seed))
        records.append({"name": path.name, "codes": codes, "reconstruction": distance, "at": at, "samples": samples})
    return figure(paths, unit, first[:shown], second[:shown], steps), records


def figure(paths, images, first, second, steps):
    """A block of rows a pair: each path's way from the first end to the second, with the ends themselves at its sides."""
    ways = [[path.between(first, second, place) for place in np.linspace(0, 1, steps)] for path in paths]
    blocks = []
    for row in range(len(first)):
        ends = images[first[row]], images[second[row]]
        cells = [np.stack([ends[0], *(image[row] for image in way), ends[1]]) for way in ways]
        sheet = pictures.grid(np.asarray(to_uint8(np.concatenate(cells))), columns=steps + 2)
        blocks.append(named(sheet, [path.name for path in paths]))
        blocks.append(np.full((8, blocks[0].shape[1], 3), 255, np.uint8))
    return np.concatenate(blocks[:-1])


def named(sheet, names):
    """A picture uint8 [H, W, 3] of as many equal rows as names, with a name left of each."""
    height = sheet.shape[0]
    column = Image.new("RGB", (NAME, height), "white")
    draw = ImageDraw.Draw(column)
    for index, name in enumerate(names):
        draw.text((NAME - 6, height * (index + 0.5) / len(names)), name[-24:], fill="black", anchor="rm")
    return np.concatenate([np.asarray(column), sheet], axis=1)


def lines(records):
    """Records as a table for a person."""
    width = max(len(record["name"]) for record in records)
    where = f"{'0':>6}{'1/4':>7}{'1/2':>7}{'samples':>9}"
    rows = [
        f"{'':{width}}  {'codes by':8}  {'|x - G(z)|':>10}   {'precision':29}   sharpness",
        f"{'':{width}}  {'':8}  {'':10}   {where}   {where}",
    ]
    for record in records:
        parts = [*record["at"].values(), record["samples"]]
        row = f"{record['name']:{width}}  {record['codes'] or '-':8}  {record['reconstruction']:10.2f}"
        for what in ("precision", "sharpness"):
            *between, samples = (part[what] for part in parts)
            row += "   " + "".join(f"{value:{6 + (index > 0)}.2f}" for index, value in enumerate(between)) + f"{samples:9.2f}"
        rows.append(row)
    return [*rows, "samples in the first line are held-out images"]
