"""What every network must do: be called eagerly and symbolically, in half precision too, rebuild, save and load."""

import importlib
import inspect
import pkgutil
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

import ganzoo.networks
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.networks.acgan import acgan_discriminator
from ganzoo.networks.ali import ali_discriminator, ali_encoder, ali_generator
from ganzoo.networks.began import began_discriminator, began_generator
from ganzoo.networks.bigan import dcgan_encoder, dcgan_joint_discriminator, mlp_encoder, mlp_joint_discriminator
from ganzoo.networks.bigan_mlp import bigan_mlp_discriminator, bigan_mlp_encoder, bigan_mlp_generator
from ganzoo.networks.biggan import biggan_discriminator, biggan_generator
from ganzoo.networks.cgan import cgan_discriminator, cgan_generator
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.networks.infogan import recognition_heads
from ganzoo.networks.limits import pixel_encoder, pool_generator
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.networks.r3gan import r3gan_discriminator, r3gan_generator
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator
from ganzoo.networks.stacked import (
    stacked_discriminator_0,
    stacked_discriminator_1,
    stacked_encoder,
    stacked_generator_0,
    stacked_generator_1,
)
from ganzoo.networks.text import cnn_discriminator, lstm_generator
from ganzoo.networks.text_recurrent import rnn_discriminator
from ganzoo.networks.text_to_image import caption_encoder, text_discriminator, text_generator

CLASSES, TOKENS = 3, 4
TEXT = types.SimpleNamespace(vocabulary=Vocabulary(["a", "b", "c"]), shape=(5,))
IMAGES = types.SimpleNamespace(
    num_examples=4, shape=(8, 8, 1), name="images", split="train",
    batches=lambda size, seed: iter([{"image": tf.random.stateless_uniform((size, 8, 8, 1), [seed, 1])}]),
)  # fmt: skip
SMALL = {"size": 8, "channels": 1, "width": 2}
ALI = {"size": 32, "channels": 1, "latent_dim": 3, "width": 2}
R3GAN = {"size": 8, "channels": 1, "width": 4, "blocks": 1, "group_size": 4}
# Each network's maker and tiny arguments.
NETWORKS = {
    acgan_discriminator: {**SMALL},
    ali_generator: ALI,
    ali_encoder: ALI,
    ali_discriminator: {**ALI, "maxout": 2, "hidden_dropout": 0.5},
    bigan_mlp_generator: {"shape": (4, 4, 1), "latent_dim": 3, "width": 4},
    bigan_mlp_encoder: {"shape": (4, 4, 1), "latent_dim": 3, "width": 4},
    bigan_mlp_discriminator: {"shape": (4, 4, 1), "latent_dim": 3, "width": 4},
    began_generator: {**SMALL, "latent_dim": 4, "first_side": 4, "skips": True},
    began_discriminator: {**SMALL, "code_dim": 4, "first_side": 4, "skips": True},
    mlp_encoder: {"shape": (2,), "latent_dim": 3, "width": 4, "batch_norm": True},
    dcgan_encoder: {**SMALL, "latent_dim": 3, "last_side": 2, "kernel_size": 3, "gaussian": True},
    mlp_joint_discriminator: {"shape": (2,), "latent_dim": 3, "width": 4, "maxout": 2, "dropout": 0.5},
    dcgan_joint_discriminator: {
        **SMALL,
        "latent_dim": 3,
        "last_side": 2,
        "kernel_size": 3,
        "latent_width": 4,
        "joint_width": 4,
    },
    biggan_generator: {**SMALL, "latent_dim": 4, "num_classes": CLASSES, "shared_dim": 3, "attention": 8},
    biggan_discriminator: {**SMALL, "num_classes": CLASSES, "attention": 4},
    cgan_generator: {"shape": (2,), "num_classes": CLASSES, "latent_dim": 3, "latent_width": 2, "label_width": 3, "width": 4},
    cgan_discriminator: {"shape": (2,), "num_classes": CLASSES, "image_width": 3, "label_width": 2, "width": 4},
    dcgan_generator: {**SMALL, "latent_dim": 4, "first_side": 2, "kernel_size": 3, "norm": "virtual", "reference_size": 3},
    dcgan_discriminator: {**SMALL, "last_side": 2, "kernel_size": 3, "norm": "spectral", "minibatch_discrimination": True},
    recognition_heads: {"feature_dim": 4, "categories": (2, 3), "continuous": 2, "width": 4, "learned_std": True},
    pool_generator: {"images": IMAGES, "size": 3, "every": 10},
    pixel_encoder: {"shape": (8, 8, 1), "every": 10},
    mlp_generator: {"shape": (2,), "latent_dim": 3, "width": 4, "output": "linear", "num_classes": CLASSES},
    mlp_discriminator: {"shape": (2,), "width": 4, "num_classes": CLASSES},
    r3gan_generator: {**R3GAN, "latent_dim": 4, "num_classes": CLASSES},
    r3gan_discriminator: {**R3GAN, "embedding_dim": 4, "num_classes": CLASSES},
    resnet_generator: {**SMALL, "latent_dim": 4, "num_classes": CLASSES, "interpolation": "nearest"},
    resnet_discriminator: {**SMALL, "num_classes": CLASSES},
    stacked_encoder: {**SMALL, "feature_dim": 4, "num_classes": CLASSES, "dropout": 0.5},
    stacked_generator_1: {"feature_dim": 4, "latent_dim": 3, "num_classes": CLASSES, "width": 4},
    stacked_generator_0: {**SMALL, "feature_dim": 4, "latent_dim": 3, "embedding": 4, "kernel_size": 3, "first_side": 2},
    stacked_discriminator_1: {"feature_dim": 4, "latent_dim": 3, "num_classes": CLASSES, "width": 4},
    stacked_discriminator_0: {**SMALL, "latent_dim": 3, "num_classes": CLASSES},
    cnn_discriminator: {"text": TEXT, "embedding": 3, "filters": {1: 2, 2: 2}},
    lstm_generator: {"text": TEXT, "embedding": 3, "hidden": 3, "depth": 2, "tied": True},
    rnn_discriminator: {"text": TEXT, "embedding": 3, "hidden": 3, "positions": 2},
    caption_encoder: {"vocabulary_size": TOKENS, "length": 5, "width": 3, "embedding_dim": 3, "layers": 1},
    text_generator: {**SMALL, "latent_dim": 4, "embedding_dim": 3, "text_dim": 3},
    text_discriminator: {**SMALL, "embedding_dim": 3, "text_dim": 3},
}
EVERY = pytest.mark.parametrize("make", NETWORKS, ids=lambda make: make.__name__)


