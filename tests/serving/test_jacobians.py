"""Jacobians of generators whose derivatives are known."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import ganzoo
from ganzoo.errors import UserError
from ganzoo.serving.jacobians import has_jacobians, jacobians
from ganzoo.serving.sampler import Sampler

EXPORTED = Path(__file__).parents[2] / "exported"
WEIGHTS = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)


class Made(Sampler):
    """Images of 2x2 pixels: label + z W, or the tanh of that; resized, which has no second derivative."""

    def __init__(self, curved=False, resized=False):
        super().__init__("made", "made")
        self.shape, self.curved, self.resized = (2, 2, 1), curved, resized

    def inputs(self, count, seed=0, label=0.0):
        latents = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)
        return {"latents": latents, "labels": np.full(count, label, np.float32)}

    def generated(self, latents, labels):
        x = tf.reshape(labels[:, None] + latents @ WEIGHTS, (-1, 2, 2, 1))
        if self.resized:
            x = tf.image.resize(x, (4, 4), "bilinear")[:, ::2, ::2]
        return tf.tanh(x) if self.curved else x


def test_a_linear_generator_is_its_own_jacobian():
    found = jacobians(Made(), 3)
    np.testing.assert_allclose(found, np.tile(WEIGHTS.T, (3, 1, 1)), rtol=1e-6)
    sheared = np.linalg.svd(WEIGHTS, compute_uv=False)
    np.testing.assert_allclose(ganzoo.metrics.singular_values(found), np.tile(sheared, (3, 1)), rtol=1e-5)


def test_a_curved_generator_depends_on_latents_and_labels():
    made = Made(curved=True)
    latents = made.inputs(2, 5)["latents"]
    slope = 1 - np.tanh(0.5 + latents @ WEIGHTS) ** 2
    np.testing.assert_allclose(jacobians(made, 2, 5, label=0.5), slope[:, :, None] * WEIGHTS.T, rtol=1e-4, atol=1e-6)


def test_operators_without_a_second_derivative_are_noticed():
    made = Made(resized=True)
    basis = np.eye(3, dtype=np.float32)
    expected = made.generated(latents=basis, labels=np.zeros(3, np.float32)).numpy().reshape(3, 4).T
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(jacobians(made, 2), np.tile(expected, (2, 1, 1)), atol=1e-6)


@pytest.mark.parametrize("name", ["digits_cgan", "digits_sngan"])
def test_an_exports_jacobian_is_its_slope(name):
    sampler = ganzoo.load(EXPORTED / name)
    assert has_jacobians(sampler)
    (found,) = jacobians(sampler, 1)
    drawn, step = sampler.inputs(1), 1e-2
    around = np.concatenate([drawn["latents"] + step * sign * np.eye(64, dtype=np.float32)[:8] for sign in (1, -1)])
    held = {key: np.repeat(value, 16, 0) for key, value in drawn.items() if key != "latents"}
    above, below = np.split(sampler.generate(latents=around, **held).reshape(16, -1), 2)
    np.testing.assert_allclose(found[:, :8].T, (above - below) / (2 * step), atol=0.02 * np.abs(found).max())


def test_what_has_no_latents_is_refused():
    made = Made()
    made.inputs = lambda count, seed: {"choices": np.zeros(count)}
    with pytest.raises(UserError, match="no vector of latents"):
        jacobians(made, 1)
    assert not has_jacobians(Sampler("plain", "plain"))
    big = Made()
    big.shape = (4096, 4096, 3)
    with pytest.raises(UserError, match="GB: take fewer"):
        jacobians(big, 32)


def test_the_metric_is_there_for_models_and_not_for_data():
    scores = ganzoo.evaluate(str(EXPORTED / "digits_vae"), metrics=["conditioning"], count=100, log=lambda line: None)
    by_name = {score["name"]: score for score in scores}
    assert by_name["log10 condition number.rank"]["value"] == 16
    assert 2 < by_name["log10 condition number"]["value"] < 8 and by_name["log10 condition number"]["real"] is None
    images = np.random.default_rng(0).integers(0, 256, (200, 8, 8, 1), np.uint8)
    with pytest.raises(UserError, match="conditioning"):
        ganzoo.evaluate(images, images[::-1], metrics=["conditioning"], extractor="pixels", log=lambda line: None)
