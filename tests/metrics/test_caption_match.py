import numpy as np
import pytest

from ganzoo.data import shape_captions, shapes
from ganzoo.errors import UserError
from ganzoo.metrics.caption_match import caption_match

READER = shape_captions.ShapeCaptions()


def test_caption_match_knows_what_matches():
    rng = np.random.default_rng(0)
    scenes = shapes.all_scenes()[rng.integers(1200, size=600)]
    images = np.stack([shapes.render(scene, rng) for scene in scenes])
    captions = [shape_captions.caption(scene, rng) for scene in scenes]
    assert set(caption_match(images, captions, READER).values()) == {1.0}
    half = caption_match(np.concatenate([images[:300], np.roll(images[300:], 1, 0)]), captions, READER)
    assert 0.5 <= half[""] < 0.54 and half["legible"] == 1.0
    others = caption_match(np.roll(images, 1, 0), captions, READER)
    assert others[""] < 0.05
    for name, values in shapes.ATTRIBUTES.items():
        assert abs(others[name] - 1 / len(values)) < 0.09
    junk = caption_match(rng.integers(0, 256, images.shape, np.uint8), captions, READER)
    assert junk == dict.fromkeys(junk, 0.0)
    assert set(caption_match(images[:2], ["a red shape", "a shape"], READER)) == {"", "colour", "legible"}


@pytest.mark.parametrize(
    "images, captions, reason",
    [
        (np.zeros((2, 8, 8, 3), np.uint8), ["a circle"] * 2, "16 x 16 x 3"),
        (np.zeros((2, 16, 16, 3), np.uint8), ["a circle"], "2 samples, 1 captions"),
        (np.zeros((2, 16, 16, 3), np.uint8), None, "2 samples, 0 captions"),
    ],
)
def test_caption_match_refuses_what_it_cannot_read(images, captions, reason):
    with pytest.raises(UserError, match=reason):
        caption_match(images, captions, READER)
