"""A data set is declared in one place; from there its name opens it, scores it and describes it."""

import numpy as np
import pytest
import tensorflow_datasets as tfds

from ganzoo.data import catalogue, registry
from ganzoo.data.captioned_images import CaptionedImages
from ganzoo.data.captions import Captions
from ganzoo.data.images import Images
from ganzoo.data.mixtures import Mixture, MixtureBuilder
from ganzoo.data.noised_images import NoisedImages
from ganzoo.data.points import Points
from ganzoo.data.semi_supervised import FewLabels
from ganzoo.data.sentences import Sentences
from ganzoo.data.source import NamedSource
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import held_out, training_data

COUNTS = {"train": 12, "test": 6}


@pytest.fixture
def declare(monkeypatch):
    """Declares a data set for the time of a test: `registry.embedded`, forgotten afterwards, by TFDS too."""
    registry.embedded_sets()
    names = []

    def embedded(*arguments, **known):
        def register(builder):
            names.append(builder.name)
            return registry.embedded(*arguments, **known)(builder)

        return register

    yield embedded
    for name in names:
        del registry._EMBEDDED[name]
        tfds.core.registered._DATASET_REGISTRY.pop(name, None)


def info(builder, **features):
    return tfds.core.DatasetInfo(builder=builder, features=tfds.features.FeaturesDict(features))


