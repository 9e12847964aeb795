"""Codes, sweeps and meanings of a model made by hand, whose answers are known."""

import math

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.evaluation.features.base import Extracted, Extractor
from ganzoo.evaluation.inputs.base import ArrayInput
from ganzoo.explore.codes import codes_of, encode
from ganzoo.explore.disentanglement import information, meanings
from ganzoo.explore.sweep import CELL, CONTINUOUS, figure, sweep
from ganzoo.figures import GAP, HEADING
from ganzoo.serving.sampling import Sampler

SURE = 0.9  # of Q in the category it reads
STD = 0.1


class Made(Sampler):
    """Images of 2x2 pixels that hold the noise, the first category of 3, the second of 2, the continuous code / 4."""

    def __init__(self, legible=True):
        super().__init__("made", "made")
        self.options = {"code": (tf.float32, [math.nan] * 3)}
        self.services = {"discriminate": None, "encode": self._encode}
        self.legible = legible

    def _batch(self, first, seed, options):
        rng = np.random.default_rng([seed, first])
        drawn = np.column_stack(
            [rng.uniform(-1, 1, 64), rng.integers(0, 3, 64), rng.integers(0, 2, 64), rng.uniform(-1, 1, 64)]
        )
        for column, value in enumerate(options.get("code", [])):
            if not math.isnan(value):
                drawn[:, column + 1] = value
        return (drawn / [1, 3, 3, 4]).astype(np.float32).reshape(-1, 2, 2, 1)

    def _encode(self, images):
        values = images.numpy().reshape(-1, 4) * [1, 3, 3, 4]
        found = {}
        for index, size in enumerate((3, 2)):
            one_hot = np.eye(size)[np.rint(values[:, 1 + index]).astype(int)] if self.legible else 1 / size
            sure = SURE if self.legible else 1
            found[f"category_{index}"] = np.full((len(values), size), (1 - sure) / size) + sure * one_hot
        found["mean"] = values[:, 3:]
        found["std"] = np.full((len(values), 1), STD)
        return {name: tf.constant(value, tf.float32) for name, value in found.items()}


def labelled(count=120, wrong=0):
    """Real images whose class is 2 minus their first category, but for the first `wrong` ones; a `Input`."""
    rng = np.random.default_rng(0)
    category = rng.integers(0, 3, count)
    values = np.column_stack([np.zeros(count), category / 3, np.zeros(count), np.zeros(count)]).reshape(-1, 2, 2, 1)
    labels = 2 - category
    labels[:wrong] = (labels[:wrong] + 1) % 3
    return ArrayInput(np.rint((values + 1) * 127.5).astype(np.uint8), "hand", labels)


def test_codes_are_read_off_the_services_outputs():
    codes = codes_of(Made())
    assert [(code.name, code.size, code.place) for code in codes] == [
        ("category_0", 3, ("category_0",)),
        ("category_1", 2, ("category_1",)),
        ("continuous_0", None, ("mean", 0)),
    ]
    np.testing.assert_allclose([code.entropy for code in codes], np.log([3, 2, 2]))


def test_a_model_without_codes_is_refused():
    with pytest.raises(UserError, match="plain has no codes"):
        codes_of(Sampler("plain", "plain"))


def test_encoding_in_batches_keeps_the_order():
    model = Made()
    images = model.sample(300)
    np.testing.assert_allclose(encode(model, images)["mean"][:, 0], images[:, 1, 1, 0] * 4, rtol=1e-6)


@pytest.mark.parametrize("index, columns", [(0, 3), (1, 2), (2, 9)])
def test_a_row_of_a_sweep_differs_by_its_code_alone(index, columns):
    model = Made()
    codes = codes_of(model)
    table = sweep(model, codes[index], rows=4, seed=2).reshape(4, columns, 4) * [1, 3, 3, 4]
    wanted = CONTINUOUS if index == 2 else range(columns)
    np.testing.assert_allclose(table[:, :, index + 1], np.tile(wanted, (4, 1)), atol=1e-6)
    others = np.delete(table, index + 1, 2)
    np.testing.assert_array_equal(others, np.repeat(others[:, :1], columns, 1))
    assert len(np.unique(others[:, 0, 0])) == 4, "each row has noise of its own"


def test_the_figure_holds_every_sweep_side_by_side():
    sheet = figure(Made(), rows=4)
    cell = CELL + 2
    assert sheet.dtype == np.uint8 and sheet.shape[1] == (3 + 2 + 9) * cell + 3 * 2 + 2 * GAP
    assert 4 * cell + 2 + HEADING < len(sheet) < 4 * cell + 2 + 4 * HEADING


def test_points_are_not_swept():
    model = Made()
    points = model.sample
    model.sample = lambda *args, **options: points(*args, **options).reshape(-1, 4)[:, 2:]
    model.services = {"encode": lambda points: {"mean": tf.zeros((len(points), 3))}}
    with pytest.raises(UserError, match="gives points"):
        figure(model)


def test_information_and_accuracies_of_a_legible_code():
    first, second, continuous = meanings(Made(), labelled(), count=600, extractor="pixels")
    np.testing.assert_allclose(first["information"], math.log(3 * (SURE + 0.1 / 3)), rtol=1e-5)
    np.testing.assert_allclose(second["information"], math.log(2 * (SURE + 0.1 / 2)), rtol=1e-5)
    expected = math.log(2) - math.log(STD) - 0.5 * math.log(2 * math.pi)
    np.testing.assert_allclose(continuous["information"], expected, rtol=1e-3)
    assert continuous["fitted_information"] > 10, "Q's mean is exact"
    assert first["classes"] == [2, 1, 0] and first["real_accuracy"] == 1.0 and first["real_count"] == 60
    assert first["sample_accuracy"] is None, "pixels are no classifier"
    assert second["real_accuracy"] < 0.6 and "classes" not in continuous


def test_a_fitted_deviation_makes_the_bound_the_best_gaussians():
    model = Made()
    (code,) = (code for code in codes_of(model) if not code.size)
    samples = model.sample(64)
    values = encode(model, samples)["mean"][:, 0] + np.tile([0.3, -0.3], 32)  # Q is off by .3 each time
    found = information(model, code, samples, values)
    np.testing.assert_allclose(
        found["fitted_information"], math.log(2) - 0.5 * math.log(2 * math.pi * math.e * 0.09), rtol=1e-5
    )
    assert found["information"] < found["fitted_information"]


def test_nothing_is_told_by_an_illegible_code():
    first, second, _ = meanings(Made(legible=False), labelled(), count=60, extractor="pixels")
    np.testing.assert_allclose([first["information"], second["information"]], 0, atol=1e-6)


def test_a_classifier_judges_samples_by_the_best_matching():
    class Classifier(Extractor):
        classifies = True

        def extract(self, images, progress=None):
            category = np.rint((images.reshape(-1, 4)[:, 1] / 127.5 - 1) * 3).astype(int)
            return Extracted(None, np.eye(5)[np.array([4, 1, 1])[category]])  # two categories of one class

    first, _, _ = meanings(Made(), labelled(), count=300, extractor=Classifier())
    np.testing.assert_allclose(first["sample_accuracy"], 2 / 3)


def test_data_without_labels_leave_the_classes_out():
    said = []
    unlabelled = ArrayInput(labelled().examples(120), "hand")
    first, *_ = meanings(Made(), unlabelled, count=60, log=said.append)
    assert "classes" not in first and "no labels" in said[0]
