"""Stacked digits are judged channel by channel."""

import numpy as np
import pytest

from ganzoo.data.digits import handwritten_digits
from ganzoo.data.stacked_digits import StackedDigits, stacked
from ganzoo.errors import UserError
from ganzoo.evaluation.evaluate import evaluate
from ganzoo.evaluation.features.base import Extractor
from ganzoo.evaluation.features.choose import choose, train_classifier
from ganzoo.evaluation.features.stacked import StackedClassifier
from ganzoo.evaluation.features.untrained import Pixels
from ganzoo.evaluation.inputs.base import ArrayInput
from ganzoo.metrics.mode_coverage import expected_captured, label_coverage

IMAGES, LABELS, SPLITS = handwritten_digits()
QUIET = {"log": lambda line: None}


class Reads(Extractor):
    """Three classes, told by the first pixel: 0, 1 or 2; its features are two pixels."""

    name, layer, dimension, sha256, accuracy, classifies = "reads", "pixels", 2, "0" * 64, 0.9, True
    batch = 4

    def _group(self, images):
        sure = np.full((len(images), 3), 0.1, np.float32)
        sure[np.arange(len(images)), images[:, 0, 0, 0]] = 0.8
        return images[:, 0, :2, 0].astype(np.float32), sure


def test_joint_classes_and_features_are_the_channels():
    images = np.zeros((9, 2, 2, 3), np.uint8)
    images[:, 0, 0] = np.random.default_rng(0).integers(0, 3, (9, 3))
    images[:, 0, 1] = 7
    shares = []
    extractor = StackedClassifier(Reads())
    result = extractor.extract(images, shares.append)
    assert result.features.shape == (9, 6) and result.probabilities.shape == (9, 27)
    assert extractor.dimension == 6 and result.features.dtype == result.probabilities.dtype == np.float32
    np.testing.assert_array_equal(result.features[:, [0, 2, 4]], images[:, 0, 0])
    np.testing.assert_array_equal(result.features[:, [1, 3, 5]], 7)
    np.testing.assert_array_equal(result.probabilities.argmax(axis=1), images[:, 0, 0] @ [9, 3, 1])
    np.testing.assert_allclose(result.probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(result.probabilities.max(axis=1), 0.8**3, rtol=1e-5)
    assert shares[-1] == pytest.approx(1) and (np.diff(shares) > 0).all()
    assert extractor.name == "stacked-reads" and extractor.accuracy == pytest.approx(0.729)
    assert extractor.sha256 != Reads.sha256 and len(extractor.sha256) == 64


def test_only_classifiers_and_three_channels():
    with pytest.raises(UserError, match="pixels gives no class probabilities"):
        StackedClassifier(Pixels((8, 8, 1)))
    with pytest.raises(UserError, match="three channels"):
        StackedClassifier(Reads()).extract(np.zeros((2, 2, 2, 1), np.uint8))


@pytest.fixture(scope="module")
def extractor():
    return StackedClassifier(train_classifier("digits", **QUIET))


def test_it_reads_held_out_stacks_as_well_as_its_accuracy_says(extractor):
    rows = SPLITS["test"]
    images, labels = stacked(IMAGES[rows], LABELS[rows], 4000, np.random.default_rng(1))
    right = np.mean(extractor.probabilities(images).argmax(axis=1) == labels)
    assert right == pytest.approx(extractor.accuracy, abs=0.005) and right > 0.98


def test_captured_modes_have_known_answers(extractor):
    rows = SPLITS["train"]
    kept = rows[LABELS[rows] < 5]  # a generator that knows five digits has 125 modes
    rng = np.random.default_rng(2)
    sets = [stacked(IMAGES[part], LABELS[part], 4000, rng)[0] for part in (rows, rows, kept)]
    real, fake, poor = (extractor.probabilities(images) for images in sets)
    whole, part = label_coverage(real, fake), label_coverage(real, poor)
    assert whole["captured"] == pytest.approx(expected_captured(4000, 1000), abs=12)
    assert whole["kl_uniform"] == pytest.approx(whole["kl_uniform_floor"], rel=0.15)
    assert 125 <= part["captured"] <= 130
    assert part["kl_uniform"] == pytest.approx(np.log(8), abs=0.05)


def stacks(split, count=150):
    rows = SPLITS[split]
    images, labels = stacked(IMAGES[rows], LABELS[rows], count, np.random.default_rng(StackedDigits.SEEDS[split]))
    return ArrayInput(images, f"stacked_digits:{split}", labels)


def test_auto_means_the_digits_classifier_on_each_channel():
    side = stacks("train")
    for spec in ("auto", "stacked", "stacked:digits"):
        chosen = choose(spec, side, **QUIET)
        assert isinstance(chosen, StackedClassifier) and chosen.name == "stacked-cnn-digits" and chosen.dimension == 192
    with pytest.raises(UserError, match="stacked:DATA needs the data set"):
        choose("stacked", ArrayInput(side.examples(150), "colours"), **QUIET)


def test_an_evaluation_says_how_many_modes_were_captured_beside_held_out_data(monkeypatch, tmp_path):
    monkeypatch.setattr(StackedDigits, "EXAMPLES", {"train": 3000, "test": 2000})
    rows = SPLITS["train"]
    kept = rows[LABELS[rows] < 5]
    poor, _ = stacked(IMAGES[kept], LABELS[kept], 2000, np.random.default_rng(3))
    scores = evaluate(poor, "stacked_digits", ("label_coverage",), data_dir=tmp_path, **QUIET)
    found = {score["part"]: score for score in scores}
    assert found["captured"]["name"] == "label_coverage.captured[stacked-cnn-digits]"
    assert 125 <= found["captured"]["value"] <= 130
    assert found["captured"]["real"] == pytest.approx(expected_captured(2000, 1000), abs=20)
    assert found["kl_uniform"]["value"] == pytest.approx(np.log(8), abs=0.1)
    assert found["kl_uniform"]["floor"] == pytest.approx(999 / 4000)
    assert found["kl_uniform"]["real"] == pytest.approx(999 / 4000, rel=0.2)
    assert found["captured"]["warnings"] == []  # it passes the sanity check
