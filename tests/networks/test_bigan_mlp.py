"""BiGAN's networks for MNIST: parameters, and where the latents come in."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.networks.bigan_mlp import bigan_mlp_discriminator, bigan_mlp_encoder, bigan_mlp_generator


def test_parameters():
    # No biases and no gains: 784 x 1,024, 1,024^2, and 50 x 1,024 or 1,024 for what is joined and put out.
    counts = [
        (bigan_mlp_generator(), 50 * 1024 + 1024**2 + 50 * 1024 + 1024 * 784),
        (bigan_mlp_encoder(), 784 * 1024 + 1024**2 + 1024 * 50),
        (bigan_mlp_discriminator(), 784 * 1024 + 1024**2 + 50 * 1024 + 1024),
    ]
    for network, count in counts:
        assert sum(int(np.prod(weight.shape)) for weight in network.trainable_weights) == count


def test_the_second_layer_sees_the_latents_again():
    generator = bigan_mlp_generator((2, 2, 1), 3, 4)
    latents = tf.random.stateless_normal((5, 3), [0, 0])
    generator.get_layer("hidden_1").set_weights([np.zeros((3, 4))])
    assert np.ptp(generator(latents), axis=0).max() > 0
    generator.get_layer("latents_2").set_weights([np.zeros((3, 4))])
    assert np.ptp(generator(latents), axis=0).max() == 0
    discriminator = bigan_mlp_discriminator((2, 2, 1), 3, 4)
    assert np.ptp(discriminator([tf.zeros((5, 2, 2, 1)), latents])) > 0


def test_an_image_is_the_sigmoid_of_its_logits():
    generator = bigan_mlp_generator((2, 2, 1), 3, 4)
    latents = 10 * tf.random.stateless_normal((5, 3), [0, 0])
    logits = keras.Model(generator.inputs, generator.get_layer("reshape").output)(latents)
    np.testing.assert_allclose(generator(latents), 2 / (1 + np.exp(-logits)) - 1, atol=1e-6)


def test_sizes_that_are_none_are_refused():
    with pytest.raises(UserError, match="width must be a positive integer, not 0"):
        bigan_mlp_encoder(width=0)
    with pytest.raises(UserError, match="each axis of shape"):
        bigan_mlp_generator((28, 0, 1))
