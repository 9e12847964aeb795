"""What every layer must do: run, train, rebuild from its config, save and load, and live under mixed precision."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.layers.concat_labels import ConcatLabels
from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm
from ganzoo.layers.generative_basis import GenerativeBasis
from ganzoo.layers.global_sum_pooling import GlobalSumPooling2D
from ganzoo.layers.grouped_conv import GroupedConv2D
from ganzoo.layers.interpolate import InterpolatedDownsampling2D, InterpolatedUpsampling2D
from ganzoo.layers.label_projection import LabelProjection
from ganzoo.layers.latent_chunk import LatentChunk
from ganzoo.layers.maxout import Maxout
from ganzoo.layers.minibatch_discrimination import MinibatchDiscrimination
from ganzoo.layers.self_attention import SelfAttention
from ganzoo.layers.spectral_norm import (
    SpectralNormConv2D,
    SpectralNormConv2DTranspose,
    SpectralNormDense,
    SpectralNormEmbedding,
)
from ganzoo.layers.virtual_batch_norm import DropReference, PrependReference, VirtualBatchNorm

VECTOR, MAP, LABEL = (12,), (4, 6, 8), ()
# Each layer's maker and the shapes of one example of its inputs; () is a label.
LAYERS = {
    "concat_labels": (lambda **kw: ConcatLabels(3, **kw), [MAP, LABEL]),
    "concat_labels_vector": (lambda **kw: ConcatLabels(3, **kw), [VECTOR, LABEL]),
    "conditional_batch_norm": (lambda **kw: ConditionalBatchNorm(3, **kw), [MAP, LABEL]),
    "conditional_batch_norm_vector": (lambda **kw: ConditionalBatchNorm(**kw), [MAP, VECTOR]),
    "conditional_batch_norm_spectral": (lambda **kw: ConditionalBatchNorm(spectral_norm=True, **kw), [MAP, VECTOR]),
    "generative_basis": (lambda **kw: GenerativeBasis(6, side=3, **kw), [VECTOR]),
    "global_sum_pooling": (GlobalSumPooling2D, [MAP]),
    "grouped_conv": (lambda **kw: GroupedConv2D(12, 3, groups=4, padding="same", **kw), [MAP]),
    "interpolated_upsampling": (InterpolatedUpsampling2D, [MAP]),
    "interpolated_downsampling": (InterpolatedDownsampling2D, [MAP]),
    "label_projection": (lambda **kw: LabelProjection(3, **kw), [VECTOR, LABEL]),
    "label_projection_plain": (lambda **kw: LabelProjection(3, spectral_norm=False, **kw), [VECTOR, LABEL]),
    "latent_chunk": (lambda **kw: LatentChunk(3, 8, **kw), [VECTOR]),
    "maxout": (lambda **kw: Maxout(7, pieces=3, **kw), [VECTOR]),
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
}
EVERY = pytest.mark.parametrize("name", LAYERS)


def example(shapes, batch=5, seed=0):
    """Inputs of the given shapes: labels 0, 1, 2, 0 ... for (), else normal values."""
    random = np.random.default_rng(seed)
    arrays = [
        tf.constant(np.arange(batch) % 3, tf.int64)
        if shape == LABEL
        else tf.constant(random.normal(size=(batch, *shape)), tf.float32)
        for shape in shapes
    ]
    return arrays if len(arrays) > 1 else arrays[0]


def model_of(make, shapes, **kwargs):
    """A functional model of one layer."""
    inputs = [keras.Input(shape, dtype="int64" if shape == LABEL else "float32") for shape in shapes]
    return keras.Model(inputs, make(name="layer", **kwargs)(inputs if len(inputs) > 1 else inputs[0]))


@pytest.fixture(autouse=True)
def seed():
    keras.utils.set_random_seed(0)


@EVERY
def test_call_and_shape(name):
    make, shapes = LAYERS[name]
    model = model_of(make, shapes)
    outputs = model(example(shapes))
    symbolic = model.layers[-1].compute_output_shape([(5, *shape) for shape in shapes] if len(shapes) > 1 else (5, *shapes[0]))
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
    again = type(layer).from_config(config)
    assert again.get_config() == config
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
