"""Inversion of generators whose range is known, and path lengths of linear ones."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.evaluation.critics import train_critics
from ganzoo.evaluation.evaluate import evaluate
from ganzoo.evaluation.features.base import RawPoints
from ganzoo.evaluation.inversion import invert
from ganzoo.evaluation.modalities import base
from ganzoo.evaluation.paths import between, draw_paths
from ganzoo.metrics import path_length
from ganzoo.serving.sampler import Sampler

RNG = np.random.default_rng(0)
MATRIX = RNG.standard_normal((3, 8)).astype(np.float32) / 2


class Linear(Sampler):
    """G(z) = z A, of latents of 3 dimensions."""

    def __init__(self, matrix=MATRIX):
        super().__init__("linear", "linear")
        self.matrix = matrix

    def inputs(self, count, seed=0):
        return {"latents": np.random.default_rng(seed).standard_normal((count, len(self.matrix))).astype(np.float32)}

    def generated(self, latents):
        return latents @ self.matrix


def test_the_residual_of_a_linear_generator_is_its_projections():
    examples = RNG.standard_normal((30, 8)).astype(np.float32)
    onto = np.linalg.pinv(MATRIX) @ MATRIX
    expected = np.square(examples - examples @ onto).mean(axis=1)
    np.testing.assert_allclose(invert(Linear(), examples, restarts=2, steps=400), expected, rtol=1e-3)
    assert invert(Linear(), examples @ onto, restarts=2, steps=400).max() < 1e-4  # in its range


def test_more_restarts_never_find_less():
    class Wavy(Linear):
        def generated(self, latents):
            return tf.sin(4 * latents @ self.matrix)

    examples = RNG.uniform(-1, 1, (12, 8)).astype(np.float32)
    errors = [invert(Wavy(), examples, restarts=restarts, steps=60, seed=3) for restarts in (1, 3)]
    assert (errors[1] <= errors[0] + 1e-5).all() and (errors[1] < 0.95 * errors[0]).any()


def test_labels_are_those_of_the_examples():
    class Labelled(Linear):
        def inputs(self, count, seed=0):
            return super().inputs(count, seed) | {"labels": np.zeros(count, np.int64)}

        def generated(self, latents, labels):
            return latents @ self.matrix + 10 * tf.cast(labels, tf.float32)[:, None]

    labels = np.arange(6) % 2
    examples = (RNG.standard_normal((6, 3)) @ MATRIX + 10 * labels[:, None]).astype(np.float32)
    assert invert(Labelled(), examples, labels, steps=300).max() < 1e-3 < 1 < invert(Labelled(), examples, 1 - labels).min()
    with pytest.raises(UserError, match="needs the labels"):
        invert(Labelled(), examples)


def test_what_is_searched_in_parts_is_the_whole():
    from ganzoo.evaluation import inversion

    examples = RNG.standard_normal((7, 8)).astype(np.float32)
    drawn = {"latents": np.zeros((7, 3), np.float32)}

    def cost(samples, targets, latents):
        return tf.reduce_mean(tf.square(samples - targets), axis=1)

    whole, parts = (inversion.search_latents(Linear(), drawn, examples, cost, steps=50, rows=rows) for rows in (7, 3))
    np.testing.assert_allclose(parts[0], whole[0], atol=1e-5)


def test_paths_turn_on_the_sphere_and_meet_their_ends():
    ends = RNG.standard_normal((2, 50, 64))
    for place, end in ((0, ends[0]), (1, ends[1])):
        np.testing.assert_allclose(between(*ends, np.full((50, 1), place)), end, rtol=1e-5, atol=1e-5)
    middle = np.linalg.norm(between(*ends, np.full((50, 1), 0.5)), axis=1)
    np.testing.assert_allclose(middle, (np.linalg.norm(ends[0], axis=1) + np.linalg.norm(ends[1], axis=1)) / 2, rtol=1e-4)


def test_the_path_length_of_a_linear_generator_is_its_latents_own():
    sampler = Linear(np.eye(1, 2, dtype=np.float32))  # one latent: straight paths, lengths (z1 - z0)^2
    real = RNG.standard_normal((400, 2))
    drawn = sampler.inputs(2000)["latents"][:, 0]
    lengths = np.square(drawn[1000:] - drawn[:1000])
    expected = np.sort(lengths)[10:-10].mean() / (2 * real.var(axis=0, ddof=1).sum())
    found = path_length(draw_paths(sampler, RawPoints(), real))
    assert found[""][0] == pytest.approx(expected, rel=0.01)


def test_an_export_is_inverted_walked_and_criticised(monkeypatch):
    monkeypatch.setattr(base, "invert", functools.partial(invert, restarts=2, steps=20))
    monkeypatch.setattr(base, "train_critics", functools.partial(train_critics, seeds=2, steps=20))
    names = ("inversion", "reconstruction_error", "path_length", "wasserstein_critic")
    scores = {
        score["name"]: score for score in evaluate("exported/digits_bigan", metrics=names, count=200, log=lambda line: None)
    }
    assert scores["inversion"]["value"] >= 0 and 0 < scores["inversion.p"]["value"] < 1
    assert scores["reconstruction_error.relative"]["value"] < 0.8 and scores["path_length[cnn-digits]"]["value"] > 0
    assert scores["wasserstein_critic[cnn-digits]"]["real"] is not None
