"""Scenes of one coloured shape on a coloured ground: drawing them, and reading an image back exactly."""

import functools

import numpy as np

SIDES = (16, 32)  # of images
# Corners of the colour cube, far from one another, and no shade of them leaves 0..255: a generator's tanh can saturate.
COLOURS = {
    "red": (240, 15, 15),
    "green": (15, 240, 15),
    "blue": (15, 15, 240),
    "yellow": (240, 240, 15),
    "white": (240, 240, 240),
    "black": (15, 15, 15),
}
SHADE = 15  # a scene's colours differ from the above by at most this much in each channel
ATTRIBUTES = {
    "shape": ("circle", "square", "triangle", "frame"),
    "colour": tuple(COLOURS),
    "size": ("small", "large"),
    "position": ("top left", "top right", "bottom left", "bottom right", "centre"),
    "background": tuple(COLOURS),
}
SHAPE, COLOUR, SIZE, POSITION, BACKGROUND = range(5)
NONE = -1
# By the image's side: the sides of a small and a large shape.
PIXELS = {16: (6, 10), 32: (12, 20)}
# Where a shape's upper left corner may lie, by size and then at the low end, in the middle and at the high end.
OFFSETS = {
    16: (((1, 2), (4, 5, 6), (8, 9)), ((0, 1), (3,), (5, 6))),
    32: ((range(1, 6), range(8, 13), range(15, 20)), (range(3), range(5, 8), range(10, 13))),
}
# The first offset that is read as the middle, and the first that is read as the high end.
BOUNDS = {16: ((4, 7), (3, 4)), 32: ((7, 14), (4, 9))}
CIRCLES = {6: 6.5, 10: 22.5, 12: 33.0, 20: 97.0}  # squared radii by a circle's side
ENDS = ((0, 0), (0, 2), (2, 0), (2, 2), (1, 1))  # a position's row and column: low end, middle, high end
# Share of an image's variance that two flat colours must explain; pixels between a mean colour and its name.
LEAST_FIT, FARTHEST_COLOUR = 0.5, 110.0


def mask(shape, side):
    """The pixels of a shape, bool [side, side]; `shape` is a name of `ATTRIBUTES`."""
    rows, columns = np.indices((side, side))
    if shape == "square":
        return np.ones((side, side), bool)
    if shape == "frame":
        border = side // 5
        return np.minimum.reduce([rows, columns, side - 1 - rows, side - 1 - columns]) < border
    if shape == "triangle":
        return np.abs(columns - (side - 1) / 2) <= rows // 2 + 0.5
    middle = (side - 1) / 2
    return np.square(rows - middle) + np.square(columns - middle) <= CIRCLES[side]


def all_scenes():
    """Every scene as numbers of its attributes, int64 [1200, 5]: colour and background always differ."""
    scenes = np.indices([len(values) for values in ATTRIBUTES.values()]).reshape(len(ATTRIBUTES), -1).T
    return scenes[scenes[:, COLOUR] != scenes[:, BACKGROUND]].astype(np.int64)


def render(scene, rng=None, side=16):
    """Draws a scene.

    Args:
        scene: numbers of its attributes, [5].
        rng: a NumPy generator of the exact place and of the shades of both colours; without it these are the first
            place that the position allows, and the colours themselves.
        side: of the image, one of `SIDES`.

    Returns:
        uint8 [side, side, 3].
    """
    shape, colour, size, position, background = (int(value) for value in scene)
    places = [OFFSETS[side][size][end] for end in ENDS[position]]
    row, column = (rng.choice(place) if rng else place[0] for place in places)
    paints = np.array(list(COLOURS.values()))[[background, colour]]
    if rng:
        paints = paints + rng.integers(-SHADE, SHADE + 1, (2, 3))
    image = np.broadcast_to(paints[0], (side, side, 3)).astype(np.uint8)
    of = PIXELS[side][size]
    image[row : row + of, column : column + of][mask(ATTRIBUTES["shape"][shape], of)] = paints[1]
    return image


@functools.cache
def templates(side=16):
    """Every shape of every size at every place: masks float64 [T, side²], and their (shape, size, position) int64 [T, 3].

    A place that is at no position, such as half-way down the left edge, has the position -1.
    """
    masks, meanings = [], []
    for shape, name in enumerate(ATTRIBUTES["shape"]):
        for size, of in enumerate(PIXELS[side]):
            for row, column in np.ndindex(side - of + 1, side - of + 1):
                whole = np.zeros((side, side))
                whole[row : row + of, column : column + of] = mask(name, of)
                ends = tuple(int(np.searchsorted(BOUNDS[side][size], offset, "right")) for offset in (row, column))
                masks.append(whole.ravel())
                meanings.append((shape, size, ENDS.index(ends) if ends in ENDS else NONE))
    return np.stack(masks), np.array(meanings)


