"""What captions say of scenes of shapes: a small grammar that writes them, a parser that reads them, and their truth."""

import functools

import keras
import numpy as np

from ganzoo.data import shapes
from ganzoo.data.captions import Captions, words_of
from ganzoo.data.shapes import ATTRIBUTES, BACKGROUND, COLOUR, NONE, POSITION, SHAPE, SIZE
from ganzoo.errors import UserError

SIZES = {"small": 0, "little": 0, "tiny": 0, "large": 1, "big": 1}
ROWS = {"top": 0, "upper": 0, "bottom": 2, "lower": 2}
COLUMNS = {"left": 0, "right": 2}
MIDDLES = ("centre", "middle")
NOUNS = {*ATTRIBUTES["shape"], "shape"}
OTHERS = ("a", "the", "on", "against", "in", "at", "with", "background", "corner", "shape")
WORDS = tuple(dict.fromkeys([*OTHERS, *ATTRIBUTES["shape"], *ATTRIBUTES["colour"], *SIZES, *ROWS, *COLUMNS, *MIDDLES]))
VOCABULARY_SIZE = len(WORDS) + 1  # and the padding
LENGTH = 16
MENTIONED = 0.8  # how often a caption mentions an attribute; at least LEAST of them
LEAST = 2
BANK, BANK_SEED = 2048, 20


def caption(scene, rng):
    """A true caption of a scene in one of many wordings; most captions leave something open.

    Args:
        scene: numbers of its attributes, [5].
        rng: a NumPy generator.
    """
    mentioned = np.zeros(len(ATTRIBUTES), bool)
    while mentioned.sum() < LEAST:
        mentioned = rng.random(len(ATTRIBUTES)) < MENTIONED
    name = {key: values[value] for (key, values), value in zip(ATTRIBUTES.items(), scene, strict=True)}
    size = rng.choice([word for word, value in SIZES.items() if value == scene[SIZE]])
    words = ["a", size if mentioned[SIZE] else "", name["colour"] if mentioned[COLOUR] else ""]
    subject = " ".join([word for word in words if word] + [name["shape"] if mentioned[SHAPE] else "shape"])
    place = f"{rng.choice(['in', 'at'])} the {_place(scene[POSITION], rng)}" if mentioned[POSITION] else ""
    ground = ""
    if mentioned[BACKGROUND]:
        ways = ("on a {} background", "against a {} background", "on {}", "a {} background with")
        way = ways[rng.integers(len(ways))]
        ground = way.format(name["background"])
        if way.endswith("with"):
            return f"{ground} {subject} {place}".strip()
    orders = ((subject, ground, place), (subject, place, ground), (place, subject, ground), (ground, subject, place))
    parts = [part for part in orders[rng.integers(len(orders))] if part]
    if parts[0] != subject:
        parts[0] += ","
    return " ".join(parts)


def _place(position, rng):
    row, column = shapes.ENDS[position]
    if row == column == 1:
        return rng.choice(MIDDLES)
    names = [[word for word, end in words.items() if end == at] for words, at in ((ROWS, row), (COLUMNS, column))]
    return " ".join(str(rng.choice(choices)) for choices in names) + rng.choice(["", " corner"])


def claims(text):
    """What a caption says of each attribute, int64 [5]: -1 where it says nothing.

    A colour is the background's before the word "background" and after "on" or "against" (unless a shape is named next),
    otherwise the shape's.

    Raises:
        UserError: a word that is not in `WORDS`, or a caption that contradicts itself or names half a position.
    """
    words = words_of(text)
    unknown = [word for word in words if word not in WORDS]
    if unknown:
        raise UserError(f"a caption may use the words {' '.join(WORDS)}; not {' '.join(unknown)}")
    claimed = np.full(len(ATTRIBUTES), NONE, np.int64)

    def claim(attribute, value):
        if claimed[attribute] not in (NONE, value):
            raise UserError(f"the caption {text!r} contradicts itself")
        claimed[attribute] = value

    row = column = None
    for index, word in enumerate(words):
        if word in ATTRIBUTES["shape"]:
            claim(SHAPE, ATTRIBUTES["shape"].index(word))
        elif word in SIZES:
            claim(SIZE, SIZES[word])
        elif word in shapes.COLOURS:
            before = [w for w in words[max(index - 2, 0) : index] if w not in ("a", "the")][-1:]
            behind = words[index + 1 : index + 2]
            ground = behind == ["background"] or (before in (["on"], ["against"]) and not set(behind) & NOUNS)
            claim(BACKGROUND if ground else COLOUR, ATTRIBUTES["colour"].index(word))
        elif word in MIDDLES:
            claim(POSITION, shapes.ENDS.index((1, 1)))
        row, column = ROWS.get(word, row), COLUMNS.get(word, column)
    if (row is None) != (column is None):
        raise UserError(f"the caption {text!r} names half a position: say for example top left")
    if row is not None:
        claim(POSITION, shapes.ENDS.index((row, column)))
    return claimed


@functools.cache
def bank():
    """A fixed draw of captions from the grammar, for samples whose caption is left open; a tuple of strings."""
    rng = np.random.default_rng(BANK_SEED)
    scenes = shapes.all_scenes()
    return tuple(caption(scene, rng) for scene in scenes[rng.integers(len(scenes), size=BANK)])


@keras.saving.register_keras_serializable(package="ganzoo")
class ShapeCaptions(Captions):
    """The captions of `captioned_shapes` and `captioned_shapes32`, and their scenes.

    Args:
        side: of the images, 16 or 32.

    Raises:
        UserError: another side.
    """

    attributes = tuple(ATTRIBUTES)
    attribute_values = ATTRIBUTES

    def __init__(self, side=16):
        if side not in shapes.SIDES:
            raise UserError(f"scenes have sides of {' or '.join(map(str, shapes.SIDES))} pixels, not {side!r}")
        super().__init__(WORDS, LENGTH, bank())
        self.side = side
        self.image_shape = (side, side, 3)

    def claims(self, text):
        return claims(text)

    def parse(self, images):
        return shapes.parse(images)[0]

    def segment(self, images):
        """The colour that each pixel shows, as its number in `shapes.COLOURS`, int64 [N, S, S]; -1 where none is near."""
        images = np.asarray(images)
        return shapes.nearest_colour(images.reshape(-1, 3).astype(np.float64)).reshape(images.shape[:3])

    def label_map(self, text):
        """The colours that follow from a caption, pixel by pixel, int64 [S, S]; -1 where it leaves them open.

        A pixel is the shape's (or the ground's) where it is so in every scene of which the caption is true.

        Raises:
            UserError: as `claims`.
        """
        claimed = claims(text)
        shape, ground = shapes.certain(tuple(int(claimed[one]) for one in (SHAPE, SIZE, POSITION)), self.side)
        return np.where(shape, claimed[COLOUR], np.where(ground, claimed[BACKGROUND], NONE))

    def distances(self, images):
        """How far images are from the nearest scene, float64 [N]: `shapes.distances`."""
        return shapes.distances(images)
