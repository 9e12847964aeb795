import itertools

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from ganzoo.data import catalogue, shape_captions, shapes
from ganzoo.data.captioned_images import CaptionedImages
from ganzoo.data.captions import holds
from ganzoo.data.shape_captions import ShapeCaptions, claims
from ganzoo.errors import UserError

SCENES = shapes.all_scenes()


@pytest.fixture(scope="module")
def source():
    return CaptionedImages("captioned_shapes", "test")


def drawn(seed=0, side=16):
    rng = np.random.default_rng(seed)
    return np.stack([shapes.render(scene, rng, side) for scene in SCENES])


def test_every_scene_is_read_back_exactly_wherever_it_lies_and_whatever_its_shades():
    assert len(SCENES) == len({tuple(scene) for scene in SCENES}) == 4 * 2 * 5 * 6 * 5
    for images in (np.stack([shapes.render(scene) for scene in SCENES]), drawn(0), drawn(1), drawn(2, side=32)):
        found, fit = shapes.parse(images)
        np.testing.assert_array_equal(found, SCENES)
        np.testing.assert_allclose(fit, 1.0, atol=1e-9)


def test_every_place_of_every_shape_is_read_back():
    """The masks differ by enough pixels that no two of them can be taken for one another."""
    for size, side in enumerate(shapes.PIXELS[16]):
        for shape, name in enumerate(shapes.ATTRIBUTES["shape"]):
            for row, column in itertools.product(range(16 - side + 1), repeat=2):
                image = np.full((1, 16, 16, 3), shapes.COLOURS["white"], np.uint8)
                image[0, row : row + side, column : column + side][shapes.mask(name, side)] = shapes.COLOURS["red"]
                found, _ = shapes.parse(image)
                assert found[0, [0, 1, 2, 4]].tolist() == [shape, 0, size, 4]
    for image_side, least in ((16, 8), (32, 24)):
        masks, _ = shapes.templates(image_side)
        overlap = masks @ masks.T
        area = masks.sum(1)
        differ = area[:, None] + area[None] - 2 * overlap + 1000 * np.eye(len(masks))
        assert differ.min() >= least


def test_a_shape_between_the_positions_is_at_none():
    image = np.full((1, 16, 16, 3), 232, np.uint8)
    image[0, 5:11, 1:7] = shapes.COLOURS["blue"]  # half-way down the left edge
    found, fit = shapes.parse(image)
    assert found[0].tolist() == [1, 2, 0, shapes.NONE, 4] and fit[0] > 0.99


def test_noise_and_blur_that_a_generator_may_leave_do_not_change_what_is_read():
    from scipy import ndimage

    rng = np.random.default_rng(3)
    noisy = np.clip(drawn() + rng.normal(0, 20, (len(SCENES), 16, 16, 3)), 0, 255).astype(np.uint8)
    assert (shapes.parse(noisy)[0] == SCENES).all(1).mean() > 0.995
    blurred = ndimage.gaussian_filter(drawn(), (0, 0.6, 0.6, 0))
    assert (shapes.parse(blurred)[0] == SCENES).all(1).mean() > 0.95


def test_what_shows_no_scene_is_read_as_none():
    rng = np.random.default_rng(0)
    junk = rng.integers(0, 256, (50, 16, 16, 3), np.uint8)
    flat = np.full((2, 16, 16, 3), 215, np.uint8)
    for images in (junk, flat):
        found, fit = shapes.parse(images)
        assert (found == shapes.NONE).all() and fit.max() < shapes.LEAST_FIT
    grey = shapes.render(SCENES[0])[None].copy()
    grey[(grey == shapes.render(SCENES[0])[0, 0]).all(-1)] = (128, 40, 128)  # no colour of ours
    assert shapes.parse(grey)[0][0, shapes.BACKGROUND] == shapes.NONE


def test_parse_takes_scenes_only():
    with pytest.raises(ValueError, match=r"\[N, 16, 16, 3\] or \[N, 32, 32, 3\]"):
        shapes.parse(np.zeros((2, 8, 8, 3), np.uint8))
    found, fit = shapes.parse(np.zeros((0, 16, 16, 3), np.uint8))
    assert found.shape == (0, 5) and fit.shape == (0,)


