"""Parameter counts, initialisation and layout of DCGAN's networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.layers.spectral_norm import SpectralNorm
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


# The discriminators of Arora and Zhang's study of support size, with biases: 64x64x3 images, widths 16 to 128.
STUDY = {
    16: 272_737,
    32: 1_083_073,
    48: 2_431_009,
    64: 4_316_545,
    80: 6_739_681,
    96: 9_700_417,
    112: 13_198_753,
    128: 17_234_689,
}


@pytest.mark.parametrize("width", STUDY)
def test_discriminator_has_the_studys_parameters(width):
    assert trainable(dcgan_discriminator(64, 3, width, use_bias=True)) == STUDY[width]
    # The three convolutions before a batch norm need no bias: 2, 4 and 8 times the width fewer.
    assert trainable(dcgan_discriminator(64, 3, width)) == STUDY[width] - 14 * width


def test_generator_has_the_papers_parameters():
    # 1024 channels at 4x4 as in the paper: fc, three normalised 5x5 stages, and the last with a bias instead.
    stages = 100 * 16 * 1024 + 25 * (1024 * 512 + 512 * 256 + 256 * 128) + 2 * (1024 + 512 + 256 + 128)
    assert trainable(dcgan_generator(64, 3, latent_dim=100, width=128)) == stages + 25 * 128 * 3 + 3
    biases = 16 * 1024 + 512 + 256 + 128
    assert trainable(dcgan_generator(64, 3, 100, 128, use_bias=True)) == stages + 25 * 128 * 3 + 3 + biases


def test_smallest_size():
    assert trainable(dcgan_generator(8, 1, latent_dim=10, width=6)) == 10 * 16 * 6 + 2 * 6 + 25 * 6 + 1
    assert trainable(dcgan_discriminator(8, 1, width=6)) == 25 * 6 + 6 + 16 * 6 + 1


def counts(network):
    """The parameters of each layer with a kernel, as the papers' tables list them."""
    return {layer.name: layer.count_params() for layer in network.layers if hasattr(layer, "kernel")}


def test_infogans_networks_for_mnist():
    # Table 1 of the paper: fc 1024, fc 7x7x128, 4x4 up 64, 4x4 up 1; 4x4 down 64, 4x4 down 128, fc 1024, the logit.
    generator = dcgan_generator(28, 1, latent_dim=74, width=64, first_side=7, kernel_size=4, hidden=1024)
    dense = {"hidden": 74 * 1024, "up_7": 1024 * 7 * 7 * 128}
    assert counts(generator) == {**dense, "up_14": 16 * 128 * 64, "up_28": 16 * 64 + 1}
    assert trainable(generator) == sum(counts(generator).values()) + 2 * (1024 + 128 + 64)
    discriminator = dcgan_discriminator(28, 1, width=64, last_side=7, kernel_size=4, hidden=1024, slope=0.1)
    convolutions = {"down_14": 16 * 64 + 64, "down_7": 16 * 64 * 128}
    assert counts(discriminator) == {**convolutions, "hidden": 7 * 7 * 128 * 1024, "logits": 1025}
    assert trainable(discriminator) == sum(counts(discriminator).values()) + 2 * (128 + 1024)
    assert discriminator.get_layer("features").output.shape == (None, 1024)
    slopes = {layer.negative_slope for layer in discriminator.layers if isinstance(layer, keras.layers.LeakyReLU)}
    assert slopes == {0.1}


def test_wgan_gps_networks_for_mnist():
    # gan_mnist.py with DIM 64: 4x4x256, 8x8x128 cropped to 7x7, 14x14x64, 28x28x1, and back by 14, 7 and 4; no norms.
    generator = dcgan_generator(28, 1, latent_dim=128, width=64, norm="none")
    maps = {"up_4": 129 * 4096, "up_7": 25 * 256 * 128 + 128, "up_14": 25 * 128 * 64 + 64, "up_28": 25 * 64 + 1}
    assert counts(generator) == maps and trainable(generator) == sum(maps.values())
    assert generator.get_layer("up_7").output.shape[1:] == (8, 8, 128)
    assert generator.get_layer("up_7_crop").output.shape[1:] == (7, 7, 128)
    critic = dcgan_discriminator(28, 1, width=64, norm="none")
    maps = {"down_14": 25 * 64 + 64, "down_7": 25 * 64 * 128 + 128, "down_4": 25 * 128 * 256 + 256, "logits": 4097}
    assert counts(critic) == maps and trainable(critic) == sum(maps.values())


