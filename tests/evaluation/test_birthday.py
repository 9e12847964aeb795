import json

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.evaluation.birthday import BirthdayTest
from ganzoo.evaluation.neighbourhood import Neighbourhood
from ganzoo.evaluation.published_birthday import BATCH_SIZES, published
from ganzoo.report.judge import judge_page_of
from ganzoo.report.numbers import interval
from ganzoo.report.terminal_birthday import class_table, table
from ganzoo.serving.sampling import BATCH, Sampler

QUIET = {"log": lambda line: None}


def digits(split):
    from ganzoo.data.images import Images

    return Images("digits", split=split, labels=True).arrays()


@pytest.fixture(scope="module")
def small_support(tmp_path_factory):
    """An .npz of 3,000 samples of a generator that knows 50 digits, with a little noise."""
    rng = np.random.default_rng(0)
    train = digits("train")
    rows = rng.integers(50, size=3000)
    images = np.clip(train["image"][rows] + rng.integers(-2, 3, (3000, 8, 8, 1)), 0, 255).astype(np.uint8)
    path = tmp_path_factory.mktemp("birthday") / "small.npz"
    np.savez(path, images=images, labels=train["label"][rows])
    return path


def test_a_small_support_is_found_and_told(small_support):
    record = BirthdayTest(small_support, "digits", (20, 40), 20, **QUIET).run()
    n_eff = record["n_eff"]
    assert n_eff["low"] <= 50 <= n_eff["high"] and next(iter(record)) == "n_eff"
    assert record["judge"] == "automatic, not human"
    assert record["real"]["pooled"]["duplicates"] <= 1
    text = "\n".join(table(record))
    assert "half or more" in text and "automatic, not human" in text
    json.dumps(record)


def test_classes_are_tested_apart_by_their_labels(small_support):
    record = BirthdayTest(small_support, "digits", (10,), 5, per_class=True, **QUIET).run()
    assert set(record["classes"]) == {str(label) for label in range(10)}
    counts = np.bincount(digits("train")["label"][:50], minlength=10)
    told = [one["n_eff"]["value"] for one in record["classes"].values()]
    assert all(value is None or value < 50 for value in told) and len(counts) == 10
    assert [one["name"] for one in record["classes"].values()] == [str(label) for label in range(10)]
    text = "\n".join(table(record))
    assert "half at s" in text and "published" not in text
    row = next(line for line in table(record) if line.startswith("3 "))
    assert interval(record["classes"]["3"]["n_eff"]) in row


class Bright(Sampler):
    """A conditional generator whose samples are all bright: none is below 0."""

    options = {"label": (tf.int32, -1)}

    def _batch(self, first, seed, options):
        return np.random.default_rng([first, options.get("label", 0)]).uniform(0.5, 1, (BATCH, 8, 8, 1)).astype(np.float32)


def test_a_models_samples_of_a_class_are_in_its_range_whatever_their_values():
    test = BirthdayTest(Bright("bright", "bright"), "digits", (10,), 1, per_class=True, **QUIET)
    assert test.images.min() >= 0.5 * 127.5 + 127 and (np.bincount(test.labels) == 10).all()


def test_what_the_samples_are_drawn_with_is_said():
    said = []
    test = BirthdayTest(Bright("bright", "bright"), "digits", (10,), 1, log=said.append)
    assert said[0] == "drawing 10 samples of bright, label drawn by the class shares of digits:train"
    assert test.model.describe()["drawn"] == {"label": "drawn by the class shares of digits:train"}
    record = Neighbourhood(Bright("bright", "bright"), "digits", 20, "pixels", **QUIET).record
    assert "samples of bright: label drawn by the class shares of digits:train" in record["warnings"]


