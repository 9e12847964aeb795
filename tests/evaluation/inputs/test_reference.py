"""The real data beside a model: what it was trained on, and what was held out."""

import types

import numpy as np
import pytest

from ganzoo.data.images import Images
from ganzoo.data.sentences import Sentences
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.arrays import array_input
from ganzoo.evaluation.inputs.base import DataInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import held_out, other_split, own_place, real_data, training_data

SAMPLES = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 1), np.uint8)


def test_real_data_is_what_is_given():
    assert real_data(array_input(SAMPLES), "digits:test").name == "digits:test"


def test_a_file_of_real_text_is_split_by_the_unit_of_the_model(tmp_path):
    path = tmp_path / "real.txt"
    path.write_text("ab\ncd\n")
    side = array_input(SAMPLES)
    side.sampler = type("WritesCharacters", (), {"card": {"data": {"unit": "character"}}})
    assert real_data(side, path).sentences(2) == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize("names, notes", [(["ant", "cat"], 0), (["cat", "dog"], 1), ([], 0)])
def test_classes_that_are_called_otherwise_than_the_models_are_said(tmp_path, names, notes):
    from PIL import Image

    for name in ("ant", "cat"):
        (tmp_path / name).mkdir()
        Image.fromarray(SAMPLES[0, ..., 0]).save(tmp_path / name / "0.png")
    side = array_input(SAMPLES)
    side.sampler = types.SimpleNamespace(class_names=names, options={"label": (None, -1)})
    said = [line for line in real_data(side, str(tmp_path)).notes if "by number, not by name" in line]
    assert len(said) == notes and all("its classes are ant, cat; those of array cat, dog" in line for line in said)


def test_who_does_not_say_what_it_was_trained_on_must_be_told():
    with pytest.raises(UserError, match="samples does not say what it was trained on: name the real data with --data"):
        real_data(array_input(SAMPLES, "samples"))


def test_a_data_set_has_its_other_split_held_out():
    side = open_input("digits")
    assert side.name == "digits:train" and side.labelled and side.shape == (8, 8, 1)
    reference, held, _ = held_out(side)
    assert reference is side and held.name == "digits:test"
    rows = {image.tobytes() for image in reference.examples(reference.size)}
    shared = sum(image.tobytes() in rows for image in held.examples(held.size))
    assert shared <= 2  # the set itself holds an image or two twice
    _, train, _ = held_out(open_input("digits:test"))
    assert train.name == "digits:train"
    assert open_input("digits@16:test").shape == (16, 16, 1)


def test_what_has_one_split_is_held_out_by_half():
    side = array_input(np.arange(22, dtype=np.float32).reshape(11, 2))
    first, second, words = held_out(side)
    assert (first.size, second.size) == (6, 5) and "half" in words
    both = np.concatenate([first.examples(6), second.examples(5)])
    np.testing.assert_array_equal(both[np.argsort(both[:, 0])], side.examples(11))


def test_extractors_are_trained_on_all_classes_of_the_train_split():
    side = DataInput(Images("digits", split="test", only=3))
    train, held = training_data(side)
    assert (train.name, held.name) == ("digits:train", "digits:test")
    assert len(np.unique(train.labels(train.size))) == 10


def test_equal_examples_are_in_one_half():
    images = np.repeat(SAMPLES, 5, 0)[np.random.default_rng(1).permutation(60)]
    first, second, _ = held_out(array_input(images))
    sides = [{image.tobytes() for image in half.examples(half.size)} for half in (first, second)]
    assert sides[0].isdisjoint(sides[1]) and len(sides[0] | sides[1]) == 12
    assert (first.size, second.size) == (30, 30)
    _, few, _ = held_out(array_input(images[:1].repeat(9, 0)))
    assert few.size == 4  # nothing to tell apart


@pytest.mark.parametrize(
    "split, splits, other",
    [
        ("train", ("train", "test"), "test"),
        ("train[:80%]", ("train", "validation"), "validation"),
        ("test[:50%]", ("train", "test"), "train"),
        ("train+test", ("train", "test"), None),
        ("train[:50%]+test", ("train", "test", "validation"), "validation"),
        ("all", ("train", "test"), None),
        ("train", ("train",), None),
        ("train", (), None),
    ],
)
def test_another_split_has_nothing_of_the_first(split, splits, other):
    assert other_split(types.SimpleNamespace(split=split, splits=splits)) == other


def test_a_folder_that_a_model_held_a_share_out_of_keeps_it_held_out(tmp_path):
    from PIL import Image

    for number, image in enumerate(np.random.default_rng(2).integers(0, 256, (20, 8, 8, 3), np.uint8)):
        Image.fromarray(image).save(tmp_path / f"{number}.png")
    model = array_input(SAMPLES)
    model.trained_on = Images(str(tmp_path), size=8, held_out=0.4)
    data = real_data(model, f"{tmp_path}/")
    reference, held, _ = held_out(data)
    assert reference.size + held.size == 20 and held.source.split == "test"
    model.trained_on = Images(str(tmp_path), size=8)
    assert own_place(model, open_input(str(tmp_path))) is None and real_data(model, str(tmp_path)).size == 20


def test_a_text_file_that_a_model_trained_on_is_split_as_it_was_for_the_model(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("".join(f"line {number}\n" for number in range(40)))
    model = array_input(SAMPLES)
    model.trained_on = Sentences(str(path), held_out=0.3, seed=5)
    data = real_data(model, path)
    assert (data.source.held_out, data.source.seed, data.size) == (0.3, 5, 28)
    _, test, _ = held_out(data)
    assert test.source.split == "test" and test.size == 12