def test_one_file_makes_a_set_of_images(declare, tmp_path):
    @declare("grey squares", source=Images)
    class GreySquares(tfds.core.GeneratorBasedBuilder):
        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            label = tfds.features.ClassLabel(names=["dark", "light"])
            return info(self, image=tfds.features.Image(shape=(4, 4, 1)), label=label)

        def _split_generators(self, dl_manager):
            return {split: self._generate_examples(count, split == "test") for split, count in COUNTS.items()}

        def _generate_examples(self, count, test):
            for index in range(count):
                grey = 10 * index + test
                yield index, {"image": np.full((4, 4, 1), grey, np.uint8), "label": int(index >= count // 2)}

    side = open_input("grey_squares:test", tmp_path)
    assert side.name == "grey_squares:test" and side.labelled and side.size == 6
    np.testing.assert_array_equal(side.labels(6)[np.argsort(side.examples(6)[:, 0, 0, 0])], [0, 0, 0, 1, 1, 1])
    reference, held, _ = held_out(side)
    assert (reference.name, held.name, held.size, held.labelled) == ("grey_squares:test", "grey_squares:train", 12, True)
    dark = Images("grey_squares", only="dark", flip=True, take=2, data_dir=tmp_path)
    train, _ = training_data(open_input(dark))
    assert train.size == 12 and set(train.labels(12)) == {0, 1} and not train.source.flip
    again = registry.from_description(dark.describe(), tmp_path)
    np.testing.assert_array_equal(again.arrays()["image"], dark.arrays()["image"])
    assert again.describe() == dark.describe() and dark.describe()["homepage"] == "grey squares"
    (row,) = (row for row in catalogue.available(tmp_path) if row["name"] == "grey_squares")
    assert row["what"] == "grey squares" and row["examples"] == COUNTS


def test_one_file_makes_a_set_of_points_with_known_modes(declare, tmp_path):
    pair = Mixture(np.array([[-1.0, 0.0], [1.0, 0.0]]), 0.1)

    @declare("points: two Gaussians", source=Points, modes=pair)
    class TwoGaussians(MixtureBuilder):
        EXAMPLES = COUNTS

    side = open_input("two_gaussians", tmp_path)
    assert side.feature == "point" and side.labelled and side.source.modes is pair
    assert held_out(side)[1].name == "two_gaussians:test"
    part = Points("two_gaussians", "test", take=4, data_dir=tmp_path)
    again = registry.from_description(part.describe(), tmp_path)
    np.testing.assert_array_equal(again.arrays()["point"], part.arrays()["point"])
    with pytest.raises(UserError, match="two_gaussians has no images: leave out @8"):
        open_input("two_gaussians@8", tmp_path)


class Greys(Captions):
    """ "dark" or "light", and the images of one grey that they are of."""

    attributes, image_shape = ("grey",), (4, 4, 3)

    def __init__(self):
        super().__init__(["dark", "light"], 1, ["dark", "light"])

    def claims(self, text):
        return np.array([["dark", "light"].index(text)])

    def parse(self, images):
        return (images[:, 0, 0, :1] > 127).astype(np.int64)


def test_one_file_makes_a_set_of_captioned_images_with_a_reader_of_both(declare, tmp_path):
    @declare("greys with captions", source=CaptionedImages, captions=Greys)
    class CaptionedGreys(tfds.core.GeneratorBasedBuilder):
        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            grey = tfds.features.ClassLabel(names=["dark", "light"])
            return info(self, image=tfds.features.Image(shape=(4, 4, 3)), caption=tfds.features.Text(), grey=grey)

        def _split_generators(self, dl_manager):
            return {split: self._generate_examples(count) for split, count in COUNTS.items()}

        def _generate_examples(self, count):
            for index in range(count):
                grey = index % 2
                image = np.full((4, 4, 3), 200 * grey, np.uint8)
                yield index, {"image": image, "caption": ["dark", "light"][grey], "grey": grey}

    side = open_input("captioned_greys", tmp_path)
    reader = side.source.captions
    assert side.captioned and reader.attributes == ("grey",)
    assert reader.matches(side.examples(12), side.captions(12)).all()
    assert not reader.matches(255 - side.examples(12), side.captions(12)).any()
    assert held_out(side)[1].captioned
    assert isinstance(registry.from_description(side.source.describe(), tmp_path), CaptionedImages)
    assert not open_input("captioned_greys@2", tmp_path).captioned


class Doubles:
    """Texts "a a" and "b b", equally likely."""

    vocabulary, length = Vocabulary(["a", "b"]), 2

    def sample(self, count, seed):
        return np.repeat(np.random.default_rng(seed).integers(1, 3, (count, 1)), 2, axis=1)

    def log_likelihood(self, tokens):
        return np.where(self.grammatical(tokens), np.log(0.5), -np.inf)

    def grammatical(self, tokens):
        return np.asarray(tokens)[:, 0] == np.asarray(tokens)[:, 1]


def test_one_file_makes_a_set_of_texts_with_a_truth_and_a_parser(declare, tmp_path):
    @declare("text: doubles", source=Sentences, truth=Doubles)
    class DoubledWords(tfds.core.GeneratorBasedBuilder):
        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            return info(self, text=tfds.features.Text())

    side = open_input("doubled_words:test", tmp_path)
    source = side.source
    assert side.feature == "text" and source.vocabulary.words == ("a", "b")
    assert source.parser(source.arrays()["text"]).all() and np.isfinite(source.truth.log_likelihood([[1, 1]])).all()
    assert held_out(side)[1].name == "doubled_words:train"
    again = registry.from_description(source.describe())
    np.testing.assert_array_equal(again.arrays()["text"], source.arrays()["text"])


@pytest.mark.parametrize(
    "source",
    [
        lambda: Images("digits", "test", size=16, only=3, take=5, flip=True),
        lambda: NoisedImages("digits", every=15, split="train[512:]", take=9),
        lambda: FewLabels("digits", per_class=3, choice=2, take=300),
        lambda: Points("ring8", "test", labels=True, take=7),
        lambda: CaptionedImages("captioned_shapes", "test", take=6),
        lambda: Sentences("grammar", "test", take=8),
    ],
)
def test_a_description_leads_back_to_its_source(source):
    source = source()
    again = registry.from_description(source.describe())
    assert type(again) is type(source) and again.describe() == source.describe()
    for name, values in again.arrays().items():
        np.testing.assert_array_equal(values, source.arrays()[name])


@pytest.mark.parametrize(
    ("facts", "source"),
    [
        ({"name": "digits", "split": "train", "flip": False}, Images),
        ({"name": "digits", "split": "train", "flip": False, "size": [16, 16]}, Images),
        ({"name": "digits", "split": "train[512:]", "flip": False, "every": 15}, NoisedImages),
        ({"name": "digits", "split": "train", "labels_per_class": 10, "labels_choice": 0}, FewLabels),
        ({"name": "ring8", "split": "train"}, Points),
        ({"name": "captioned_shapes", "split": "test", "flip": False}, CaptionedImages),
        ({"name": "grammar", "split": "train", "vocabulary": 58, "length": 15, "take": None}, Sentences),
    ],
)
def test_a_description_that_does_not_name_its_source_is_read(facts, source):
    found = registry.from_description(facts | {"examples": 1, "homepage": ""})
    assert type(found) is source and found.split == facts["split"]


def test_a_source_from_elsewhere_cannot_be_opened_by_its_description():
    with pytest.raises(UserError, match="read by Mine, which is not ganzoo's"):
        registry.from_description({"source": "Mine", "name": "digits"})


def test_a_source_is_scored_with_labels_and_without_flips():
    assert Images("digits", flip=True).for_scoring().get_config() == Images("digits", labels=True).get_config()
    ready = Images("digits", labels=True)
    assert ready.for_scoring() is ready
    other = Images("digits", "test[:50%]", only=1, take=4).split_as("train")
    assert (other.split, other.only, other.take) == ("train", 1, None)


def test_every_argument_of_a_source_is_an_attribute():
    waiting = NamedSource.__subclasses__()
    assert {Images, Points, Sentences} <= set(waiting)
    for source in (Images("digits"), Points("ring8"), Sentences("grammar"), FewLabels("digits"), NoisedImages("digits", 15)):
        assert source.get_config()["name"] in ("digits", "ring8", "grammar")
