"""R3GAN's parameter counts, initialisation and symmetry."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.networks.r3gan import r3gan_discriminator, r3gan_generator


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def block(width, expansion, group_size):
    """1x1 and grouped 3x3 with biases, 1x1 without."""
    wide = width * expansion
    return width * wide + wide + 9 * wide * group_size + wide + wide * width


@pytest.mark.parametrize(("width", "blocks", "expansion", "group_size"), [(32, 2, 2, 16), (24, 1, 4, 8)])
def test_parameters(width, blocks, expansion, group_size):
    options = {"width": width, "blocks": blocks, "expansion": expansion, "group_size": group_size}
    stages = 4 * blocks * block(width, expansion, group_size)
    generator = r3gan_generator(32, 3, latent_dim=10, **options)
    assert trainable(generator) == stages + 16 * width + 10 * width + 3 * width
    discriminator = r3gan_discriminator(32, 3, **options)
    assert trainable(discriminator) == stages + 3 * width + 16 * width + width
    # Labels: an embedding beside the latents; an embedding, and as many outputs as it is long, in place of the logit.
    conditional = r3gan_generator(32, 3, latent_dim=10, num_classes=5, **options)
    assert trainable(conditional) - trainable(generator) == 5 * 10 + 10 * width
    conditional = r3gan_discriminator(32, 3, num_classes=5, embedding_dim=7, **options)
    assert trainable(conditional) - trainable(discriminator) == 5 * 7 + 7 * width - width


def test_stages_of_different_widths_have_transitions():
    options = {"width": (24, 8, 16), "blocks": 1, "group_size": 8}
    stages = sum(block(width, 2, 8) for width in (24, 8, 16)) + 24 * 8 + 8 * 16
    assert trainable(r3gan_generator(16, 1, latent_dim=10, **options)) == stages + 16 * 24 + 10 * 24 + 16
    assert trainable(r3gan_discriminator(16, 1, **options)) == stages + 16 + 16 * 24 + 24


def test_blocks_begin_as_the_identity():
    keras.utils.set_random_seed(0)
    discriminator = r3gan_discriminator(8, 3, width=16)
    first, last = discriminator.get_layer("from_image").output, discriminator.get_layer("down_8_block_2_add").output
    before, after = keras.Model(discriminator.inputs, [first, last])(tf.random.stateless_normal((2, 8, 8, 3), [0, 0]))
    np.testing.assert_array_equal(before, after)


def test_initial_scales():
    keras.utils.set_random_seed(0)
    discriminator = r3gan_discriminator(32, 3, width=64, blocks=2)
    # He's gain for the slope, Fixup's for eight blocks of three layers, and the fan-in of one group of 16.
    gain = np.sqrt(2 / 1.04) * 8**-0.25
    for name, fan_in in (("down_8_block_1_conv_1", 64), ("down_8_block_1_conv_2", 9 * 16)):
        np.testing.assert_allclose(np.std(discriminator.get_layer(name).kernel), gain / fan_in**0.5, rtol=0.03)
    assert not discriminator.get_layer("down_8_block_1_conv_3").kernel.numpy().any()
    logits = discriminator(tf.random.stateless_normal((64, 32, 32, 3), [0, 0]))
    assert 0.01 < np.std(logits) < 10


def test_no_normalisation_and_no_bound():
    generator = r3gan_generator(8, 3, width=16)
    kinds = (keras.layers.BatchNormalization, keras.layers.LayerNormalization, keras.layers.GroupNormalization)
    assert not any(isinstance(layer, kinds) for layer in generator.layers)
    z = tf.random.stateless_normal((2, 64), [0, 0])
    np.testing.assert_allclose(generator(100 * z), 100 * generator(z), rtol=1e-3, atol=1e-3)  # identity blocks
    assert np.abs(r3gan_generator(8, 3, width=16, output="tanh")(100 * z)).max() <= 1.0
