"""Parameter counts of mimicry's networks, and what the options change."""

from itertools import pairwise

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.layers.spectral_norm import SpectralNorm
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def convolution(before, after, kernel_size=3):
    return kernel_size**2 * before * after + after


def up(before, after):
    """Two convolutions, a shortcut and two batch norms."""
    shortcut = convolution(before, after, 1)
    return convolution(before, after) + convolution(after, after) + shortcut + 2 * before + 2 * after


def down(before, after, hidden, shortcut=True):
    return convolution(before, hidden) + convolution(hidden, after) + shortcut * convolution(before, after, 1)


def generator_count(start, widths):
    blocks = sum(up(*pair) for pair in pairwise(widths))
    return 129 * start**2 * widths[0] + blocks + 2 * widths[-1] + convolution(widths[-1], 3)


def discriminator_count(widths):
    blocks = down(3, widths[0], widths[0])
    for before, after in pairwise(widths):
        blocks += down(before, after, before)
    return blocks + widths[-1] + 1


WIDE = [64, 128, 256, 512, 1024]


@pytest.mark.parametrize(
    ("size", "generator", "discriminator"),
    [
        (32, generator_count(4, [256] * 4), None),
        (48, generator_count(6, [512, 256, 128, 64]), discriminator_count(WIDE)),
        (64, generator_count(4, [1024, 512, 256, 128, 64]), discriminator_count(WIDE)),
        (
            128,
            generator_count(4, [1024, 1024, 512, 256, 128, 64]),
            # The last block neither halves nor widens: its shortcut has no weights.
            discriminator_count(WIDE) + down(1024, 1024, 1024, shortcut=False),
        ),
    ],
)
def test_parameters(size, generator, discriminator):
    assert trainable(resnet_generator(size)) == generator
    if discriminator is None:
        first = down(3, 128, 128)
        discriminator = first + down(128, 128, 128) + 2 * down(128, 128, 128, shortcut=False) + 129
        # As StudioGAN's logs have it for this network: 4.28 million in the generator.
        assert (generator, discriminator) == (4_276_739, 1_053_825)
    assert trainable(resnet_discriminator(size)) == discriminator


def test_labels_add_gains_and_a_projection():
    plain, conditional = resnet_generator(32, width=16), resnet_generator(32, width=16, num_classes=10)
    # Six conditional norms with a gain and a bias for each label instead of one each.
    assert trainable(conditional) - trainable(plain) == 6 * 2 * 16 * (10 - 1)
    plain, conditional = resnet_discriminator(32, width=16), resnet_discriminator(32, width=16, num_classes=10)
    assert trainable(conditional) - trainable(plain) == 10 * 16


def test_layer_norm_adds_a_gain_and_a_bias_for_each_channel():
    plain = resnet_discriminator(32, width=16, norm="none")
    layered = resnet_discriminator(32, width=16, norm="layer")
    assert trainable(layered) - trainable(plain) == 3 * 2 * 2 * 16
    assert trainable(plain) == trainable(resnet_discriminator(32, width=16))
    assert not any(isinstance(layer, SpectralNorm) for layer in plain.layers)


def test_spectral_norm_is_everywhere():
    discriminator = resnet_discriminator(32, width=16, num_classes=3)
    vectors = [weight for weight in discriminator.weights if weight.path.endswith("/u")]
    kernels = [w for w in discriminator.trainable_weights if w.path.endswith(("kernel", "embeddings"))]
    assert len(vectors) == len(kernels) == 2 * 4 + 2 + 2


def test_pooling():
    keras.utils.set_random_seed(0)
    total, mean = (resnet_discriminator(32, width=8, norm="none", pooling=pooling) for pooling in ("sum", "mean"))
    mean.set_weights(total.get_weights())
    x = tf.random.stateless_normal((2, 32, 32, 3), [0, 0])
    features = [keras.Model(net.inputs, net.get_layer("features").output)(x) for net in (total, mean)]
    np.testing.assert_allclose(features[0], 64 * features[1], rtol=1e-4, atol=1e-5)


def test_residual_gain():
    keras.utils.set_random_seed(0)
    generator = resnet_generator(32, width=64)
    bound = np.sqrt(6 / (9 * 64 + 9 * 64))
    np.testing.assert_allclose(np.abs(generator.get_layer("up_8_conv_1").kernel).max(), 2**0.5 * bound, rtol=0.01)
    bound = np.sqrt(6 / (64 + 64))
    np.testing.assert_allclose(np.abs(generator.get_layer("up_8_shortcut").kernel).max(), bound, rtol=0.01)
    bound = np.sqrt(6 / (9 * 64 + 9 * 3))
    np.testing.assert_allclose(np.abs(generator.get_layer("to_image").kernel).max(), bound, rtol=0.01)