def test_dcgans_networks_for_mnist_see_labels_in_their_dense_layer_too():
    # The authors' train_cond_dcgan.py with ngf = ndf = 64.
    generator = dcgan_generator(28, 1, latent_dim=100, width=64, first_side=7, hidden=1024, num_classes=10)
    dense = {"hidden": 110 * 1024, "up_7": 1034 * 7 * 7 * 128}
    assert counts(generator) == {**dense, "up_14": 25 * 138 * 64, "up_28": 25 * 74 + 1}
    discriminator = dcgan_discriminator(28, 1, width=64, last_side=7, hidden=1024, num_classes=10)
    convolutions = {"down_14": 25 * 11 * 64 + 64, "down_7": 25 * 74 * 128}
    assert counts(discriminator) == {**convolutions, "hidden": (7 * 7 * 128 + 10) * 1024, "logits": 1035}


@pytest.mark.parametrize("norms", [("virtual", "spectral"), ("none", "layer")])
def test_a_dense_layer_is_normalised_as_the_others_are(norms):
    generator = dcgan_generator(9, 1, latent_dim=4, width=2, first_side=3, norm=norms[0], reference_size=3, hidden=6)
    discriminator = dcgan_discriminator(9, 1, width=2, last_side=3, norm=norms[1], hidden=6, dropout=0.5)
    names = [layer.name for network in (generator, discriminator) for layer in network.layers if "hidden" in layer.name]
    kept = ["hidden", "hidden_norm", "hidden_relu"]
    ours = kept if norms[0] == "virtual" else [kept[0], kept[2]]
    assert names == [*ours, *(kept if norms[1] == "layer" else [kept[0], kept[2]]), "hidden_dropout"]
    assert isinstance(discriminator.get_layer("hidden"), SpectralNorm) == (norms[1] == "spectral")
    assert discriminator(generator(tf.zeros((2, 4)))).shape == (2, 1)


def test_labels_enter_every_layer():
    generator = dcgan_generator(16, 1, latent_dim=10, width=6, kernel_size=3, num_classes=4)
    assert trainable(generator) == 14 * 16 * 12 + 24 + 9 * (12 + 4) * 6 + 12 + 9 * (6 + 4) * 1 + 1
    discriminator = dcgan_discriminator(16, 1, width=6, kernel_size=3, num_classes=4)
    assert trainable(discriminator) == 9 * 5 * 6 + 6 + 9 * 10 * 12 + 24 + 16 * 12 + 4 + 1


def test_channels_halve_while_the_side_doubles():
    generator = dcgan_generator(128, 3, width=4)
    shapes = [tuple(generator.get_layer(f"up_{side}").output.shape[1:]) for side in (8, 16, 32, 64, 128)]
    assert generator.get_layer("reshape").output.shape[1:] == (4, 4, 64)
    assert shapes == [(8, 8, 32), (16, 16, 16), (32, 32, 8), (64, 64, 4), (128, 128, 3)]
    discriminator = dcgan_discriminator(128, 3, width=4)
    shapes = [tuple(discriminator.get_layer(f"down_{side}").output.shape[1:]) for side in (64, 32, 16, 8, 4)]
    assert shapes == [(64, 64, 4), (32, 32, 8), (16, 16, 16), (8, 8, 32), (4, 4, 64)]


