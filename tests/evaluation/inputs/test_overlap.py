"""What stands on two sides at once, and what copies are looked for among."""

import numpy as np
import pytest
from PIL import Image

from ganzoo.data.images import Images
from ganzoo.data.semi_supervised import FewLabels
from ganzoo.data.sentences import Sentences
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs import overlap
from ganzoo.evaluation.inputs.base import ArrayInput, DataInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.overlap import Overlap, digests, same_data, training_of
from ganzoo.evaluation.inputs.reference import held_out
from ganzoo.evaluation.inputs.text import TextInput

IMAGES = np.random.default_rng(0).integers(0, 256, (100, 4, 4, 1), np.uint8)


def of(data):
    return Overlap(data, *held_out(data)[:2])


def model(images=IMAGES, source=None):
    made = ArrayInput(images, "model")
    made.kind, made.trained_on = "model", source
    return made


@pytest.fixture(scope="module")
def digits():
    return open_input("digits")


def test_digests_are_equal_for_equal_examples_alone():
    assert len(set(digests(IMAGES))) == 100 and digests(IMAGES[::2]) == digests(IMAGES)[::2]
    assert digests([("a", "b"), ("a b",)])[0] != digests([("a", "b"), ("a b",)])[1]


def test_held_out_examples_in_the_reference_are_counted_unless_they_are_few():
    first = ArrayInput(IMAGES[:60], "first")
    assert Overlap(first, first, ArrayInput(IMAGES[60:], "other")).duplicates() is None
    twice = Overlap(first, first, ArrayInput(IMAGES[58:], "second")).duplicates()
    assert twice.startswith("2 of 42 held-out images also stand in the reference: c_t, auth_pct and nearest_neighbour_test")
    once = Overlap(first, first, ArrayInput(IMAGES[59:], "second")).duplicates()
    assert once.startswith("1 of 41 held-out images also stands in the reference")
    assert Overlap(first, first, first).duplicates().startswith("every held-out image also stands in the reference")
    many = ArrayInput(np.concatenate([IMAGES[59:], *[255 - IMAGES + k for k in range(3)]]), "many")
    assert Overlap(first, first, many).duplicates() is None


def test_a_model_of_the_train_split_is_held_out_from_the_test_split_alone(digits):
    trained = model(source=Images("digits"))
    assert of(digits).trained_on(trained) == (False, None)
    on, words = of(open_input("digits:test")).trained_on(trained)
    assert on and words == (
        "model trained on digits:train too: nothing here is held out, and what stands beside is training data"
    )
    assert of(digits).trained_on(model(source=Images("digits", "train+test")))[0]
    assert not of(digits).trained_on(model())[0] and not of(digits).trained_on(ArrayInput(IMAGES))[0]


def test_half_of_what_a_model_trained_on_is_not_held_out(digits):
    rest = DataInput(Images("digits", "train+test"))
    on, words = of(rest).trained_on(model(source=Images("digits", "train+test", flip=True)))
    assert on and words.startswith("model trained on both halves of digits:train+test: nothing here is held out")
    partly = model(source=Images("digits", "test[:30%]"))
    assert of(digits).trained_on(partly) == (
        False,
        "108 of 360 held-out images also stand in what model was trained on, digits:test[:30%]",
    )


def test_data_that_is_gone_leaves_the_question_open(digits, monkeypatch):
    def gone(model, data_dir):
        raise UserError("no folder there")

    monkeypatch.setattr(overlap, "own_data", gone)
    assert of(digits).trained_on(model()) == (
        False,
        "whether model trained on digits:test is not known: no folder there",
    )
    assert training_of(model(), digits).notes == ["what model trained on is not known: no folder there"]


def test_samples_of_a_model_that_are_real_are_counted():
    data = ArrayInput(IMAGES, "data")
    assert of(data).samples(model(), 255 - IMAGES) is None
    assert of(data).samples(model(), IMAGES[:3]) == "3 of 3 samples of model equal images of the real data, value by value"


def test_text_is_told_to_be_the_real_data_only_as_a_whole():
    text = TextInput(["a b", "c d", "e f", "g h"], "text")
    real = Overlap(text, *text.halves(), lambda input: input.sentences(input.size))
    assert real.duplicates() is None
    repeated = TextInput(["a b"] * 9 + ["c d"], "repeated")
    words = Overlap(repeated, *repeated.halves(), lambda input: input.sentences(input.size)).duplicates()
    assert "held-out sentence" in words and words.endswith("copied and the language models see no copies of them")
    assert real.samples(text, text.sentences(4)).startswith("text is the real data itself: all of its 4 sentences")
    assert real.samples(TextInput(["a b", "x y"], "other"), [("a", "b"), ("x", "y")]) is None


def test_the_same_data_is_known_by_its_source(tmp_path, digits):
    path = tmp_path / "lines.txt"
    path.write_text("a b\nc d\ne f\n")
    assert same_data(TextInput.of_file(path), TextInput.of_file(tmp_path / "." / "lines.txt"))
    assert same_data(digits, DataInput(Images("digits", labels=True, flip=True)))
    assert same_data(digits, DataInput(FewLabels("digits", per_class=2)))
    for other in (Images("digits", "test"), Images("digits", take=5), Images("digits", size=16), Sentences("grammar")):
        assert not same_data(digits, DataInput(other))
    assert not same_data(digits, ArrayInput(IMAGES)) and not same_data(ArrayInput(IMAGES), ArrayInput(IMAGES))


def test_a_share_that_a_model_held_out_is_the_yardstick_also_where_a_copy_of_its_folder_is_named(tmp_path):
    pictures = np.random.default_rng(3).integers(0, 256, (40, 4, 4, 3), np.uint8)
    for name in ("own", "copy"):
        (tmp_path / name).mkdir()
        for number, picture in enumerate(pictures):
            Image.fromarray(picture).save(tmp_path / name / f"{number}.png")
    trained = model(pictures, Images(str(tmp_path / "own"), size=4, held_out=0.3))
    found = training_of(trained, DataInput(Images(str(tmp_path / "copy"), size=4)))
    assert (found.data.name, found.yardstick.name, found.within) == ("own@4:train", "own@4:test", False)
    on, words = of(DataInput(Images(str(tmp_path / "copy"), size=4))).trained_on(trained)
    assert on and words.startswith("model trained on most of both halves of copy@4:train: nothing here is held out")


def test_copies_are_looked_for_among_all_that_was_trained_on(digits):
    plain = training_of(model(source=Images("digits")), digits)
    assert (plain.data, plain.yardstick.name, plain.within) == (digits, "digits:test", False)
    other = training_of(model(source=Images("digits")), open_input("digits:test"))
    assert (other.data.name, other.yardstick.name, other.within) == ("digits:train", "digits:test", False)
    whole = training_of(model(source=Images("digits", "train+test")), DataInput(Images("digits", "train+test")))
    assert (whole.data.size, whole.within) == (1797, True) and 880 < whole.yardstick.size < 900
    unknown = training_of(ArrayInput(IMAGES), ArrayInput(IMAGES, "data"))
    assert (unknown.data.size, unknown.yardstick.size, unknown.within) == (100, 50, True)