def inputs_of(network, rows=4):
    """Inputs that a network takes: normal values, or small numbers where it takes integers."""
    random = np.random.default_rng(0)
    specs = getattr(network, "inputs", [tf.TensorSpec((None, 5), tf.int32)])  # a generator of texts is no functional model
    made = [
        tf.constant(random.integers(0, CLASSES, (rows, *spec.shape[1:])), spec.dtype)
        if "int" in str(spec.dtype)
        else tf.constant(random.normal(size=(rows, *spec.shape[1:])), tf.float32)
        for spec in specs
    ]
    return made if len(made) > 1 else made[0]


def flat(outputs):
    return tf.nest.flatten(outputs)


def test_no_network_is_left_out():
    makers = set()
    for module in pkgutil.iter_modules(ganzoo.networks.__path__, "ganzoo.networks."):
        functions = inspect.getmembers(importlib.import_module(module.name), inspect.isfunction)
        makers |= {function for _, function in functions if function.__module__ == module.name}
    # What makes a network names it, by default after its part; helpers are given a name, and a copy its own.
    names = {function: inspect.signature(function).parameters.get("name") for function in makers}
    assert {function for function, name in names.items() if name is not None and isinstance(name.default, str)} == set(NETWORKS)


@EVERY
def test_a_network_is_called_saved_and_rebuilt(make, tmp_path):
    keras.utils.set_random_seed(0)
    network = make(**NETWORKS[make])
    inputs = inputs_of(network)
    outputs = flat(network(inputs))
    assert all(output.dtype == tf.float32 and np.isfinite(output).all() for output in outputs)
    symbolic = [keras.Input(each.shape[1:], dtype=each.dtype.name) for each in flat(inputs)]
    traced = flat(network(symbolic if len(symbolic) > 1 else symbolic[0]))
    assert [output.shape[1:] for output in traced] == [output.shape[1:] for output in outputs]

    if hasattr(network, "inputs"):
        network(inputs, training=True)  # moves whatever state it has
    network.save(tmp_path / "network.keras")
    again = type(network).from_config(network.get_config())
    again.set_weights(network.get_weights())
    for other in (keras.saving.load_model(tmp_path / "network.keras"), again):
        for one, two in zip(flat(network(inputs)), flat(other(inputs)), strict=True):
            np.testing.assert_array_equal(one, two)


@pytest.fixture
def bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


@EVERY
def test_a_network_in_half_precision_gives_float32(make, bfloat16):
    network = make(**NETWORKS[make])
    assert all(output.dtype == tf.float32 and np.isfinite(output).all() for output in flat(network(inputs_of(network))))
    assert all(weight.dtype in ("float32", "int64", "uint32") for weight in network.weights)
