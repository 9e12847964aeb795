import numpy as np
import pytest

from ganzoo.data import catalogue
from ganzoo.data.digits import handwritten_digits
from ganzoo.data.images import Images
from ganzoo.data.stacked_digits import StackedDigits, stacked

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


def test_its_full_size_is_declared():
    assert StackedDigits.EXAMPLES == {"train": 50_000, "test": 10_000}
