"""Parameter counts and layout of AC-GAN's networks for small images."""

import keras
import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.networks.acgan import acgan_discriminator


def test_the_papers_discriminator_of_cifar_10():
    discriminator = acgan_discriminator(32, 3)
    convolutions = 27 * 16 + 16 + 9 * (16 * 32 + 32 * 64 + 64 * 128 + 128 * 256 + 256 * 512)
    norms = 2 * (32 + 64 + 128 + 256 + 512)
    counted = sum(int(np.prod(weight.shape)) for weight in discriminator.trainable_weights)
    assert counted == convolutions + norms + 4 * 4 * 512 + 1
    shapes = [discriminator.get_layer(f"conv_{i}").output.shape[1:] for i in range(1, 7)]
    assert shapes == [(16, 16, 16), (16, 16, 32), (8, 8, 64), (8, 8, 128), (4, 4, 256), (4, 4, 512)]
    assert [layer.rate for layer in discriminator.layers if isinstance(layer, keras.layers.Dropout)] == [0.5] * 6


def test_sizes_that_are_no_power_of_two_are_halved_upwards():
    assert acgan_discriminator(28, 1, width=1).get_layer("conv_6").output.shape[1:] == (4, 4, 32)


@pytest.mark.parametrize("option", [{"size": 4}, {"channels": 0}, {"width": 0}, {"dropout": 1.0}])
def test_what_it_cannot_be_built_with_is_refused(option):
    with pytest.raises(UserError, match=next(iter(option))):
        acgan_discriminator(**option)
