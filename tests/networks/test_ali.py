"""ALI's networks against the paper's tables: shapes, parameters, where dropout, batch norm and biases are."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.layers.maxout import ChannelMaxout
from ganzoo.networks.ali import ali_discriminator, ali_encoder, ali_generator


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def sides(network, kind):
    """Height of what each convolution writes, in order."""
    return [layer.output.shape[1] for layer in network.layers if isinstance(layer, kind) and layer.kernel_size != (1, 1)]


# Counted by hand along the tables of the paper's appendix: a convolution k x k from a to b channels has k^2 a b weights, a
# batch norm of b channels 2 b; biases have the discriminator's first convolution and its joint layers, the encoder's code, and
# each value of the image.
#   64, encoder:        768 + 401,408 + 819,200 + 3,211,264 + 2,097,152 + 2,432 + 512 x 512 + 512      =  6,794,880
#   64, generator:      2,097,152 + 6,422,528 + 1,638,400 + 1,605,632 + 32,768 + 2,432 + 192 + 12,288  = 11,811,392
#   64, discriminator:  832 + 6,529,024 + 2,304 + 256 x 1,024 + 1,024^2 + 1,536 x 2,048 + 2,048^2 + 2 x 2,048 + 2,049
#                                                                                                      = 15,189,057
#   32, encoder:        2,400 + 32,768 + 131,072 + 524,288 + 2,097,152 + 262,144 + 3,008 + 512 x 128 + 128 = 3,118,496
#   32, generator:      262,144 + 524,288 + 131,072 + 32,768 + 25,600 + 1,024 + 1,088 + 96 + 3,072     =    981,152
#   32, discriminator with maxout of 2, all of whose convolutions have biases: 2,432 + 16,448 + 65,664 + 262,400 + 1,049,088
#       + 64 x 512 + 256 x 512 + 512 x 1,024 + 1,024 + 512 x 1,024 + 1,024 + 513                       =  2,611,009
@pytest.fixture(scope="module")
def networks():
    return {
        64: (ali_encoder(64), ali_generator(64), ali_discriminator(64)),
        32: (ali_encoder(32, latent_dim=64), ali_generator(32, latent_dim=64), ali_discriminator(32, latent_dim=64, maxout=2)),
    }


@pytest.mark.parametrize("size, counts", [(64, (6_794_880, 11_811_392, 15_189_057)), (32, (3_118_496, 981_152, 2_611_009))])
def test_parameters(networks, size, counts):
    assert tuple(trainable(network) for network in networks[size]) == counts


def test_maps_shrink_and_grow_as_in_the_tables(networks):
    encoder, generator, discriminator = networks[64]
    assert sides(encoder, keras.layers.Conv2D) == sides(discriminator, keras.layers.Conv2D) == [63, 29, 13, 4, 1]
    assert sides(generator, keras.layers.Conv2DTranspose) == [4, 13, 29, 63, 64]
    encoder, generator, discriminator = networks[32]
    assert sides(encoder, keras.layers.Conv2D) == sides(discriminator, keras.layers.Conv2D) == [28, 13, 10, 4, 1]
    assert sides(generator, keras.layers.Conv2DTranspose) == [4, 10, 13, 28, 32]


def test_slopes_and_dropout_are_the_papers(networks):
    for size, slope in ((64, 0.02), (32, 0.1)):
        found = [layer.negative_slope for layer in networks[size][0].layers if isinstance(layer, keras.layers.LeakyReLU)]
        np.testing.assert_allclose(found, slope)
    # Before each of 5 convolutions, of 2 layers on the latents, of 2 on both, and before the logit.
    rates = [layer.rate for layer in networks[64][2].layers if isinstance(layer, keras.layers.Dropout)]
    assert rates == [0.2] * 10
    discriminator = ali_discriminator(32, 1, 3, 2, maxout=2, hidden_dropout=0.5)
    rates = {layer.name: layer.rate for layer in discriminator.layers if isinstance(layer, keras.layers.Dropout)}
    assert {name for name, rate in rates.items() if rate == 0.2} == {"down_28_dropout", "latents_1_dropout"}
    assert len(rates) == 10


def test_an_image_is_the_sigmoid_of_logits_with_a_bias_for_each_pixel():
    generator = ali_generator(32, 1, 3, 2)
    bias = generator.get_layer("logits")
    bias.set_weights([np.linspace(-6.0, 6.0, 32 * 32).reshape(32, 32, 1)])
    generator.get_layer("to_image").set_weights([np.zeros((1, 1, 2, 1))])
    np.testing.assert_allclose(generator(tf.zeros((1, 3)))[0], 2 / (1 + np.exp(-bias.bias.numpy())) - 1, atol=1e-6)


def test_channel_maxout_takes_the_larger_of_neighbours():
    values = np.array([[[[1.0, 5.0, -2.0, -3.0]]]])
    np.testing.assert_array_equal(ChannelMaxout(2)(values), [[[[5.0, -2.0]]]])


@pytest.mark.parametrize(
    "arguments, message", [({"size": 16}, "size must be one of 32, 64"), ({"width": 0}, "width"), ({"dropout": 1.0}, "dropout")]
)
def test_sizes_that_are_none_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        ali_discriminator(**arguments)
