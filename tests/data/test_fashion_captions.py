import numpy as np
import pytest

from ganzoo.data import catalogue, fashion_captions
from ganzoo.data.captioned_images import CaptionedImages
from ganzoo.data.captions import NOTHING, holds
from ganzoo.data.fashion_captions import ATTRIBUTES, FashionCaptions, caption, claims, described, features, measured
from ganzoo.errors import UserError


def blocks(values, widths, stripe=0):
    """Images of upright blocks: a grey level and a width each, every second row brighter by `stripe`."""
    images = np.zeros((len(values), 28, 28, 1), np.uint8)
    for image, value, width in zip(images, values, widths, strict=True):
        image[4:24, 2 : 2 + width] = value
        image[4:24:2, 2 : 2 + width] += np.uint8(stripe)
    return images


def test_brightness_pattern_and_width_are_measured():
    found = measured(blocks([100, 160, 200], [10, 20, 26], stripe=40))
    np.testing.assert_allclose(found["brightness"], [120, 180, 220])
    np.testing.assert_array_equal(found["width"], [10, 20, 26])
    height, width = 18, np.array([8, 18, 24])  # without the border
    down, across = (height - 1) * width, height * (width - 1)
    np.testing.assert_allclose(found["pattern"], 40 * down / (down + across))
    empty = measured(np.zeros((1, 28, 28, 1), np.uint8))
    assert all(values == [0] for values in empty.values())


def test_what_lies_between_two_values_is_neither():
    images = np.concatenate([blocks([100, 170, 200], [16, 20, 24]), blocks([150], [17], stripe=60)])
    expected = [[3, 0, 0, 0], [0, NOTHING, 0, NOTHING], [9, 1, 0, 1], [1, NOTHING, 1, NOTHING]]
    np.testing.assert_array_equal(described(images, [3, 0, 9, 1]), expected)


def test_captions_say_what_is_so_in_many_wordings():
    rng = np.random.default_rng(0)
    lows = (0, -1, -1, -1)
    attributes = np.stack(
        [rng.integers(low, len(values), 400) for low, values in zip(lows, ATTRIBUTES.values(), strict=True)], 1
    )
    texts = [caption(row, rng) for row in attributes]
    said = np.stack([claims(text) for text in texts])
    assert holds(said, attributes).all() and len(set(texts)) > 200
    told = ((said != NOTHING) & (attributes != NOTHING)).sum(0) / (attributes != NOTHING).sum(0)
    assert ((told > 0.7) & (told < 0.9)).all()
    captions = FashionCaptions()
    assert captions.encode([*texts, *captions.bank]).shape == (400 + len(captions.bank), fashion_captions.LENGTH)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a dark boot", [9, 0, -1, -1]),
        ("a Slim, light dress", [3, 1, -1, 0]),
        ("a thing that is patterned and wide", [-1, -1, 1, 1]),
        ("", [-1] * 4),
    ],
)
def test_captions_are_read(text, expected):
    assert claims(text).tolist() == expected


@pytest.mark.parametrize("text, reason", [("a red dress", "not red"), ("a dark bright bag", "contradicts itself")])
def test_what_is_no_caption_is_refused(text, reason):
    with pytest.raises(UserError, match=reason):
        claims(text)


@pytest.fixture
def clothing(monkeypatch):
    """Ten kinds of blocks in place of Fashion-MNIST: kind k is 2 k + 6 wide."""
    rng = np.random.default_rng(1)

    def read(name, split, take=None, data_dir=None):
        assert name == "fashion_mnist"
        labels = rng.integers(10, size=300)
        return {"image": blocks(rng.integers(60, 250, 300), 2 * labels + 6), "label": labels}

    monkeypatch.setattr(catalogue, "read", read)
    fashion_captions.kind_reader.cache_clear()
    yield read("fashion_mnist", "test")
    fashion_captions.kind_reader.cache_clear()


def test_images_are_read_by_a_classifier_and_by_measurement(clothing):
    found = FashionCaptions().parse(clothing["image"])
    assert (found[:, 0] == clothing["label"]).mean() > 0.97
    np.testing.assert_array_equal(found[:, 1:], described(clothing["image"], clothing["label"])[:, 1:])
    assert (FashionCaptions().parse(np.zeros((2, 28, 28, 1), np.uint8)) == NOTHING).all()


def test_features_see_which_way_edges_run():
    image = np.zeros((2, 28, 28, 1), np.uint8)
    image[0, :, 14:], image[1, 14:] = 255, 255  # brighter to the right, and downwards
    found = features(image)[:, : 7 * 7 * 8].reshape(2, 7, 7, 8).sum((1, 2))
    assert found.argmax(1).tolist() == [0, 2] and features(image).shape == (2, 588)


def test_a_split_of_it_has_true_captions_that_are_its_own(clothing, monkeypatch):
    monkeypatch.setattr(CaptionedImages, "_note_fewer", lambda self, count: None)
    source = object.__new__(CaptionedImages)
    source.name, source.split, source.take, source.data_dir = "fashion_mnist", "test", None, None
    source._arrays, source.captions = None, FashionCaptions()
    arrays = source.arrays()
    assert holds(arrays["claims"], arrays["attributes"]).all()
    assert [claims(text).tolist() for text in source.texts()] == arrays["claims"].tolist()
    again, texts = FashionCaptions().describe(clothing["image"], clothing["label"], 3)
    assert (again, texts)[1] == FashionCaptions().describe(clothing["image"], clothing["label"], 3)[1]
    assert FashionCaptions().describe(clothing["image"], clothing["label"], 4)[1] != texts