def test_captions_are_true_of_their_scenes_and_of_others_as_often_as_chance_has_it():
    rng = np.random.default_rng(5)
    captions = [shape_captions.caption(scene, rng) for scene in SCENES]
    assert ShapeCaptions().matches(drawn(), captions).all()
    claimed = np.stack([claims(caption) for caption in captions])
    others = rng.permutation(len(SCENES))
    found = holds(claimed, SCENES[others]).mean()
    true = np.stack([holds(claim, SCENES).mean() for claim in claimed]).mean()
    assert abs(found - true) < 4 * np.sqrt(true / len(SCENES)) and 0.005 < true < 0.05
    told = (claimed != shapes.NONE).mean(0)
    assert ((told > 0.7) & (told < 0.9)).all() and (claimed != shapes.NONE).sum(1).min() >= shape_captions.LEAST


@pytest.mark.parametrize("attribute", range(5), ids=list(shapes.ATTRIBUTES))
def test_one_wrong_attribute_makes_a_full_caption_false(attribute):
    rng = np.random.default_rng(1)
    full = [(scene, text) for scene in SCENES[::7] if (claims(text := shape_captions.caption(scene, rng)) >= 0).all()]
    assert len(full) > 30
    values = len(list(shapes.ATTRIBUTES.values())[attribute])
    for scene, text in full:
        other = scene.copy()
        other[attribute] = (scene[attribute] + 1) % values
        assert holds(claims(text), scene) and not holds(claims(text), other)


RED, GREEN, BLUE, YELLOW, WHITE, BLACK = range(6)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a small red circle on a blue background, in the top left", [0, RED, 0, 0, BLUE]),
        ("a blue circle on red", [0, BLUE, -1, -1, RED]),
        ("On a green background: a LARGE frame", [3, -1, 1, -1, GREEN]),
        ("a yellow background with a tiny white triangle at the lower right corner", [2, WHITE, 0, 3, YELLOW]),
        ("in the upper right, a big black shape", [-1, BLACK, 1, 1, -1]),
        ("the square in the middle against white", [1, -1, -1, 4, WHITE]),
        ("a little red shape at the bottom left", [-1, RED, 0, 2, -1]),
        ("", [-1] * 5),
    ],
)
def test_the_parser_reads_captions(text, expected):
    assert claims(text).tolist() == expected


@pytest.mark.parametrize(
    "text, reason",
    [
        ("a purple dog", "may use the words .*; not purple dog"),
        ("a red circle and", "not and"),
        ("a small large circle", "contradicts itself"),
        ("a circle in the top", "half a position"),
        ("a red circle on red on blue", "contradicts itself"),
    ],
)
def test_what_is_no_caption_is_refused(text, reason):
    with pytest.raises(UserError, match=reason):
        claims(text)


def test_an_image_with_nothing_in_it_matches_only_what_says_nothing():
    flat = np.zeros((2, 16, 16, 3), np.uint8)
    assert ShapeCaptions().matches(flat, ["a circle", ""]).tolist() == [False, True]


def test_tokens_are_the_same_in_numpy_and_in_a_graph():
    captions = ShapeCaptions()
    texts = [*captions.bank[:300], "", "A  Red CIRCLE, on blue."]
    expected = captions.encode(texts)
    assert expected.shape == (302, shape_captions.LENGTH) and len(captions.vocabulary) == shape_captions.VOCABULARY_SIZE
    np.testing.assert_array_equal(tf.function(captions.tokens)(tf.constant(texts)), expected)
    assert not expected[-2].any() and expected[-1].astype(bool).sum() == 5


@pytest.mark.parametrize("text, reason", [("a purple dog", "not purple dog"), ("a " * 17, "at most 16 words, not 17")])
def test_tokens_of_unknown_or_too_many_words_are_refused(text, reason):
    captions = ShapeCaptions()
    with pytest.raises(UserError, match=reason):
        captions.encode([text])
    with pytest.raises(tf.errors.InvalidArgumentError, match="a caption"):
        tf.function(captions.tokens)(tf.constant(["a red circle", text]))


