"""The layers of a few lines against NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.layers.concat_labels import ConcatLabels
from ganzoo.layers.generative_basis import GenerativeBasis
from ganzoo.layers.global_sum_pooling import GlobalSumPooling2D
from ganzoo.layers.interpolate import InterpolatedDownsampling2D, InterpolatedUpsampling2D
from ganzoo.layers.label_projection import LabelProjection
from ganzoo.layers.latent_chunk import LatentChunk
from ganzoo.layers.maxout import Maxout

RANDOM = np.random.default_rng(0)


def test_maxout():
    layer = Maxout(4, pieces=3)
    x = RANDOM.normal(size=(5, 6)).astype("float32")
    layer.build(x.shape)
    layer.bias.assign(RANDOM.normal(size=12))
    linear = x @ layer.kernel.numpy() + layer.bias.numpy()
    np.testing.assert_allclose(layer(x), linear.reshape(5, 4, 3).max(-1), rtol=1e-5, atol=1e-6)
    assert layer.count_params() == 12 * 7


def test_labels_are_maps_at_every_position():
    x = RANDOM.normal(size=(2, 3, 4, 5)).astype("float32")
    outputs = ConcatLabels(3)([x, tf.constant([2, 0], tf.int64)]).numpy()
    np.testing.assert_array_equal(outputs[..., :5], x)
    np.testing.assert_array_equal(outputs[0, ..., 5:], np.broadcast_to([0, 0, 1], (3, 4, 3)))
    np.testing.assert_array_equal(outputs[1, ..., 5:], np.broadcast_to([1, 0, 0], (3, 4, 3)))


def test_sum_pooling():
    x = RANDOM.normal(size=(2, 3, 4, 5)).astype("float32")
    np.testing.assert_allclose(GlobalSumPooling2D()(x), x.sum((1, 2)), rtol=1e-5)


def test_label_projection_is_an_inner_product():
    keras.utils.set_random_seed(0)
    x = RANDOM.normal(size=(4, 6)).astype("float32")
    labels = tf.constant([2, 0, 1, 1], tf.int64)
    plain, spectral = LabelProjection(3, spectral_norm=False), LabelProjection(3)
    plain([x, labels])
    table = plain.embedding.embeddings.numpy()
    np.testing.assert_allclose(plain([x, labels])[:, 0], (x * table[labels]).sum(-1), rtol=1e-5)
    for _ in range(60):
        outputs = spectral([x, labels], training=True)
    table = spectral.embedding.embeddings.numpy()
    table /= np.linalg.svd(table, compute_uv=False)[0]
    np.testing.assert_allclose(outputs[:, 0], (x * table[labels]).sum(-1), rtol=1e-3)


def test_latent_chunk():
    x = RANDOM.normal(size=(2, 9)).astype("float32")
    np.testing.assert_array_equal(LatentChunk(3, 6)(x), x[:, 3:6])


def test_generative_basis():
    layer = GenerativeBasis(5)
    x = RANDOM.normal(size=(3, 7)).astype("float32")
    outputs = layer(x)
    expected = layer.basis.numpy()[None] * (x @ layer.kernel.numpy())[:, None, None]
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-6)
    assert layer.count_params() == 16 * 5 + 7 * 5


# R3GAN's code convolves [1, 2, 1] with [1, 1], and pads with zeros: the values are of its reference resamplers.
def along_both(layer, values):
    """A layer's outputs for maps that vary along one axis alone, read in the middle of the other: by rows, by columns."""
    maps = np.tile(np.float32(values), (8, 1))
    rows, columns = layer(maps[None, :, :, None]), layer(maps.T[None, :, :, None])
    return rows[0, rows.shape[1] // 2, :, 0], columns[0, :, columns.shape[2] // 2, 0]


def test_doubling_interpolates_by_1_3_3_1():
    for line in along_both(InterpolatedUpsampling2D(), [0, 2, 6]):
        np.testing.assert_allclose(line, [0, 0.5, 1.5, 3, 5, 4.5])


def test_halving_weighs_by_1_3_3_1():
    for line in along_both(InterpolatedDownsampling2D(), [1, 3, 5, 11]):
        np.testing.assert_allclose(line, [2.125, 6.375])


@pytest.mark.parametrize("layer", [InterpolatedUpsampling2D(), InterpolatedDownsampling2D()], ids=["up", "down"])
def test_resampling_keeps_constants_inside_and_commutes_with_mirroring(layer):
    constant = layer(tf.fill([1, 8, 8, 2], 3.0)).numpy()
    np.testing.assert_array_equal(constant[:, 1:-1, 1:-1], 3.0)
    np.testing.assert_array_less(constant[:, 0], 3.0)  # outside is 0
    x = RANDOM.normal(size=(2, 6, 4, 3)).astype("float32")
    for axis in (1, 2):
        np.testing.assert_allclose(layer(np.flip(x, axis)), np.flip(layer(x), axis), atol=1e-6)


@pytest.mark.parametrize("kind", [InterpolatedUpsampling2D, InterpolatedDownsampling2D])
def test_a_network_saved_with_another_filter_is_refused(kind):
    config = kind(name="double").get_config()
    assert kind.from_config(config).name == "double"
    of_old = {key: value for key, value in config.items() if key != "filter"}
    with pytest.raises(UserError, match=r"saved with the filter \[1, 2, 1\]; now it is \[1, 3, 3, 1\]"):
        kind.from_config(of_old)


def test_a_basis_begins_at_unit_variance_and_keeps_that_of_its_latents():
    layer = GenerativeBasis(512, side=4)
    layer.build((None, 64))
    assert layer.basis.numpy().std() == pytest.approx(1, abs=0.05)
    assert layer.kernel.numpy().std() == pytest.approx(1 / 8, abs=0.01)
