"""Whatever stands on either side becomes uint8 images or points, or ends in one line."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ganzoo.data.images import Images
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs import reference as held_out
from ganzoo.evaluation.inputs.base import ArrayInput, DataInput
from ganzoo.evaluation.inputs.opening import array_input, as_grey, open_input, split_spec

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 1), np.uint8)


def generator(tmp_path, scale=1.0, shift=0.0):
    """A foreign SavedModel that maps latents to images 8 x 8 x 1."""
    module = tf.Module()
    module.weights = tf.Variable(np.random.default_rng(1).standard_normal((4, 64)).astype(np.float32))

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, "latents")])
    def serve(latents):
        return {"images": tf.reshape(tf.tanh(latents @ module.weights), (-1, 8, 8, 1)) * scale + shift}

    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": serve})
    return tmp_path


def save(tmp_path, **arrays):
    path = tmp_path / "some.npz"
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (IMAGES, None),
        (IMAGES.astype(np.int64), "0..255"),
        (IMAGES.astype(np.float32), "0..255"),
        (IMAGES / 255.0, "[0, 1]"),
        (IMAGES / 127.5 - 1, "[-1, 1]"),
        (IMAGES[..., 0], "grey"),
    ],
)
def test_an_npz_is_read_in_the_range_that_it_has_and_says_so(tmp_path, values, words):
    side = open_input(save(tmp_path, images=values))
    np.testing.assert_array_equal(side.examples(12), IMAGES)
    assert side.shape == (8, 8, 1) and side.size == 12 and side.feature == "image"
    assert bool(side.notes) == bool(words)
    assert words is None or words in side.notes[0]


def test_an_npz_may_hold_points_and_labels(tmp_path):
    side = open_input(save(tmp_path, points=np.zeros((5, 2)), labels=np.arange(5)))
    assert side.feature == "point" and side.examples(5).dtype == np.float32
    np.testing.assert_array_equal(side.labels(5), np.arange(5))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.zeros((5, 8, 8, 2), np.uint8)}, "must be images"),
        ({"images": np.full((5, 8, 8, 1), 300.0)}, "values from 300"),
        ({"images": np.linspace(-1, 9, 320).reshape(5, 8, 8, 1)}, "fit neither"),
        ({"images": np.full((5, 8, 8, 1), np.nan)}, "NaN"),
        ({"images": IMAGES[:1]}, "at least 2"),
        ({"images": IMAGES[:0]}, "no images"),
        ({"images": IMAGES, "labels": np.arange(3)}, "12 examples and 3 labels"),
        ({"a": IMAGES, "b": IMAGES}, "must hold one array"),
        ({"images": np.array(["a"] * 3)}, "no images"),
    ],
)
def test_arrays_that_are_no_images_are_refused_in_one_line(tmp_path, arrays, message):
    with pytest.raises(UserError, match=message) as caught:
        open_input(save(tmp_path, **arrays))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"just words"])
def test_a_file_that_is_no_npz_is_refused(tmp_path, content):
    path = tmp_path / "broken.npz"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"broken\.npz"):
        open_input(path)


def test_draws_are_without_replacement_and_follow_the_seed():
    side = ArrayInput(np.arange(40, dtype=np.float32).reshape(20, 2))
    assert len(np.unique(side.examples(7, seed=1), axis=0)) == 7
    np.testing.assert_array_equal(side.examples(7, seed=1), side.examples(7, seed=1))
    assert not np.array_equal(side.examples(7, seed=1), side.examples(7, seed=2))
    assert side.identity(7, 1) != side.identity(7, 2) and side.identity(20, 1) == side.identity(20, 2)
    with pytest.raises(UserError, match="20 examples"):
        side.examples(21)


def test_a_folder_is_read_and_a_bad_one_refused(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    with pytest.raises(UserError, match="no images"):
        open_input(str(folder))
    for number, image in enumerate(IMAGES):
        Image.fromarray(image[..., 0]).save(folder / f"{number:02d}.png")
    side = open_input(str(folder))
    assert side.shape == (8, 8, 3) and side.size == 12
    grey = as_grey(side)
    np.testing.assert_array_equal(grey.examples(12), IMAGES)
    assert "one channel" in grey.notes[-1]
    (folder / "00.png").write_bytes(b"no image")
    with pytest.raises(UserError) as caught:
        open_input(str(folder)).examples(12)
    assert "00.png" in str(caught.value) and "\n" not in str(caught.value)


def test_a_model_gives_the_same_samples_whatever_their_number(tmp_path):
    side = open_input(generator(tmp_path / "model"))
    assert side.kind == "model" and side.shape == (8, 8, 1) and side.size is None
    many = side.examples(70, seed=3)
    assert many.dtype == np.uint8
    np.testing.assert_array_equal(side.examples(5, seed=3), many[:5])
    keys = {side.key(5, 3), side.key(6, 3), side.key(5, 4)}
    assert len(keys) == 3 and side.key(5, 3) in keys


def test_a_models_key_follows_its_weights(tmp_path):
    one, other = (open_input(generator(tmp_path / name, scale)) for name, scale in (("a", 1.0), ("b", 0.5)))
    assert one.key(5) != other.key(5)


def test_a_model_that_gives_nan_is_refused(tmp_path):
    with pytest.raises(UserError, match="NaN or infinite"):
        open_input(generator(tmp_path / "model", shift=float("nan")))


@pytest.mark.parametrize(
    ("spec", "parsed"),
    [
        ("mnist", ("mnist", None, "train")),
        ("mnist:test", ("mnist", None, "test")),
        ("mnist@32:train[:80%]", ("mnist", 32, "train[:80%]")),
    ],
)
def test_data_sets_are_named_with_size_and_split(spec, parsed):
    assert split_spec(spec) == parsed


@pytest.mark.parametrize("spec", ["mnist@big", "mnist:", ":test", "/nowhere/at/all", "./nowhere"])
def test_names_that_mean_nothing_are_refused(spec):
    with pytest.raises(UserError) as caught:
        open_input(spec)
    assert "\n" not in str(caught.value)


def test_a_data_set_has_its_other_split_held_out():
    side = open_input("digits")
    assert side.name == "digits:train" and side.labelled and side.shape == (8, 8, 1)
    reference, held, _ = held_out.held_out(side)
    assert reference is side and held.name == "digits:test"
    rows = {image.tobytes() for image in reference.examples(reference.size)}
    shared = sum(image.tobytes() in rows for image in held.examples(held.size))
    assert shared <= 2  # the set itself holds an image or two twice
    _, train, _ = held_out.held_out(open_input("digits:test"))
    assert train.name == "digits:train"
    assert open_input("digits@16:test").shape == (16, 16, 1)


def test_what_has_one_split_is_held_out_by_half():
    side = array_input(np.arange(22, dtype=np.float32).reshape(11, 2))
    first, second, words = held_out.held_out(side)
    assert (first.size, second.size) == (6, 5) and "half" in words
    both = np.concatenate([first.examples(6), second.examples(5)])
    np.testing.assert_array_equal(both[np.argsort(both[:, 0])], side.examples(11))


def test_extractors_are_trained_on_all_classes_of_the_train_split():
    side = DataInput(Images("digits", split="test", only=3))
    train, held = held_out.training_data(side)
    assert (train.name, held.name) == ("digits:train", "digits:test")
    assert len(np.unique(train.labels(train.size))) == 10
