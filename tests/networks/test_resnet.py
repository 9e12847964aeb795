"""Parameter counts of mimicry's networks, and what the options change."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.layers.spectral_norm import SpectralNorm
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


# Counted by hand along mimicry's layer tables (torch_mimicry/nets/sngan). A convolution k x k from a to b channels has
# k^2 a b + b weights, a batch norm of a channels 2 a.
#
# A generator's block a -> b: conv3 a-b, conv3 b-b, conv1 a-b, batch norms of a and of b.
#   1024 -> 1024: 9,438,208 + 9,438,208 + 1,049,600 + 4,096 = 19,930,112
#   1024 ->  512: 4,719,104 + 2,359,808 +   524,800 + 3,072 =  7,606,784
#    512 ->  256: 1,179,904 +   590,080 +   131,328 + 1,536 =  1,902,848
#    256 ->  256:   590,080 +   590,080 +    65,792 + 1,024 =  1,246,976
#    256 ->  128:   295,040 +   147,584 +    32,896 +   768 =    476,288
#    128 ->   64:    73,792 +    36,928 +     8,256 +   384 =    119,360
# The dense layer from 128 latents has 129 s^2 w weights for s x s maps of w channels; the end has 2 w + 27 w + 3.
#   32:    528,384 + 3 x 1,246,976 + 7,427                                              =  4,276,739
#   48:  2,377,728 + 1,902,848 + 476,288 + 119,360 + 1,859                              =  4,878,083
#   64:  2,113,536 + 7,606,784 + 1,902,848 + 476,288 + 119,360 + 1,859                  = 12,220,675
#   128: 2,113,536 + 19,930,112 + 7,606,784 + 1,902,848 + 476,288 + 119,360 + 1,859     = 32,150,787
#
# A discriminator's block a -> b: conv3 a-a, conv3 a-b, conv1 a-b, this one only if the map or the channels change. The
# first: conv3 3-b, conv3 b-b, conv1 3-b.
#      3 ->   64:     1,792 +    36,928 +     256 =     38,976
#      3 ->  128:     3,584 +   147,584 +     512 =    151,680
#     64 ->  128:    36,928 +    73,856 +   8,320 =    119,104
#    128 ->  128:   147,584 +   147,584 (+ 16,512) =   295,168 (311,680)
#    128 ->  256:   147,584 +   295,168 +  33,024 =    475,776
#    256 ->  512:   590,080 + 1,180,160 + 131,584 =  1,901,824
#    512 -> 1024: 2,359,808 + 4,719,616 + 525,312 =  7,604,736
#   1024 -> 1024: 9,438,208 + 9,438,208           = 18,876,416
# and the logit w + 1.
#   32:      151,680 + 311,680 + 2 x 295,168 + 129                                      =  1,053,825
#   48, 64:  38,976 + 119,104 + 475,776 + 1,901,824 + 7,604,736 + 1,025                 = 10,141,441
#   128:     10,141,441 + 18,876,416                                                    = 29,017,857
@pytest.mark.parametrize(
    ("size", "generator", "discriminator"),
    [
        (32, 4_276_739, 1_053_825),  # 4.28 million in StudioGAN's log of this generator
        (48, 4_878_083, 10_141_441),
        (64, 12_220_675, 10_141_441),
        (128, 32_150_787, 29_017_857),
    ],
)
def test_parameters(size, generator, discriminator):
    assert trainable(resnet_generator(size)) == generator
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


def test_the_generator_enlarges_bilinearly():
    generator = resnet_generator(16, width=8)
    ramp = np.arange(4.0)[None, None, :, None] * np.ones((1, 4, 1, 1))
    for name in ("up_8_double", "up_8_double_shortcut", "up_16_double", "up_16_double_shortcut"):
        rows = generator.get_layer(name)(ramp).numpy()[0, 0, :, 0]
        np.testing.assert_allclose(rows, [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3], atol=1e-6)


def test_the_generator_of_wgan_gp_repeats_pixels():
    generator = resnet_generator(16, width=8, interpolation="nearest")
    ramp = np.arange(4.0)[None, None, :, None] * np.ones((1, 4, 1, 1))
    for name in ("up_8_double", "up_8_double_shortcut", "up_16_double", "up_16_double_shortcut"):
        rows = generator.get_layer(name)(ramp).numpy()[0, 0, :, 0]
        np.testing.assert_array_equal(rows, [0, 0, 1, 1, 2, 2, 3, 3])
    # gan_cifar_resnet.py at DIM_G = DIM_D = 128: dense 264,192, three blocks of 2 x 147,584 + 16,512 + 2 x 256, the last norm
    # 256 and convolution 3,459; the critic's count is in the table above.
    assert trainable(resnet_generator(32, width=128, interpolation="nearest")) == 264_192 + 3 * 312_192 + 256 + 3_459
    with pytest.raises(UserError, match="interpolation"):
        resnet_generator(16, width=8, interpolation="cubic")


def test_latents_need_a_dimension():
    with pytest.raises(UserError, match="latent_dim must be a positive integer, not 0"):
        resnet_generator(32, latent_dim=0)
