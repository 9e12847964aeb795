"""Paths of models made by hand, whose codes and images are known."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.evaluation.features.untrained import Pixels
from ganzoo.evaluation.inputs.base import ArrayInput
from ganzoo.evaluation.inversion import DEVIATION, find_latents
from ganzoo.evaluation.paths import spherical, straight
from ganzoo.explore.interpolate import (
    LatentPath,
    PathScorer,
    between_latents,
    interpolate,
    lines,
    pairs_of,
    sharpness,
)
from ganzoo.figures import CELL, GAP, HEADING, named_rows
from ganzoo.serving.sampling import Sampler

RNG = np.random.default_rng(0)
WEIGHTS = np.linalg.qr(RNG.normal(size=(16, 4)))[0].T.astype(np.float32)  # orthonormal rows [4, 16]


class Linear(Sampler):
    """Images z W of 4x4 pixels, W with orthonormal rows; and, unless `blind`, the encoder x W^T."""

    def __init__(self, blind=False):
        super().__init__("linear", "linear")
        self.shape = (4, 4, 1)
        self.services = {} if blind else {"encode": None, "reconstruct": None}

    def _batch(self, first, seed, options):
        return self.generate(latents=self.inputs(first + 64, seed)["latents"][first:])

    def inputs(self, count, seed=0):
        return {"latents": np.random.default_rng(seed).normal(scale=0.3, size=(count, 4)).astype(np.float32)}

    def generated(self, latents):
        return tf.reshape(latents @ WEIGHTS, (-1, 4, 4, 1))

    def serve(self, service, images):
        return {"latents": images.reshape(-1, 16) @ WEIGHTS.T}


def data(count=60, seed=7):
    images = Linear().sample(count, seed)
    return ArrayInput(np.rint((np.clip(images, -1, 1) + 1) * 127.5).astype(np.uint8), "hand", np.arange(count) % 3)


def test_a_straight_path_goes_evenly():
    one, other = np.array([[0.0, 2.0]]), np.array([[4.0, 0.0]])
    np.testing.assert_allclose(straight(one, other, 0.25), [[1.0, 1.5]])


@pytest.mark.parametrize("place, expected", [(0.0, [1, 0]), (0.5, [np.sqrt(2), np.sqrt(2)]), (1.0, [0, 3])])
def test_a_spherical_path_turns_evenly_and_its_length_follows(place, expected):
    found = spherical(np.array([[1.0, 0.0]]), np.array([[0.0, 3.0]]), place)
    np.testing.assert_allclose(found, [expected], atol=1e-6)


def test_parallel_codes_stay_finite():
    one = np.array([[1.0, 1.0]])
    np.testing.assert_allclose(spherical(one, 3 * one, 0.5), [[2.0, 2.0]], rtol=1e-6)


def test_sharpness_is_the_share_of_the_real_contrast():
    real = RNG.normal(size=(50, 6, 6, 1))
    assert sharpness(real, real) == 1.0
    np.testing.assert_allclose(sharpness(0.5 * real + 3, real), 0.25)
    np.testing.assert_allclose(sharpness((real[:25] + real[25:]) / 2, real), 0.5, rtol=0.2)


@pytest.mark.parametrize("blind", [False, True], ids=["encoder", "search"])
def test_a_path_leads_from_its_first_end_to_its_second(blind):
    ends = Linear().sample(6, seed=3)
    path = LatentPath(Linear(blind), ends)
    # What is searched for is drawn towards the prior's middle, as far as the images' noise allows.
    share = 1 / (1 + DEVIATION**2 / Linear().inputs(24)["latents"].var()) if blind else 1.0
    for place, wanted in ((0.0, ends[:3]), (1.0, ends[3:]), (0.5, (ends[:3] + ends[3:]) / 2)):
        np.testing.assert_allclose(path.between(np.arange(3), np.arange(3, 6), place), share * wanted, atol=0.02)


def test_the_search_ends_at_the_closed_form_of_the_most_probable_latents():
    images = RNG.uniform(-1, 1, (5, 4, 4, 1)).astype(np.float32)
    model, deviation = Linear(blind=True), 0.2
    variance = model.inputs(10, 1)["latents"].var()
    expected = images.reshape(5, 16) @ WEIGHTS.T / (1 + deviation**2 / variance)
    found = find_latents(model, images, seed=1, starts=2, deviation=deviation)
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_the_best_of_several_starts_counts():
    class TwoValleys(Linear):
        def inputs(self, count, seed=0):
            return {"latents": np.tile(np.array([[-1.0], [1.0]], np.float32), (count // 2, 1))}

        def generated(self, latents):
            height = tf.where(latents > 0, 0.5 * tf.ones_like(latents), latents * 0 - 0.5) + 0.0 * latents
            return tf.reshape(tf.repeat(height, 16, axis=1), (-1, 4, 4, 1))

    found = find_latents(TwoValleys(blind=True), np.full((3, 4, 4, 1), 0.5, np.float32), starts=2, steps=5)
    assert (found > 0).all()


def test_what_needs_more_than_latents_is_not_searched():
    model = Linear(blind=True)
    model.inputs = lambda count, seed=0: {"latents": np.zeros((count, 4)), "labels": np.zeros(count)}
    with pytest.raises(UserError, match="no codes to search for"):
        find_latents(model, np.zeros((1, 4, 4, 1), np.float32))


def test_pairs_are_of_different_classes():
    side = data()
    images, first, second = pairs_of(side, 40, seed=2)
    labels = {image.tobytes(): label for image, label in zip(side.examples(60), side.labels(60), strict=True)}
    assert len(first) == len(second) == 40
    assert all(labels[images[i].tobytes()] != labels[images[j].tobytes()] for i, j in zip(first, second, strict=True))


def test_a_judge_knows_the_data_from_noise():
    train, held = data().halves()
    score = PathScorer(train, held, Pixels((4, 4, 1)))
    assert score(train.examples(20))["precision"] == 1.0
    assert score(RNG.integers(0, 256, (20, 4, 4, 1), np.uint8))["precision"] == 0.0


def test_a_judge_looks_at_ten_thousand_training_images_at_most():
    asked = []

    def examples(count):
        asked.append(count)
        return data().examples(20)

    PathScorer(types.SimpleNamespace(size=12_000, examples=examples), data(), Pixels((4, 4, 1)))
    assert asked == [10_000]


def test_a_picture_and_the_records_of_all_paths():
    said = []
    options = {"data": data(), "pairs": 8, "shown": 2, "steps": 3, "extractor": "pixels", "log": said.append}
    picture, records = interpolate([Linear(), Linear(blind=True)], **options)
    cell = CELL + 2
    assert picture.dtype == np.uint8 and picture.shape[1] > 5 * cell
    assert 2 * 3 * cell < len(picture) < 2 * (3 * cell + 2) + GAP + 4 * HEADING
    pixels, encoded, _ = records
    assert [record["codes"] for record in records] == [None, "encoder", "search"] and "by search" in said[-1]
    assert pixels["reconstruction"] == 0.0 and encoded["reconstruction"] < 0.05
    # Its paths are straight in pixels too.
    np.testing.assert_allclose(encoded["at"]["0.5"]["sharpness"], pixels["at"]["0.5"]["sharpness"], rtol=0.1)
    assert pixels["at"]["0"]["sharpness"] > pixels["at"]["0.5"]["sharpness"]
    assert len(lines(records)) == 9
    # A cross-fade is straight and even; so is this generator's, but for how grey levels are rounded.
    for record in records:
        assert record["paths"]["extractor"] == "pixels"
        assert record["paths"]["unevenness"] == pytest.approx(1, abs=0.25)
        assert 1 <= record["paths"]["length"] / record["paths"]["ends"] < 1.25


def test_paths_between_latents_hold_what_else_a_sample_depends_on():
    picture, (record,) = between_latents([Linear()], pairs=8, shown=2, steps=4, extractor="pixels", log=lambda line: None)
    assert picture.shape[1] == 4 * (CELL + 2) + 2 and record["name"] == "linear"
    latents = Linear().inputs(16)["latents"]
    ends = np.square((latents[8:] - latents[:8]) @ WEIGHTS / 2).sum(1)  # pixels are halved: features are in [0, 1]
    assert record["paths"]["path_length"] == pytest.approx(ends.mean(), rel=0.1)
    assert record["paths"]["ends"] == pytest.approx(np.sqrt(ends).mean(), rel=0.02)


def test_lines_hold_every_number_of_the_records():
    def part(precision, sharpness):
        return {"precision": precision, "sharpness": sharpness}

    at = {"0": part(1.0, 0.99), "0.25": part(0.5, 0.875), "0.5": part(0.25, 0.75)}
    record = {"name": "vae", "codes": "encoder", "reconstruction": 1.234, "at": at, "samples": part(0.9, 0.8)}
    record["paths"] = dict(extractor="pixels", path_length=2.5, path_length_error=0.25, length=3, ends=2, steps=15)
    record["paths"] |= {"largest_step": 0.4, "unevenness": 2.0}
    _, under, first, second, note, path, _ = lines([record, {**record, "name": "pixels", "codes": None}])
    assert first.split() == ["vae", "encoder", "1.23", "1.00", "0.50", "0.25", "0.90", "0.99", "0.88", "0.75", "0.80"]
    assert second.split()[:3] == ["pixels", "-", "1.23"] and "held-out" in note
    assert path == "vae     PPL[pixels] 2.5 ± 0.25; length 3 for ends 2 apart, the largest of 15 steps 0.4, 2.0 times the mean"
    ends = [
        [index for index, (a, b) in enumerate(zip(row, row[1:] + " ", strict=True)) if a != " " and b == " "]
        for row in (first, under)
    ]
    assert ends[0][3:] == ends[1], "numbers end where their headings do"


def test_names_stand_beside_their_rows():
    sheet = named_rows(np.full((60, 10, 3), 255, np.uint8), ["first", "second"])
    assert len(sheet) == 60 and (sheet[:, -10:] == 255).all() and sheet[:30].min() < 100 and sheet[30:].min() < 100


def test_points_and_other_shapes_are_refused():
    with pytest.raises(UserError, match="of one shape"):
        interpolate([Linear()], data="digits", log=lambda line: None)
    with pytest.raises(UserError, match="points of shape"):
        interpolate([Linear()], data="ring8", log=lambda line: None)


def test_a_run_and_its_export_are_searched_alike(tiny_recipe, tmp_path):
    from ganzoo import load
    from ganzoo.serving.export import export
    from ganzoo.training import train

    train(tiny_recipe, run=tmp_path / "run", steps=2, log=lambda line: None)
    export(tmp_path / "run", tmp_path / "model")
    gradients = []
    for sampler in (load(tmp_path / "run"), load(tmp_path / "model")):
        latents = tf.Variable(keras.ops.ones((3, 4)))
        with tf.GradientTape() as tape:
            height = tf.reduce_sum(sampler.generated(latents=latents.value()))
        gradients.append(tape.gradient(height, latents))
        assert sampler.generate(latents=np.ones((3, 4), np.float32)).shape == (3, 2)
    np.testing.assert_allclose(*gradients, rtol=1e-4, atol=1e-6)
    assert np.abs(gradients[0]).max() > 0
