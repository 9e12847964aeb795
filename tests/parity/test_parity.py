"""Networks and losses against the papers' own code: equal weights and batches, equal outputs, losses and gradients.

Each file beside this one holds what that code gave, in float64 by PyTorch 2.13 (BEGAN's by TensorFlow 2.21), for weights and
batches that `drawn` draws again here. It names the repository, its commit and the sizes. README.md says how one is made.
"""

import json
import math
from pathlib import Path

import drawn
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, penalties
from ganzoo.families.began import reconstruction_errors
from ganzoo.layers.spectral_norm import SpectralNormEmbedding
from ganzoo.networks.began import began_discriminator, began_generator
from ganzoo.networks.biggan import biggan_discriminator, biggan_generator
from ganzoo.networks.r3gan import r3gan_discriminator, r3gan_generator
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator

HERE = Path(__file__).parent
CLOSE = {"rtol": 1e-3, "atol": 1e-4}  # of float32 to float64


def read(name):
    return json.loads((HERE / f"{name}.json").read_text())


def filled(network):
    """A network with the weights that `drawn` gives its paths."""
    for variable in network.weights:
        if "moving_" not in variable.path:
            variable.assign(drawn.weight(network.name, variable.path, tuple(variable.shape)))
    for layer in network._flatten_layers():
        if isinstance(layer, SpectralNormEmbedding):
            table = layer.embeddings
            layer.u.assign(drawn.embedding_vectors(network.name, table.path, tuple(table.shape))[1])
    return network


def batch(wanted):
    images, latents, labels = drawn.batch(wanted["size"], wanted["latent_dim"], num_classes=wanted.get("num_classes"))
    images, latents = tf.constant(images, tf.float32), tf.constant(latents, tf.float32)
    return images, latents, None if labels is None else tf.constant(labels, tf.int64)


def seen(network, labels):
    """A network's function of latents or images, in training."""
    return lambda x: network(x if labels is None else [x, labels], training=True)


def assert_gradients(wanted, network, gradients):
    found = {v.path: float(tf.norm(g)) for v, g in zip(network.trainable_variables, gradients, strict=True)}
    assert found.keys() == wanted.keys()
    largest = max(wanted.values())
    for path, norm in wanted.items():
        np.testing.assert_allclose(found[path], norm, rtol=2e-3, atol=1e-5 * largest, err_msg=path)


def play(wanted, generator, discriminator, loss, pressure=()):
    """One step of each player from the drawn weights, without moving: compares all that the reference holds."""
    images, latents, labels = batch(wanted)
    generate, discriminate = seen(filled(generator), labels), seen(filled(discriminator), labels)
    samples = generate(latents)
    with tf.GradientTape() as tape:
        real, fake = discriminate(images), discriminate(samples)
        value = loss.discriminator(real, fake)
        parts = [penalty(discriminate, images, samples) for penalty in pressure]
        value = tf.add_n([value, *parts])
    gradients = tape.gradient(value, discriminator.trainable_variables)
    np.testing.assert_allclose(drawn.summary(samples), wanted["samples"], **CLOSE)
    np.testing.assert_allclose(tf.reshape(real, [-1]), wanted["real_logits"], **CLOSE)
    np.testing.assert_allclose(tf.reshape(fake, [-1]), wanted["fake_logits"], **CLOSE)
    np.testing.assert_allclose(value, wanted["discriminator_loss"], **CLOSE)
    assert_gradients(wanted["discriminator_gradients"], discriminator, gradients)
    with tf.GradientTape() as tape:
        fake = discriminate(generate(latents))
        value = loss.generator(fake, discriminate(images) if loss.needs_real else None)
    gradients = tape.gradient(value, generator.trainable_variables)
    np.testing.assert_allclose(value, wanted["generator_loss"], **CLOSE)
    assert_gradients(wanted["generator_gradients"], generator, gradients)
    return parts


@pytest.mark.parametrize("name", ["sngan_32", "sngan_64", "sngan_128", "cgan_pd_32", "cgan_pd_128"])
def test_mimicrys_residual_networks(name):
    wanted = read(name)
    size, classes = wanted["size"], wanted["num_classes"]
    generator = resnet_generator(size, 3, wanted["latent_dim"], wanted["generator_width"], num_classes=classes)
    discriminator = resnet_discriminator(size, 3, wanted["discriminator_width"], num_classes=classes)
    play(wanted, generator, discriminator, losses.Hinge())


@pytest.mark.parametrize("name", ["biggan_32", "biggan_64", "biggan_128"])
def test_biggans_networks(name):
    wanted = read(name)
    size, width, classes = wanted["size"], wanted["generator_width"], wanted["num_classes"]
    generator = biggan_generator(size, 3, wanted["latent_dim"], width, classes, shared_dim=wanted["shared_dim"])
    play(wanted, generator, biggan_discriminator(size, 3, width, classes), losses.Hinge())


@pytest.mark.parametrize("name", ["r3gan_32", "r3gan_16_labels"])
def test_r3gans_networks_and_penalties(name):
    wanted = read(name)
    options = {name: wanted[name] for name in ("width", "blocks", "group_size", "num_classes")}
    generator = r3gan_generator(wanted["size"], 3, wanted["latent_dim"], **options)
    discriminator = r3gan_discriminator(wanted["size"], 3, **options)
    gamma = wanted["gamma"]
    parts = play(wanted, generator, discriminator, losses.Relativistic(), [penalties.R1(gamma), penalties.R2(gamma)])
    np.testing.assert_allclose(parts, [gamma / 2 * wanted["r1"], gamma / 2 * wanted["r2"]], rtol=1e-3)


def test_began():
    wanted = read("began_32")
    size, width, latent_dim = wanted["size"], wanted["width"], wanted["latent_dim"]
    generator = filled(began_generator(size, 3, latent_dim, width))
    discriminator = filled(began_discriminator(size, 3, latent_dim, width))
    images, latents, _ = batch(wanted)

    def error(x):
        return tf.reduce_mean(reconstruction_errors(x, discriminator(x, training=True), 1))

    samples = generator(latents, training=True)
    with tf.GradientTape() as tape:
        real = error(images)
        value = real - wanted["k"] * error(samples)
    gradients = tape.gradient(value, discriminator.trainable_variables)
    np.testing.assert_allclose(drawn.summary(samples), wanted["samples"], **CLOSE)
    np.testing.assert_allclose(drawn.summary(discriminator(images)), wanted["reconstructions"], **CLOSE)
    np.testing.assert_allclose([real, value], [wanted["real_loss"], wanted["discriminator_loss"]], **CLOSE)
    assert_gradients(wanted["discriminator_gradients"], discriminator, gradients)
    with tf.GradientTape() as tape:
        value = error(generator(latents, training=True))
    gradients = tape.gradient(value, generator.trainable_variables)
    np.testing.assert_allclose(value, wanted["generator_loss"], **CLOSE)
    assert_gradients(wanted["generator_gradients"], generator, gradients)


def test_every_reference_says_where_it_is_from_and_is_small():
    files = list(HERE.glob("*.json"))
    assert sum(file.stat().st_size for file in files) < 2**21
    for file in files:
        wanted = json.loads(file.read_text())
        assert wanted["source"].startswith("github.com/") and len(wanted["commit"]) == 40
        assert all(
            math.isfinite(norm) for player in ("generator", "discriminator") for norm in wanted[f"{player}_gradients"].values()
        )