def test_drawn_captions_are_a_function_of_seed_and_number():
    captions = ShapeCaptions()
    whole = captions.draw(150, 3).numpy()
    np.testing.assert_array_equal(captions.draw(20, 3, first=60), whole[60:80])
    assert (captions.draw(150, 4).numpy() != whole).mean() > 0.9 and len(set(whole)) > 100


def test_the_data_set_holds_scenes_with_true_captions(source):
    arrays = source.arrays()
    assert source.shape == (16, 16, 3) and source.num_examples == len(arrays["image"]) == 2400
    found, _ = shapes.parse(arrays["image"])
    np.testing.assert_array_equal(found, arrays["attributes"])
    assert ShapeCaptions().matches(arrays["image"], source.texts()).all()
    assert holds(arrays["claims"], arrays["attributes"]).all()
    assert holds(arrays["claims"], np.roll(arrays["attributes"], 1, 0)).mean() < 0.05
    np.testing.assert_array_equal(arrays["caption"], source.captions.encode(source.texts()))
    counts = np.unique(arrays["attributes"], axis=0, return_counts=True)[1]
    assert len(counts) > 1000 and counts.max() < 15


def test_the_larger_scenes_come_with_their_own_reader():
    large = CaptionedImages("captioned_shapes32", "test", take=50)
    assert large.shape == large.captions.image_shape == (32, 32, 3)
    assert large.captions.matches(large.arrays()["image"], large.texts()).all()
    with pytest.raises(UserError, match="sides of 16 or 32 pixels, not 24"):
        ShapeCaptions(24)


def test_tfds_loads_it_with_its_labels_by_name(data_dir):
    catalogue.find("captioned_shapes")
    examples = tfds.load("captioned_shapes", split="test", data_dir=data_dir, download=False)
    example = next(iter(examples))
    info = catalogue.describe("captioned_shapes").info
    said = claims(example["caption"].numpy().decode())
    for claim, (name, values) in zip(said, shapes.ATTRIBUTES.items(), strict=True):
        assert info.features[name].names == list(values)
        assert claim in (-1, int(example[name]))


def test_batches_keep_images_and_captions_together_and_resume(source):
    def take(count, **options):
        return list(itertools.islice(source.batches(32, seed=2, **options).as_numpy_iterator(), count))

    whole = take(5)
    for batch in whole:
        images = np.rint(batch["image"] * 127.5 + 127.5).astype(np.uint8)
        np.testing.assert_array_equal(shapes.parse(images)[0], batch["attributes"])
        assert holds(batch["claims"], batch["attributes"]).all()
        for tokens, claim in zip(batch["caption"], batch["claims"], strict=True):
            text = " ".join(source.captions.vocabulary.words[token - 1] for token in tokens if token)
            assert claims(text).tolist() == claim.tolist()
    for resumed, expected in zip(take(3, start=2), whole[2:], strict=True):
        for name in expected:
            np.testing.assert_array_equal(resumed[name], expected[name])


def test_fabricated_has_the_same_form(source):
    made = source.fabricated()
    assert made.batches(8, seed=0).element_spec == source.batches(8, seed=0).element_spec
    arrays = made.arrays()
    assert holds(arrays["claims"], arrays["attributes"]).all()
    np.testing.assert_array_equal(arrays["caption"], made.arrays()["caption"])


def test_a_part_of_it_and_what_has_no_captions(source):
    part = CaptionedImages("captioned_shapes", "test", take=10)
    np.testing.assert_array_equal(part.arrays()["image"], source.arrays()["image"][:10])
    assert part.describe()["examples"] == 10
    with pytest.raises(UserError, match="no captions; those that have are captioned_shapes, captioned_shapes32"):
        CaptionedImages("digits")


def test_the_shades_of_colours_fill_the_range_of_a_pixel_and_stay_within_it():
    corners = np.array(list(shapes.COLOURS.values()))
    assert corners.min() - shapes.SHADE == 0 and corners.max() + shapes.SHADE == 255
