import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.networks.began import began_discriminator, began_generator


@pytest.mark.parametrize("size, first_side", [(8, 2), (8, 8), (32, 8), (128, 8)])
@pytest.mark.parametrize("skips", [False, True])
def test_shapes(size, first_side, skips):
    generator = began_generator(size=size, channels=3, latent_dim=6, width=2, first_side=first_side, skips=skips)
    discriminator = began_discriminator(size=size, channels=3, code_dim=5, width=2, first_side=first_side, skips=skips)
    images = generator(tf.random.stateless_normal((2, 6), [0, 1]))
    assert images.shape == discriminator(images).shape == (2, size, size, 3)
    assert images.dtype == discriminator(images).dtype == tf.float32
    code = keras.Model(discriminator.inputs, discriminator.get_layer("code").output)
    assert code(images).shape == (2, 5)
    assert (generator.name, discriminator.name) == ("generator", "discriminator")


def test_the_papers_networks_at_64():
    generator, discriminator = began_generator(), began_discriminator()
    filters = [layer.filters for layer in discriminator.layers if isinstance(layer, keras.layers.Conv2D)]
    encoder, decoder = filters[:12], filters[12:]
    # one layer, then for 64, 32, 16 and 8 two each of n, 2n, 3n, 4n, and one of stride 2 between
    assert encoder == [128] + 3 * [128] + 3 * [256] + 3 * [384] + 2 * [512]
    assert decoder == 8 * [128] + [3]
    assert discriminator.get_layer("down_8_conv_2").output.shape[1:] == (8, 8, 512)
    fully_connected = 64 * 8192 + 8192
    assert generator.count_params() == fully_connected + 8 * (9 * 128 * 128 + 128) + 9 * 128 * 3 + 3
    names = {layer.__class__.__name__ for layer in (*generator.layers, *discriminator.layers)}
    assert names == {"InputLayer", "Conv2D", "Dense", "Flatten", "Reshape", "UpSampling2D", "Activation"}


def test_the_generator_and_the_decoder_are_alike():
    generator = began_generator(size=16, channels=1, latent_dim=5, width=3, first_side=4, skips=True)
    discriminator = began_discriminator(size=16, channels=1, code_dim=5, width=3, first_side=4, skips=True)
    shapes = [weight.shape for weight in generator.weights]
    assert [weight.shape for weight in discriminator.weights][-len(shapes) :] == shapes


def test_every_weight_gets_a_gradient_and_both_are_saved(tmp_path):
    for network in (
        began_generator(size=8, channels=1, latent_dim=4, width=2, first_side=2, skips=True),
        began_discriminator(size=8, channels=1, code_dim=4, width=2, first_side=2, skips=True),
    ):
        inputs = tf.random.stateless_normal((3, *network.inputs[0].shape[1:]), [1, 2])
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(network(inputs)))
        for gradient in tape.gradient(loss, [weight.value for weight in network.trainable_weights]):
            assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0
        network.save(tmp_path / "network.keras")
        again = keras.models.load_model(tmp_path / "network.keras")
        np.testing.assert_allclose(again(inputs), network(inputs), rtol=1e-5, atol=1e-6)


def test_outputs_are_float32_in_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = began_discriminator(size=8, channels=1, code_dim=4, width=2, first_side=4)
        assert network(tf.zeros((1, 8, 8, 1))).dtype == tf.float32
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("make", [began_generator, began_discriminator])
@pytest.mark.parametrize(
    "arguments, named",
    [
        ({"size": 50}, "size"),
        ({"width": 0}, "width"),
        ({"size": 8, "first_side": 16}, "first_side"),
        ({"first_side": 6}, "halved some times"),
    ],
)
def test_bad_arguments_are_named_in_one_line(make, arguments, named):
    with pytest.raises(UserError, match=named):
        make(**arguments)
