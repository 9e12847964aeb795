"""What every layer must do: run, train, rebuild from its config, save and load, and live under mixed precision."""

import importlib
import inspect
import pkgutil

import keras
import numpy as np
import pytest
import tensorflow as tf

import ganzoo.layers
import ganzoo.networks
from ganzoo.layers.batch_norm import batch_norm
from ganzoo.layers.concat_labels import ConcatLabels
from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm
from ganzoo.layers.convolution import Conv2D, Conv2DTranspose
from ganzoo.layers.generative_basis import GenerativeBasis
from ganzoo.layers.global_sum_pooling import GlobalSumPooling2D
from ganzoo.layers.grouped_conv import GroupedConv2D
from ganzoo.layers.interpolate import Interpolated, InterpolatedDownsampling2D, InterpolatedUpsampling2D
from ganzoo.layers.label_projection import LabelProjection
from ganzoo.layers.latent_chunk import LatentChunk
from ganzoo.layers.maxout import ChannelMaxout, Maxout
from ganzoo.layers.minibatch_discrimination import MinibatchDiscrimination
from ganzoo.layers.mixture import MixtureChoice, MixtureMean, Weights
from ganzoo.layers.pixel_bias import PixelBias
from ganzoo.layers.pixel_noise import NoisedPool, ReadNoise
from ganzoo.layers.self_attention import SelfAttention
from ganzoo.layers.spectral_norm import (
    SpectralNormConv2D,
    SpectralNormConv2DTranspose,
    SpectralNormDense,
    SpectralNormEmbedding,
)
from ganzoo.layers.virtual_batch_norm import DropReference, PrependReference, VirtualBatchNorm
from ganzoo.networks.text import Highway, TokenEmbedding
from ganzoo.networks.text_recurrent import InsideText, NormalisedLSTMCell, TokenFeatures
from ganzoo.networks.text_to_image import TileText, WordMaps

