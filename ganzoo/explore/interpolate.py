"""Interpolation between two images: the same ends by several models, as a picture, and how much of it could be data."""

import numpy as np

from ganzoo import figures
from ganzoo.data.scaling import to_uint8, to_unit
from ganzoo.errors import UserError
from ganzoo.evaluation.features.choose import choose
from ganzoo.evaluation.inputs.base import ModelInput
from ganzoo.evaluation.inputs.overlap import warn_if_trained_on
from ganzoo.evaluation.inputs.reference import held_out, real_data
from ganzoo.evaluation.inversion import find_latents
from ganzoo.evaluation.paths import spherical as turning
from ganzoo.evaluation.paths import straight
from ganzoo.explore.latents import LatentSpace, judge_of
from ganzoo.explore.paths import in_words, measured
from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.notes import logged

PLACES = (0.0, 0.25, 0.5)  # where paths are scored: at an end, at a quarter, in the middle
K = 3
ROWS = 256
PIXELS = "pixels"


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
        way = turning if self.spherical else straight
        codes = way(self.codes[first], self.codes[second], place)
        return np.concatenate([self.sampler.generate(latents=codes[i : i + ROWS]) for i in range(0, len(codes), ROWS)])


class CrossFade:
    """The path of pixels: one image fades into the other. What a model's path must better."""

    name, encodes = PIXELS, None

    def __init__(self, images):
        self.images = images

    def between(self, first, second, place):
        place = np.asarray(place)
        return straight(self.images[first], self.images[second], place[:, :, None, None] if place.ndim else place)


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
        images' balls) and `sharpness` (below 1 is blur) there; `samples`, the same of samples; `paths`, what `paths.measured`
        says of them.

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
    ways = [CrossFade(unit)]
    for sampler in samplers:
        ways.append(LatentPath(sampler, unit, spherical, seed))
        if not ways[-1].encodes:
            log(f"{sampler.name} has no encoder: latents of {len(unit)} images found by search")
    score = PathScorer(train, held, choose(extractor, data, None, data_dir, log))
    records = []
    for path, side in zip(ways, [held, *sides], strict=True):
        at = {f"{place:g}": score(path.between(first, second, place)) for place in PLACES}
        everything = np.arange(len(unit))
        given_back = path.between(everything, everything, 0.0)
        distance = float(np.sqrt(np.square(given_back - unit).reshape(len(unit), -1).sum(1)).mean())
        codes = {None: None, True: "encoder", False: "search"}[path.encodes]
        samples = score(side.examples(min(held.size, 1000), seed))
        record = {"name": path.name, "codes": codes, "reconstruction": distance, "at": at, "samples": samples}
        of_path = measured(lambda place, path=path: path.between(first, second, place), len(first), score.extractor, seed)
        records.append(record | {"paths": of_path})
    return figure(ways, unit, first[:shown], second[:shown], steps), records


def figure(ways, images, first, second, steps):
    """A block of rows a pair: each path's way from the first end to the second, with the ends themselves at its sides."""
    walks = [[way.between(first, second, place) for place in np.linspace(0, 1, steps)] for way in ways]
    blocks = []
    for row in range(len(first)):
        ends = images[first[row]], images[second[row]]
        cells = [np.stack([ends[0], *(image[row] for image in walk), ends[1]]) for walk in walks]
        blocks.append(figures.named_rows(figures.sheet(np.concatenate(cells), steps + 2), [way.name for way in ways]))
    return figures.titled(blocks, "From one held-out image (left) to another (right)")


@logged
def between_latents(
    samplers,
    pairs=200,
    shown=4,
    steps=9,
    spherical=False,
    seed=0,
    extractor="auto",
    data=None,
    data_dir=None,
    log=print,
    **options,
):
    """Paths between latents that are drawn, by several models: a picture of some, and how long and even all are.

    Whatever else a sample depends on, such as its label, is that of the first end and stays along the path.

    Args:
        samplers, pairs, shown, steps, spherical, seed, extractor, data, data_dir, log: as of `interpolate`.
        **options: of the samplers, such as `label`.

    Returns:
        A picture uint8 [H, W, 3], and a JSON-ready dict a model: `name`, and `paths`, what `paths.measured` says.

    Raises:
        UserError: a model without a vector of latents, or of points.
    """
    way, blocks, records = turning if spherical else straight, [], []
    for sampler in samplers:
        space = LatentSpace(sampler, 2 * pairs, seed, **options)
        judge, _ = judge_of(sampler, extractor, data, data_dir, log)

        def at(place, count=pairs, space=space):
            rows = np.arange(count)
            return space.images(way(space.latents[rows], space.latents[rows + pairs], place), rows)

        records.append({"name": sampler.name, "paths": measured(at, pairs, judge, seed)})
        images = np.stack([at(place, shown) for place in np.linspace(0, 1, steps)], 1)
        sheet = figures.sheet(images.reshape(-1, *images.shape[2:]), steps)
        blocks.append(figures.headed(sheet, f"{sampler.name}: {in_words(records[-1]['paths'])}"))
    return figures.titled(blocks, f"Between latents, {'turning' if spherical else 'straight'}"), records


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
    rows.append("samples in the first line are held-out images")
    return rows + [f"{record['name']:{width}}  {in_words(record['paths'])}" for record in records]