def test_initialisation_and_guidelines():
    keras.utils.set_random_seed(0)
    networks = dcgan_generator(32, 3, width=32), dcgan_discriminator(32, 3, width=32)
    for network in networks:
        norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
        assert len(norms) == (3 if network is networks[0] else 2)
        for layer in network.layers:
            if hasattr(layer, "kernel"):
                np.testing.assert_allclose(np.std(layer.kernel), 0.02, rtol=0.1)
                np.testing.assert_allclose(np.mean(layer.kernel), 0.0, atol=0.003)
        gains = np.concatenate([layer.gamma.numpy() for layer in norms])
        np.testing.assert_allclose([gains.mean(), gains.std()], [1.0, 0.02], atol=0.01)
        assert {(layer.momentum, layer.epsilon) for layer in norms} == {(0.9, 1e-5)}
    # None at the generator's output nor at the discriminator's input.
    names = [layer.name for layer in networks[0].layers]
    assert "up_32_norm" not in names
    assert "down_16_norm" not in [layer.name for layer in networks[1].layers]
    slopes = {layer.negative_slope for layer in networks[1].layers if isinstance(layer, keras.layers.LeakyReLU)}
    assert slopes == {0.2}


@pytest.mark.parametrize(("norm", "depends"), [("batch", True), ("layer", False), ("none", False)])
def test_only_batch_norm_mixes_a_batch(norm, depends):
    # A penalty on the gradient of one image's logit must not see the others.
    keras.utils.set_random_seed(0)
    x = tf.random.stateless_normal((4, 16, 16, 1), [0, 0])
    discriminator = dcgan_discriminator(16, 1, width=4, norm=norm)
    among_some = discriminator(x, training=True)[:1]
    among_others = discriminator(tf.concat([x[:1], 5 * x[1:]], 0), training=True)[:1]
    assert (np.abs(among_some - among_others).max() > 1e-4) == depends


def test_spectral_norm_is_everywhere():
    discriminator = dcgan_discriminator(16, 1, width=4, norm="spectral")
    spectral = [layer for layer in discriminator.layers if isinstance(layer, SpectralNorm)]
    assert [layer.name for layer in spectral] == ["down_8", "down_4", "logits"]
    assert all(layer.use_bias for layer in spectral)


def test_a_discriminator_can_have_a_logit_for_each_class_and_drop_outputs_while_training():
    discriminator = dcgan_discriminator(16, 1, width=6, kernel_size=3, dropout=0.25, outputs=4)
    assert trainable(discriminator) == 9 * 6 + 6 + 9 * 6 * 12 + 24 + (16 * 12 + 1) * 4
    assert [layer.rate for layer in discriminator.layers if isinstance(layer, keras.layers.Dropout)] == [0.25, 0.25]
    images = tf.random.stateless_uniform((3, 16, 16, 1), [0, 0], -1, 1)
    assert discriminator(images).shape == (3, 4)
    np.testing.assert_array_equal(discriminator(images), discriminator(images, training=False))
    assert np.abs(discriminator(images, training=True) - discriminator(images, training=True)).max() > 0


@pytest.mark.parametrize("network", [dcgan_generator, dcgan_discriminator])
@pytest.mark.parametrize(
    "option", [{"size": 300}, {"channels": 0}, {"width": 0}, {"kernel_size": 1}, {"num_classes": 0}, {"hidden": 0}]
)
def test_both_networks_refuse_what_they_cannot_be_built_with(network, option):
    with pytest.raises(UserError, match=next(iter(option))):
        network(**{"size": 16, "channels": 1, "width": 4, **option})


def test_both_networks_refuse_other_smallest_maps_than_halving_reaches():
    with pytest.raises(UserError, match="size 16 halves to 8, 4, 2, 1, not to smallest maps of 3"):
        dcgan_discriminator(16, 1, 4, last_side=3)
    with pytest.raises(UserError, match="size 28 halves to 14, 7, 4, 2, 1, not to smallest maps of 28"):
        dcgan_generator(28, 1, width=4, first_side=28)


@pytest.mark.parametrize("size", [7, 257, 28.0, None])
def test_a_size_is_a_whole_number_in_reach(size):
    with pytest.raises(UserError, match="size must be a whole number from 8 to 256"):
        dcgan_generator(size, 1, width=2)