VECTOR, MAP, LABEL, TOKENS = (12,), (4, 6, 8), (), "tokens"
# Each layer's maker and the shapes of one example of its inputs; () is a label, TOKENS are 7 of them.
LAYERS = {
    "concat_labels": (lambda **kw: ConcatLabels(3, **kw), [MAP, LABEL]),
    "concat_labels_vector": (lambda **kw: ConcatLabels(3, **kw), [VECTOR, LABEL]),
    "conditional_batch_norm": (lambda **kw: ConditionalBatchNorm(3, **kw), [MAP, LABEL]),
    "conditional_batch_norm_vector": (lambda **kw: ConditionalBatchNorm(**kw), [MAP, VECTOR]),
    "conditional_batch_norm_spectral": (lambda **kw: ConditionalBatchNorm(spectral_norm=True, **kw), [MAP, VECTOR]),
    "batch_norm": (batch_norm, [MAP]),
    "conv": (lambda **kw: Conv2D(5, 3, strides=2, padding="same", **kw), [MAP]),
    "conv_transpose": (lambda **kw: Conv2DTranspose(5, 3, strides=2, padding="same", activation="relu", **kw), [(2, 3, 8)]),
    "generative_basis": (lambda **kw: GenerativeBasis(6, side=3, **kw), [VECTOR]),
    "global_sum_pooling": (GlobalSumPooling2D, [MAP]),
    "grouped_conv": (lambda **kw: GroupedConv2D(12, 3, groups=4, padding="same", **kw), [MAP]),
    "interpolated_upsampling": (InterpolatedUpsampling2D, [MAP]),
    "interpolated_downsampling": (InterpolatedDownsampling2D, [MAP]),
    "label_projection": (lambda **kw: LabelProjection(3, **kw), [VECTOR, LABEL]),
    "label_projection_plain": (lambda **kw: LabelProjection(3, spectral_norm=False, **kw), [VECTOR, LABEL]),
    "latent_chunk": (lambda **kw: LatentChunk(3, 8, **kw), [VECTOR]),
    "maxout": (lambda **kw: Maxout(7, pieces=3, **kw), [VECTOR]),
    "channel_maxout": (ChannelMaxout, [MAP]),
    "pixel_bias": (PixelBias, [MAP]),
    "minibatch_discrimination": (lambda **kw: MinibatchDiscrimination(kernels=9, dims=3, **kw), [VECTOR]),
    "self_attention": (SelfAttention, [MAP]),
    "self_attention_plain": (lambda **kw: SelfAttention(spectral_norm=False, **kw), [MAP]),
    "spectral_norm_dense": (lambda **kw: SpectralNormDense(5, activation="relu", power_iterations=2, **kw), [VECTOR]),
    "spectral_norm_conv": (lambda **kw: SpectralNormConv2D(5, 3, strides=2, padding="same", **kw), [MAP]),
    "spectral_norm_conv_transpose": (
        lambda **kw: SpectralNormConv2DTranspose(5, 3, strides=2, padding="same", use_bias=False, **kw),
        [MAP],
    ),
    "spectral_norm_embedding": (lambda **kw: SpectralNormEmbedding(3, 5, **kw), [LABEL]),
    "virtual_batch_norm": (lambda **kw: VirtualBatchNorm(size=3, **kw), [MAP]),
    "virtual_batch_norm_vector": (lambda **kw: VirtualBatchNorm(size=3, **kw), [VECTOR]),
    "prepend_reference": (lambda **kw: PrependReference(size=3, **kw), [VECTOR]),
    "drop_reference": (lambda **kw: DropReference(size=3, **kw), [VECTOR]),
    "mixture_mean": (lambda **kw: MixtureMean(12, **kw), [VECTOR]),
    "read_noise": (lambda **kw: ReadNoise(5, **kw), [MAP]),
    "token_embedding": (lambda **kw: TokenEmbedding(3, 5, **kw), [TOKENS]),
    "token_features": (lambda **kw: TokenFeatures(3, 5, vectors_size=2, train_vectors=True, positions=2, **kw), [TOKENS]),
    "highway": (Highway, [VECTOR]),
    "normalised_lstm": (lambda **kw: keras.layers.RNN(NormalisedLSTMCell(5, **kw), return_sequences=True, **kw), [(7, 4)]),
    "inside_text": (InsideText, [(7, 1), TOKENS]),
    "word_maps": (lambda **kw: WordMaps(3, 5, **kw), [TOKENS]),
    "tile_text": (TileText, [MAP, VECTOR]),
}
# These are none of a network's trained layers and have tests of their own: a choice and a pool pass no gradient, a cell is
# part of an RNN, and the base of both mixtures computes nothing.
APART = {Interpolated, MixtureChoice, NoisedPool, NormalisedLSTMCell, Weights}  # a base, and what others hold
EVERY = pytest.mark.parametrize("name", LAYERS)


def example(shapes, batch=5, seed=0):
    """Inputs of the given shapes: labels 0, 1, 2, 0 ... for (), else normal values."""
    random = np.random.default_rng(seed)
    arrays = [
        tf.constant(np.arange(batch) % 3, tf.int64)
        if shape == LABEL
        else tf.constant(random.integers(0, 3, (batch, 7)), tf.int32)
        if shape == TOKENS
        else tf.constant(random.normal(size=(batch, *shape)), tf.float32)
        for shape in shapes
    ]
    return arrays if len(arrays) > 1 else arrays[0]


def whole(shape):
    return (7,) if shape == TOKENS else shape


def every_layer():
    """All layers that the rooms of layers and networks define."""
    found = set()
    for room in (ganzoo.layers, ganzoo.networks):
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            values = vars(importlib.import_module(module.name)).values()
            found |= {each for each in values if isinstance(each, type) and each.__module__ == module.name}
    return {each for each in found if issubclass(each, keras.layers.Layer) and not issubclass(each, keras.Model)}


def test_no_layer_is_left_out():
    made = {type(make(name="layer")) for make, _ in LAYERS.values()} - {keras.layers.RNN}
    assert made | APART == every_layer()


