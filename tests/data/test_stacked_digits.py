import numpy as np
import pytest
import tensorflow_datasets as tfds

from ganzoo.data import catalogue
from ganzoo.data.digits import handwritten_digits
from ganzoo.data.images import Images
from ganzoo.data.stacked_digits import StackedDigits, StackedMNIST, stacked
from ganzoo.errors import UserError

IMAGES, LABELS, SPLITS = handwritten_digits()


@pytest.fixture
def small(monkeypatch):
    """Splits that are made in no time, of the same draws."""
    monkeypatch.setattr(StackedDigits, "EXAMPLES", {"train": 400, "test": 100})


def test_channels_are_digits_and_the_label_reads_them():
    images, labels = stacked(IMAGES, LABELS, 500, np.random.default_rng(0))
    assert images.shape == (500, 8, 8, 3) and images.dtype == np.uint8 and labels.dtype == np.int64
    known = {image.tobytes(): label for image, label in zip(IMAGES, LABELS, strict=True)}
    for image, label in zip(images, labels, strict=True):
        digits = [known[np.ascontiguousarray(image[..., channel]).tobytes()] for channel in range(3)]
        assert label == int("".join(map(str, digits)))


def test_all_modes_are_there_and_equally_likely():
    rows = SPLITS["train"]
    _, labels = stacked(IMAGES[rows], LABELS[rows], 50_000, np.random.default_rng(StackedDigits.SEEDS["train"]))
    counts = np.bincount(labels, minlength=1000)
    assert len(counts) == 1000 and counts.min() > 0
    np.testing.assert_allclose(counts.mean(), 50)
    assert counts.std() == pytest.approx(np.sqrt(50), rel=0.1)  # as of draws from equal shares


def test_a_split_comes_from_its_own_digits(small, tmp_path):
    for split, count in (("train", 400), ("test", 100)):
        arrays = Images("stacked_digits", split, labels=True, data_dir=tmp_path).arrays()
        assert arrays["image"].shape == (count, 8, 8, 3) and arrays["label"].shape == (count,)
        singles = {IMAGES[row].tobytes(): LABELS[row] for row in SPLITS[split]}
        for image, label in zip(arrays["image"], arrays["label"], strict=True):
            digits = [singles[np.ascontiguousarray(image[..., channel]).tobytes()] for channel in range(3)]
            assert label == 100 * digits[0] + 10 * digits[1] + digits[2]


def test_the_set_is_embedded_listed_and_the_same_everywhere(small, tmp_path):
    (row,) = (row for row in catalogue.available(tmp_path) if row["name"] == "stacked_digits")
    assert row["prepared"] is None and "no download" in row["state"] and row["shape"] == [8, 8, 3]
    source = Images("stacked_digits", labels=True, data_dir=tmp_path)
    assert (source.shape, source.num_classes) == ((8, 8, 3), 1000)
    again = Images("stacked_digits", labels=True, data_dir=tmp_path / "elsewhere")
    for name, values in source.arrays().items():
        np.testing.assert_array_equal(values, again.arrays()[name])
    _, labels = stacked(*(values[SPLITS["train"]] for values in (IMAGES, LABELS)), 400, np.random.default_rng(0))
    assert sorted(source.arrays()["label"]) == sorted(labels)


@pytest.fixture
def tiny_mnist(monkeypatch, tmp_path):
    """A directory in which a data set `mnist` of 30 and 20 images is prepared; StackedMNIST makes 12 and 5 of it."""
    monkeypatch.setattr(StackedMNIST, "EXAMPLES", {"train": 12, "test": 5})

    class MNIST(tfds.core.GeneratorBasedBuilder, skip_registration=True):
        VERSION = tfds.core.Version("3.0.1")

        def _info(self):
            image, label = tfds.features.Image(shape=(28, 28, 1)), tfds.features.ClassLabel(num_classes=10)
            return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict({"image": image, "label": label}))

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples(0, 30), "test": self._generate_examples(100, 120)}

        def _generate_examples(self, first, last):
            for grey in range(first, last):
                yield grey, {"image": np.full((28, 28, 1), grey, np.uint8), "label": grey % 10}

    MNIST(data_dir=tmp_path).download_and_prepare()
    return tmp_path


def test_stacked_mnist_is_made_of_the_same_split_of_mnist(tiny_mnist):
    for split, count, greys in (("train", 12, range(30)), ("test", 5, range(100, 120))):
        source = Images("stacked_mnist", split, labels=True, data_dir=tiny_mnist)
        arrays = source.arrays()
        assert arrays["image"].shape == (count, 28, 28, 3) and source.num_classes == 1000
        for image, label in zip(arrays["image"], arrays["label"], strict=True):
            digits = image[0, 0]
            assert np.all(image == digits) and set(digits.tolist()) <= set(greys)
            assert label == digits % 10 @ [100, 10, 1]


def test_stacked_mnist_without_mnist_says_what_to_prepare(tmp_path, monkeypatch):
    (row,) = (row for row in catalogue.available(tmp_path) if row["name"] == "stacked_mnist")
    assert row["state"] == "made of mnist" and row["shape"] == [28, 28, 3]
    with pytest.raises(UserError, match="'mnist' is not prepared .* run `ganzoo data prepare mnist") as error:
        Images("stacked_mnist", data_dir=tmp_path).arrays()
    assert "\n" not in str(error.value)

    def prepared(name, *arguments):
        raise UserError(f"no network for {name}")

    monkeypatch.setattr(catalogue, "check_network", prepared)
    with pytest.raises(UserError, match="no network for mnist"):  # preparing it begins with what it is made of
        catalogue.prepare("stacked_mnist", tmp_path)


def test_its_full_size_is_declared():
    assert StackedDigits.EXAMPLES == {"train": 50_000, "test": 10_000}
