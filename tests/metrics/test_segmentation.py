import numpy as np
import pytest

from ganzoo.data import shapes
from ganzoo.data.shape_captions import ShapeCaptions, caption, claims
from ganzoo.errors import UserError
from ganzoo.metrics.checks import Undefined
from ganzoo.metrics.segmentation import segmentation, segmentation_scores

READER = ShapeCaptions()
NAMES = list(shapes.COLOURS)


def test_scores_by_hand():
    asked = np.array([[[0, 0, 0, 1], [1, -1, -1, 0]]])
    shown = np.array([[[0, 0, 1, 1], [-1, 0, 2, 0]]])
    assert segmentation_scores(shown, asked) == pytest.approx(
        {"pixel_accuracy": 4 / 6, "class_accuracy": (3 / 4 + 1 / 2) / 2, "iou": (3 / 4 + 1 / 3) / 2}
    )
    # A class that is shown and not asked for lowers the intersection over union alone.
    assert segmentation_scores(np.array([[0, 7]]), np.array([[0, 0]])) == {
        "pixel_accuracy": 0.5,
        "class_accuracy": 0.5,
        "iou": 0.25,
    }


def test_scores_refuse_what_is_no_pair_of_label_maps():
    with pytest.raises(UserError, match="one shape"):
        segmentation_scores(np.zeros((1, 2), int), np.zeros((1, 3), int))
    with pytest.raises(UserError, match="whole numbers"):
        segmentation_scores(np.zeros((1, 2)), np.zeros((1, 2), int))
    with pytest.raises(Undefined, match="no pixel"):
        segmentation_scores(np.zeros((1, 2), int), np.full((1, 2), -1))


def test_a_whole_caption_determines_both_colours():
    asked = READER.label_map("a small red square in the centre on a blue background")
    assert (asked[6:10, 6:10] == NAMES.index("red")).all() and (asked[0] == NAMES.index("blue")).all()
    assert (asked == -1).any()  # the exact place is open
    assert (READER.label_map("a red square") != NAMES.index("blue")).all()
    assert (READER.label_map("a red shape in the top left")[8:, 12:] == -1).all()  # of the ground nothing is said


def test_label_maps_hold_in_every_scene_of_which_the_caption_is_true():
    rng = np.random.default_rng(1)
    scenes = shapes.all_scenes()[rng.integers(1200, size=200)]
    captions = [caption(scene, rng) for scene in scenes]
    images = np.stack([shapes.render(scene, rng) for scene in scenes])
    found = segmentation(images, captions, READER)
    asked = found.pop("asked")
    assert set(found.values()) == {1.0} and 0.2 < asked < 0.8
    others = segmentation(np.roll(images, 1, axis=0), captions, READER)
    assert others["pixel_accuracy"] < 0.35 and others["iou"] < 0.25
    noise = segmentation(rng.integers(0, 256, images.shape, np.uint8), captions, READER)
    assert noise["pixel_accuracy"] < 0.25


def test_an_unsaid_colour_is_not_asked_for():
    text = "a large square in the centre"
    assert claims(text)[1] == -1 and (READER.label_map(text) == -1).all()
    with pytest.raises(Undefined):
        segmentation(np.zeros((2, 16, 16, 3), np.uint8), [text] * 2, READER)


@pytest.mark.parametrize(
    "images, captions, reason",
    [
        (np.zeros((2, 8, 8, 3), np.uint8), ["a red circle"] * 2, "16 x 16 x 3"),
        (np.zeros((2, 16, 16, 3), np.uint8), ["a red circle"], "2 samples, 1 captions"),
        (np.zeros((2, 16, 16, 3), np.uint8), None, "2 samples, 0 captions"),
    ],
)
def test_segmentation_refuses_what_it_cannot_read(images, captions, reason):
    with pytest.raises(UserError, match=reason):
        segmentation(images, captions, READER)
