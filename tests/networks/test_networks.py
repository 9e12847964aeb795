"""What every pair of networks must do: shapes, ranges, precision, gradients, names, seeds, saving."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.networks.biggan import biggan_discriminator, biggan_generator
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.networks.r3gan import r3gan_discriminator, r3gan_generator
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator

# (generator, discriminator, keyword arguments of each beside size, channels and num_classes, sizes)
POWERS = [8, 16, 32, 64, 128]
FAMILIES = {
    "dcgan": (dcgan_generator, dcgan_discriminator, {"width": 2}, {"width": 2}, POWERS),
    "resnet": (resnet_generator, resnet_discriminator, {"width": 16}, {"width": 16}, [*POWERS, 48]),
    "biggan": (biggan_generator, biggan_discriminator, {"width": 2, "latent_dim": 60}, {"width": 2}, POWERS),
    "r3gan": (
        r3gan_generator,
        r3gan_discriminator,
        {"width": 8, "blocks": 1, "group_size": 4},
        {"width": 8, "blocks": 1, "group_size": 4},
        POWERS,
    ),
}
VARIANTS = {
    "mlp": (
        mlp_generator,
        mlp_discriminator,
        {"width": 8, "batch_norm": True},
        {"width": 8, "maxout": 2, "dropout": 0.5, "minibatch_discrimination": True},
    ),
    "mlp_points": (mlp_generator, mlp_discriminator, {"shape": (2,), "output": "linear", "width": 8}, {"shape": (2,)}),
    "dcgan": (dcgan_generator, dcgan_discriminator, {"width": 4}, {"width": 4}),
    "dcgan_virtual_spectral": (
        dcgan_generator,
        dcgan_discriminator,
        {"width": 4, "norm": "virtual", "reference_size": 5},
        {"width": 4, "norm": "spectral", "minibatch_discrimination": True},
    ),
    "dcgan_none_layer": (dcgan_generator, dcgan_discriminator, {"width": 4, "norm": "none"}, {"width": 4, "norm": "layer"}),
    "resnet": (resnet_generator, resnet_discriminator, {"width": 8}, {"width": 8}),
    "resnet_layer": (resnet_generator, resnet_discriminator, {"width": 8}, {"width": 8, "norm": "layer", "pooling": "mean"}),
    "resnet_none": (resnet_generator, resnet_discriminator, {"width": 8}, {"width": 8, "norm": "none"}),
    "biggan": (biggan_generator, biggan_discriminator, {"width": 4, "attention": 16}, {"width": 4, "attention": 8}),
    "biggan_plain": (
        biggan_generator,
        biggan_discriminator,
        {"width": 4, "hierarchical": False, "spectral_norm": False},
        {"width": 4, "spectral_norm": False},
    ),
    "r3gan": (
        r3gan_generator,
        r3gan_discriminator,
        {"width": (16, 8, 8), "output": "tanh"},
        {"width": (16, 8, 8), "expansion": 4},
    ),
}
CONDITIONAL = [name for name in VARIANTS if "virtual" not in name]
CASES = [(name, None) for name in VARIANTS] + [(name, 3) for name in CONDITIONAL]
EVERY = pytest.mark.parametrize(("name", "num_classes"), CASES)


@pytest.fixture(autouse=True)
def seed():
    keras.utils.set_random_seed(0)


@pytest.fixture
def bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


def pair(name, num_classes=None):
    """Generator and discriminator of a variant at size 16 with 2 channels, and latents of 12."""
    make_generator, make_discriminator, of_generator, of_discriminator = VARIANTS[name]
    form = {"shape": (16, 16, 2)} if make_generator is mlp_generator else {"size": 16, "channels": 2}
    generator = make_generator(**{**form, "latent_dim": 12, "num_classes": num_classes, **of_generator})
    return generator, make_discriminator(**{**form, "num_classes": num_classes, **of_discriminator})


def inputs(num_classes, first, seed=0):
    """Latents or images with labels where there are classes."""
    if num_classes is None:
        return first
    return [first, tf.constant(np.arange(len(first)) % num_classes, tf.int64)]


def latents(count=6, seed=0, dim=12):
    return tf.random.stateless_normal((count, dim), [seed, 0])


@pytest.mark.parametrize(("family", "size"), [(name, size) for name, each in FAMILIES.items() for size in each[-1]])
def test_every_size(family, size):
    make_generator, make_discriminator, of_generator, of_discriminator, _ = FAMILIES[family]
    generator = make_generator(size, 1, num_classes=4, **of_generator)
    discriminator = make_discriminator(size, 1, num_classes=4, **of_discriminator)
    z = latents(2, dim=generator.inputs[0].shape[1])
    images = generator(inputs(4, z))
    assert images.shape == (2, size, size, 1)
    assert discriminator(inputs(4, images)).shape == (2, 1)
    assert np.isfinite(discriminator(inputs(4, images))).all()


@EVERY
def test_contract(name, num_classes):
    generator, discriminator = pair(name, num_classes)
    shape = tuple(discriminator.inputs[0].shape[1:])
    images = generator(inputs(num_classes, latents()), training=True)
    logits = discriminator(inputs(num_classes, images), training=True)
    assert images.shape == (6, *shape)
    assert images.dtype == tf.float32
    assert logits.shape == (6, 1)
    assert logits.dtype == tf.float32
    if generator.layers[-1].name == "tanh":
        assert np.abs(images).max() <= 1.0
    assert [tensor.name for tensor in generator.inputs] == ["latents", "labels"][: len(generator.inputs)]
    assert [tensor.name for tensor in discriminator.inputs] == ["images", "labels"][: len(discriminator.inputs)]
    assert len(generator.inputs) == len(discriminator.inputs) == (1 if num_classes is None else 2)
    assert (generator.name, discriminator.name) == ("generator", "discriminator")
    features = keras.Model(discriminator.inputs, discriminator.get_layer("features").output)
    assert len(features(inputs(num_classes, images)).shape) == 2
    assert np.std(images) > 0


@EVERY
def test_gradients_reach_every_weight_of_both(name, num_classes):
    generator, discriminator = pair(name, num_classes)
    weights = [v.value for v in generator.trainable_variables + discriminator.trainable_variables]
    with tf.GradientTape() as tape:
        images = generator(inputs(num_classes, latents()), training=True)
        loss = tf.reduce_mean(discriminator(inputs(num_classes, images), training=True))
    gradients = tape.gradient(loss, weights)
    assert all(gradient is not None for gradient in gradients)
    assert all(np.isfinite(tf.convert_to_tensor(gradient)).all() for gradient in gradients)


@EVERY
def test_mixed_precision(name, num_classes, bfloat16):
    generator, discriminator = pair(name, num_classes)
    images = generator(inputs(num_classes, latents()), training=True)
    logits = discriminator(inputs(num_classes, images), training=True)
    assert images.dtype == logits.dtype == tf.float32
    assert np.isfinite(logits).all()
    assert any(layer.compute_dtype == "bfloat16" for layer in generator.layers)
    assert all(weight.dtype in ("float32", "int64", "uint32") for weight in generator.weights + discriminator.weights)


@EVERY
def test_saved_and_cloned_networks_give_equal_outputs(name, num_classes, tmp_path):
    for network, width in zip(pair(name, num_classes), (12, None), strict=True):
        first = latents() if width else tf.random.stateless_normal((6, *network.inputs[0].shape[1:]), [1, 1])
        data = inputs(num_classes, first)
        network(data, training=True)  # moves whatever state it has
        network.save(tmp_path / "network.keras")
        loaded = keras.models.load_model(tmp_path / "network.keras")
        copy = keras.models.clone_model(network)
        copy.set_weights(network.get_weights())
        for other in (loaded, copy):
            np.testing.assert_allclose(other(data), network(data), rtol=1e-5, atol=1e-6)
            assert [w.path for w in other.weights] == [w.path for w in network.weights]


@EVERY
def test_names_and_weights_are_reproducible(name, num_classes):
    both = []
    for _ in range(2):
        keras.utils.set_random_seed(5)
        both.append(pair(name, num_classes))
    for one, two in zip(*both, strict=True):
        names = [layer.name for layer in one.layers]
        assert names == [layer.name for layer in two.layers]
        assert len(set(names)) == len(names)
        for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
        # One unseeded initialiser used twice would draw the same kernel twice.
        drawn = [w.numpy().tobytes() for w in one.trainable_weights if np.std(w.numpy()) > 0 and w.shape.rank > 1]
        assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("name", CONDITIONAL)
def test_labels_matter(name):
    generator, discriminator = pair(name, 3)
    for network, first in ((generator, latents(3)), (discriminator, tf.ones((3, *discriminator.inputs[0].shape[1:])))):
        for layer in network.layers:
            if "norm" in layer.name and hasattr(layer, "gain"):
                for weight in layer.gain.weights:  # conditional gains may begin at zero
                    weight.assign(np.random.default_rng(0).normal(size=weight.shape))
            if layer.name.endswith("conv_3"):  # as R3GAN's last convolutions do
                layer.kernel.assign(np.random.default_rng(0).normal(size=layer.kernel.shape))
        outputs = [network([first, tf.fill([3], tf.constant(label, tf.int64))]) for label in (0, 1)]
        assert np.abs(outputs[0] - outputs[1]).max() > 1e-5


BAD = [
    (dcgan_generator, {"size": 6}, "size"),
    (dcgan_generator, {"size": 257}, "size"),
    (dcgan_generator, {"width": 0}, "width"),
    (dcgan_generator, {"latent_dim": -1}, "latent_dim"),
    (dcgan_generator, {"kernel_size": 1}, "kernel_size"),
    (dcgan_generator, {"norm": "layer"}, "norm"),
    (dcgan_generator, {"norm": "virtual", "num_classes": 3}, "num_classes"),
    (dcgan_discriminator, {"norm": "virtual"}, "norm"),
    (dcgan_discriminator, {"channels": 2.5}, "channels"),
    (dcgan_discriminator, {"num_classes": 0}, "num_classes"),
    (dcgan_discriminator, {"outputs": 0}, "outputs"),
    (dcgan_discriminator, {"dropout": -0.1}, "dropout"),
    (mlp_generator, {"shape": (8, 0, 1)}, "shape"),
    (mlp_generator, {"shape": (2,), "output": "sigmoid"}, "output"),
    (mlp_generator, {"shape": (2,), "depth": -1}, "depth"),
    (mlp_discriminator, {"shape": (2,), "dropout": 1.0}, "dropout"),
    (mlp_discriminator, {"shape": (2,), "maxout": 0}, "maxout"),
    (resnet_generator, {"size": 30}, "size"),
    (resnet_generator, {"size": 64, "width": 24}, "multiple of 16"),
    (resnet_discriminator, {"norm": "batch"}, "norm"),
    (resnet_discriminator, {"pooling": "max"}, "pooling"),
    (biggan_generator, {"latent_dim": 50}, "latent_dim"),
    (biggan_generator, {"attention": 64}, "attention"),
    (biggan_discriminator, {"attention": 4}, "attention"),
    (r3gan_generator, {"width": (8, 8)}, "width"),
    (r3gan_generator, {"width": 12}, "group_size"),
    (r3gan_discriminator, {"blocks": True}, "blocks"),
]


@pytest.mark.parametrize(("make", "arguments", "named"), BAD)
def test_bad_arguments_are_named_in_one_line(make, arguments, named):
    with pytest.raises(UserError, match=named) as error:
        make(**arguments)
    assert "\n" not in str(error.value)