def test_classes_of_cifar10_stand_beside_the_published_ones():
    def one(half, sizes=(100, 400)):
        batches = [{"size": size} for size in sizes]
        return {"n_eff": {"value": 9.0, "low": 8.0, "high": None}, "fake": {"first_half": half, "batches": batches}}

    automobile, nothing = published("cifar10", "automobile"), published("digits", "3")
    assert automobile == {"batch_size": 50, "support": 2500} and nothing is None
    assert published("cifar10", "airplane")["support"] == 250_000 and len(BATCH_SIZES) == 10
    classes = {
        "0": {"name": "airplane", "published": published("cifar10", "airplane"), **one(None)},
        "1": {"name": "automobile", "published": automobile, **one(100)},
        "2": {"name": "bird", "published": published("cifar10", "bird"), **one(400)},
        "3": {"name": "cat", "published": None, "n_eff": {"value": None, "low": None, "high": None}},
    }
    header, *rows = [line.split("  ") for line in class_table(classes)]
    header, *rows = [[cell.strip() for cell in line if cell.strip()] for line in (header, *rows)]
    assert header == ["class", "half at s", "s^2", "published s", "published s^2", "N_eff of all pairs"]
    assert rows[0] == ["0 airplane", "> 400", "> 160,000", "500", "250,000", "9 [8, open]"]
    assert rows[1] == ["1 automobile", "<= 100", "<= 10,000", "50", "2,500", "9 [8, open]"]
    assert rows[2] == ["2 bird", "400", "160,000", "500", "250,000", "9 [8, open]"]
    assert rows[3] == ["3 cat", "-", "-", "-", "-", "not determined"]


def test_mirror_images_are_twins_only_with_flips(tmp_path):
    rng = np.random.default_rng(1)
    images = digits("train")["image"][rng.permutation(1000)[:200]]
    np.savez(tmp_path / "flipped.npz", images=np.concatenate([images, images[:, :, ::-1]]))
    options = {"batch_sizes": (20,), "batches": 20, "threshold": 0.01, **QUIET}
    plain = BirthdayTest(tmp_path / "flipped.npz", "digits", **options).run()
    flips = BirthdayTest(tmp_path / "flipped.npz", "digits", flips=True, **options).run()
    assert plain["fake"]["pooled"]["duplicates"] == 0
    assert flips["fake"]["pooled"]["duplicates"] == 200


def test_mirror_images_of_real_data_are_twins_too(tmp_path):
    rng = np.random.default_rng(1)
    images = digits("test")["image"][rng.permutation(360)[:150]]
    np.savez(tmp_path / "few.npz", images=digits("train")["image"][:200])
    test = BirthdayTest(tmp_path / "few.npz", "digits", batch_sizes=(20,), batches=5, threshold=0.01, flips=True, **QUIET)
    test.real = np.concatenate([images, images[:, :, ::-1]])
    assert test.run()["real"]["pooled"]["duplicates"] == 150


def test_features_may_come_from_an_extractor(small_support):
    record = BirthdayTest(small_support, "digits", (20,), 5, features="random", **QUIET).run()
    assert record["features"] != "pixels" and record["n_eff"]["value"] < 200


def test_the_page_holds_the_pairs_and_their_nearest_training_images(small_support, tmp_path):
    facts = judge_page_of(BirthdayTest(small_support, "digits", (20,), 5, **QUIET), tmp_path / "judge.html")
    assert facts["questions"] > facts["decoys"] > 0
    assert (tmp_path / "judge.html").read_text().count("data:image/png") > facts["questions"]


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"data": None}, "name the real data with --data"),
        ({"data": "digits@16"}, "cannot be compared"),
        ({"data": "ring8"}, "images and .* holds points"),
        ({"data": "digits", "features": "nothing"}, "no extractor"),
    ],
)
def test_what_cannot_be_tested_is_one_line(small_support, options, complaint):
    with pytest.raises(UserError, match=complaint) as error:
        BirthdayTest(small_support, **options, **QUIET)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "n_eff, text",
    [
        ({"value": 1234.4, "low": 567.0, "high": 8901.0}, "1,234 [567, 8,901]"),
        ({"value": None, "low": 43.0, "high": None}, "not determined, at least 43"),
        ({"value": 5.0, "low": 4.0, "high": None}, "5 [4, open]"),
    ],
)
def test_an_interval_in_words(n_eff, text):
    assert interval(n_eff) == text