@pytest.mark.parametrize(
    "layer",
    [MixtureChoice(3), NoisedPool(4, (2, 2, 1), 2), NormalisedLSTMCell(5, layer_norm=False), Weights(3)],
    ids=lambda layer: type(layer).__name__,
)
def test_what_stands_apart_has_a_config_too(layer):
    config = layer.get_config()
    assert type(layer).from_config(config).get_config() == config
    assert keras.saving.get_registered_name(type(layer)) == f"ganzoo>{type(layer).__name__}"


def model_of(make, shapes, **kwargs):
    """A functional model of one layer."""
    dtypes = {LABEL: "int64", TOKENS: "int32"}
    inputs = [keras.Input(whole(shape), dtype=dtypes.get(shape, "float32")) for shape in shapes]
    return keras.Model(inputs, make(name="layer", **kwargs)(inputs if len(inputs) > 1 else inputs[0]))


@pytest.fixture(autouse=True)
def seed():
    keras.utils.set_random_seed(0)


@EVERY
def test_call_and_shape(name):
    make, shapes = LAYERS[name]
    model = model_of(make, shapes)
    outputs = model(example(shapes))
    taken = [(5, *whole(shape)) for shape in shapes]
    symbolic = model.layers[-1].compute_output_shape(taken if len(taken) > 1 else taken[0])
    assert tuple(outputs.shape) == tuple(symbolic)
    assert tuple(outputs.shape[1:]) == tuple(model.outputs[0].shape[1:])
    assert np.isfinite(outputs).all()


@EVERY
def test_every_weight_trains(name):
    make, shapes = LAYERS[name]
    model = model_of(make, shapes)
    if name.startswith("self_attention"):
        model.layers[-1].gamma.assign(0.5)  # it begins switched off
    variables = [variable.value for variable in model.trainable_variables]
    with tf.GradientTape() as tape:
        outputs = model(example(shapes), training=True)
        loss = tf.reduce_sum(outputs * np.random.default_rng(1).normal(size=outputs.shape).astype("float32"))
    gradients = tape.gradient(loss, variables)
    assert all(gradient is not None for gradient in gradients)
    dense = [tf.convert_to_tensor(gradient).numpy() for gradient in gradients]
    assert all(np.isfinite(gradient).all() and np.abs(gradient).max() > 0 for gradient in dense)
    before = [variable.numpy() for variable in variables]
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.apply(gradients, model.trainable_variables)
    assert all(np.abs(v.numpy() - b).max() > 1e-4 for v, b in zip(variables, before, strict=True))


@EVERY
def test_config_rebuilds_the_layer(name):
    make, _ = LAYERS[name]
    layer = make(name="layer")
    config = layer.get_config()
    again = type(layer).from_config(dict(config))  # Keras' RNN takes its cell out of what it is given
    assert again.get_config() == config
    if not isinstance(layer, keras.layers.RNN):
        for argument, parameter in inspect.signature(type(layer).__init__).parameters.items():
            if argument != "self" and parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                assert argument in config
                assert hasattr(layer, argument)
        assert keras.saving.get_registered_name(type(layer)) == f"ganzoo>{type(layer).__name__}"


@EVERY
def test_saved_model_gives_equal_outputs(name, tmp_path):
    make, shapes = LAYERS[name]
    model = model_of(make, shapes)
    inputs = example(shapes)
    model(inputs, training=True)  # moves whatever state it has
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    np.testing.assert_array_equal(copy(inputs), model(inputs))


@EVERY
def test_mixed_precision(name):
    make, shapes = LAYERS[name]
    half, full = model_of(make, shapes, dtype="mixed_bfloat16"), model_of(make, shapes)
    full.set_weights(half.get_weights())
    inputs = example(shapes)
    outputs = half(inputs, training=True)
    assert outputs.dtype == tf.bfloat16
    assert all(weight.dtype in ("float32", "int64") for weight in half.weights)
    exact = full(inputs, training=True).numpy()
    np.testing.assert_allclose(tf.cast(outputs, tf.float32), exact, atol=0.05 * np.abs(exact).max())
    # State must not lose precision: both hold the same, up to what the inputs lost.
    for a, b in zip(half.non_trainable_weights, full.non_trainable_weights, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=0.02)