@functools.lru_cache(1024)
def certain(claimed, side=16):
    """The pixels that belong to the shape, and those that belong to the ground, in every scene of some attributes.

    Args:
        claimed: numbers of (shape, size, position), a tuple; -1 for what is open.
        side: of the image.

    Returns:
        Two bool [side, side].
    """
    masks, meanings = templates(side)
    wanted = np.array(claimed)
    fit = ((wanted == NONE) | (meanings == wanted)).all(axis=1) & (meanings[:, 2] != NONE)
    return masks[fit].all(axis=0).reshape(side, side), ~masks[fit].any(axis=0).reshape(side, side)


def parse(images, chunk=256):
    """Reads the scenes off images: the shape that parts an image best into two flat colours, and these colours' names.

    Exact on every image that `render` draws. On others the nearest scene, with -1 for whatever is not there: all of it
    where no shape explains half of the image's variance, a colour that is far from every name, a place at no position.

    Args:
        images: uint8 [N, 16, 16, 3] or [N, 32, 32, 3].
        chunk: images worked on at a time.

    Returns:
        Attributes int64 [N, 5], and the share of each image's variance that its shape explains, float64 [N] in [0, 1].

    Raises:
        ValueError: images of another shape.
    """
    images = np.asarray(images)
    if images.shape[1:] not in {(side, side, 3) for side in SIDES}:
        raise ValueError(f"scenes are images [N, 16, 16, 3] or [N, 32, 32, 3], not {images.shape}")
    parts = [_parse(images[start : start + chunk]) for start in range(0, len(images), chunk)]
    return tuple(np.concatenate(values) for values in zip((np.empty((0, 5), np.int64), np.empty(0)), *parts, strict=True))


def _parse(images):
    masks, meanings = templates(images.shape[1])
    pixels = images.reshape(len(images), -1, 3).astype(np.float64)
    whole = pixels.sum(1)
    area = masks.sum(1)
    inside = np.einsum("tp,npc->ntc", masks, pixels, optimize=True)
    outside = whole[:, None] - inside
    rest = masks.shape[1] - area
    # The squares' sum falls short of the total by what the two means explain.
    between = (np.square(inside).sum(2) / area) + (np.square(outside).sum(2) / rest)
    between -= np.square(whole).sum(1, keepdims=True) / (masks.shape[1])
    total = np.square(pixels).sum((1, 2)) - np.square(whole).sum(1) / (masks.shape[1])
    best = between.argmax(1)
    each = np.arange(len(images))
    fit = between[each, best] / np.maximum(total, 1e-9)
    scenes = np.full((len(images), len(ATTRIBUTES)), NONE)
    scenes[:, [SHAPE, SIZE, POSITION]] = meanings[best]
    scenes[:, COLOUR] = nearest_colour(inside[each, best] / area[best, None])
    scenes[:, BACKGROUND] = nearest_colour(outside[each, best] / rest[best, None])
    fit = np.where(total < 1.0, 0.0, np.clip(fit, 0.0, 1.0))  # one flat colour shows no shape
    scenes[fit < LEAST_FIT] = NONE
    return scenes.astype(np.int64), fit


def nearest_colour(values):
    """The numbers of the nearest colours of `COLOURS` to values [N, 3] in 0..255; -1 where none is near."""
    distances = np.linalg.norm(values[:, None] - np.array(list(COLOURS.values()), float), axis=2)
    return np.where(distances.min(1) > FARTHEST_COLOUR, NONE, distances.argmin(1))


def distances(images, chunk=64):
    """How far images are from the nearest scene: root mean square of values in [0, 1], float64 [N].

    Exact: over every shape at every place with a name, both colours' best shades within what `render` allows; it does not mind
    that both may be of one name.

    Args:
        images: uint8 [N, 16, 16, 3] or [N, 32, 32, 3].
        chunk: images worked on at a time.
    """
    images = np.asarray(images)
    masks, meanings = templates(images.shape[1])
    masks = masks[meanings[:, 2] != NONE]
    area, size = masks.sum(1), masks.shape[1]
    names = np.array(list(COLOURS.values()), float)
    parts = [np.empty(0)]
    for start in range(0, len(images), chunk):
        pixels = images[start : start + chunk].reshape(-1, size, 3).astype(np.float64)
        inside = np.einsum("tp,npc->ntc", masks, pixels, optimize=True)
        outside = pixels.sum(1)[:, None] - inside
        errors = np.square(pixels).sum((1, 2))[:, None] + 0.0
        for sums, count in ((inside, area), (outside, size - area)):
            means = sums / count[:, None]
            shades = np.clip(means[:, :, None], names - SHADE, names + SHADE)  # [n, T, colours, 3]
            costs = np.square(means[:, :, None] - shades).sum(-1).min(-1)
            errors = errors + count * (costs - np.square(means).sum(-1))
        parts.append(np.sqrt(errors.min(1).clip(0) / (3 * size)) / 255)
    return np.concatenate(parts)
