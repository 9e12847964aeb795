"""Draws of data and of models: without replacement, by a seed, finite, and known by a digest."""

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import ArrayInput
from ganzoo.evaluation.inputs.opening import open_input


def generator(tmp_path, scale=1.0, shift=0.0):
    """A foreign SavedModel that maps latents to images 8 x 8 x 1."""
    module = tf.Module()
    module.weights = tf.Variable(np.random.default_rng(1).standard_normal((4, 64)).astype(np.float32))

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, "latents")])
    def serve(latents):
        return {"images": tf.reshape(tf.tanh(latents @ module.weights), (-1, 8, 8, 1)) * scale + shift}

    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": serve})
    return tmp_path


def test_draws_are_without_replacement_and_follow_the_seed():
    side = ArrayInput(np.arange(40, dtype=np.float32).reshape(20, 2))
    assert len(np.unique(side.examples(7, seed=1), axis=0)) == 7
    np.testing.assert_array_equal(side.examples(7, seed=1), side.examples(7, seed=1))
    assert not np.array_equal(side.examples(7, seed=1), side.examples(7, seed=2))
    assert side.identity(7, 1) != side.identity(7, 2) and side.identity(20, 1) == side.identity(20, 2)
    with pytest.raises(UserError, match="20 examples"):
        side.examples(21)


@pytest.mark.parametrize("size", [2, 3])
def test_two_halves_need_four_examples(size):
    assert [half.size for half in ArrayInput(np.zeros((4, 2), np.float32)).halves()] == [2, 2]
    with pytest.raises(UserError, match=f"array holds {size} examples: two halves of it need at least 4"):
        ArrayInput(np.zeros((size, 2), np.float32)).halves()


def test_a_model_gives_the_same_samples_whatever_their_number(tmp_path):
    side = open_input(generator(tmp_path / "model"))
    assert side.kind == "model" and side.shape == (8, 8, 1) and side.size is None
    many = side.examples(70, seed=3)
    assert many.dtype == np.uint8
    np.testing.assert_array_equal(side.examples(5, seed=3), many[:5])
    keys = {side.key(5, 3), side.key(6, 3), side.key(5, 4)}
    assert len(keys) == 3 and side.key(5, 3) in keys


def test_a_models_key_follows_its_weights(tmp_path):
    one, other = (open_input(generator(tmp_path / name, scale)) for name, scale in (("a", 1.0), ("b", 0.5)))
    assert one.key(5) != other.key(5)


def test_a_model_that_gives_nan_is_refused(tmp_path):
    with pytest.raises(UserError, match="NaN or infinite"):
        open_input(generator(tmp_path / "model", shift=float("nan")))
