"""Parameter counts and layout of the first conditional GAN's networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.networks.cgan import cgan_discriminator, cgan_generator


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def test_the_papers_networks_on_mnist():
    # 100 to 200 and the label to 1000, both to 1200, to 784; image to 240 x 5 and label to 50 x 5 pieces, both to 240 x 4.
    generator = cgan_generator((28, 28, 1), num_classes=10)
    assert trainable(generator) == 101 * 200 + 11 * 1000 + 1201 * 1200 + 1201 * 784
    discriminator = cgan_discriminator((28, 28, 1), num_classes=10)
    assert trainable(discriminator) == 785 * 240 * 5 + 11 * 50 * 5 + 291 * 240 * 4 + 241
    assert [layer.rate for layer in discriminator.layers if isinstance(layer, keras.layers.Dropout)] == [0.5] * 3


def test_a_label_is_one_hot_to_its_own_layer():
    generator = cgan_generator((2, 2, 1), num_classes=3, latent_dim=4, latent_width=5, label_width=6, width=7)
    seen = keras.Model(generator.inputs, generator.get_layer("one_hot").output)
    np.testing.assert_array_equal(seen([tf.zeros((3, 4)), tf.constant([2, 0, 1])]), np.eye(3)[[2, 0, 1]])
    assert generator.get_layer("pair").output.shape == (None, 11)
    discriminator = cgan_discriminator((2, 2, 1), num_classes=3, image_width=4, label_width=5, width=6, pieces=2, dropout=0.0)
    assert discriminator.get_layer("pair").output.shape == (None, 9)
    assert discriminator.get_layer("features").output.shape == (None, 6)


@pytest.mark.parametrize(
    "make, options",
    [
        (cgan_generator, ["num_classes", "latent_dim", "latent_width", "label_width", "width"]),
        (cgan_discriminator, ["num_classes", "image_width", "label_width", "width", "pieces", "joint_pieces"]),
    ],
)
def test_what_they_cannot_be_built_with_is_refused(make, options):
    for option in options:
        with pytest.raises(UserError, match=option):
            make(**{"shape": (2, 2, 1), "num_classes": 3, option: 0})
    with pytest.raises(UserError, match="dropout"):
        cgan_discriminator((2, 2, 1), 3, dropout=1.0)
