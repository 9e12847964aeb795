"""BigGAN's parameter counts at published sizes, and each of its tricks by its argument."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm
from ganzoo.networks import biggan
from ganzoo.networks.biggan import biggan_discriminator, biggan_generator


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.fixture
def quick(monkeypatch):
    """Counting needs no orthogonal matrices of 10,000 rows."""
    monkeypatch.setitem(biggan.INITIALIZERS, "orthogonal", keras.initializers.Zeros)


def test_parameters_for_imagenet_at_128(quick):
    # The numbers that google/compare_gan's tests have for the paper's model.
    generator = biggan_generator(128, latent_dim=120, width=96, num_classes=1000)
    assert trainable(generator) == 70_433_988
    assert trainable(biggan_discriminator(128, width=96, num_classes=1000)) == 87_982_370


def test_parameters_for_cifar_10(quick):
    # 9.42 and 2.42 million in StudioGAN's log of its BigGAN, with attention at 16.
    generator = biggan_generator(32, latent_dim=80, width=96, num_classes=10, attention=16)
    assert trainable(generator) == 9_416_196
    assert trainable(biggan_discriminator(32, width=48, num_classes=10, attention=16)) == 2_415_170


def test_chunks_of_the_latents_reach_their_blocks():
    keras.utils.set_random_seed(0)
    generator = biggan_generator(32, 1, latent_dim=20, width=2, num_classes=3)
    base = np.random.default_rng(0).normal(size=(1, 20)).astype("float32")
    stages = keras.Model(generator.inputs, [generator.get_layer(f"up_{side}_add").output for side in (8, 16, 32)])
    label = tf.zeros(1, tf.int64)
    before = stages([tf.constant(base), label])
    for chunk in range(4):
        moved = base.copy()
        moved[:, chunk * 5 : (chunk + 1) * 5] += 1.0
        after = stages([tf.constant(moved), label])
        changed = [bool(np.abs(a - b).max() > 1e-6) for a, b in zip(after, before, strict=True)]
        # The first makes the map that all see; chunk i enters with block i.
        assert changed == [stage >= chunk - 1 for stage in range(3)]


@pytest.mark.parametrize(
    ("num_classes", "hierarchical", "seen"), [(3, True, 7 + 5), (3, False, 7), (None, True, 5), (None, False, None)]
)
def test_what_normalisation_sees(num_classes, hierarchical, seen):
    generator = biggan_generator(
        32, 1, latent_dim=20, width=2, num_classes=num_classes, shared_dim=7, hierarchical=hierarchical
    )
    norms = [layer for layer in generator.layers if isinstance(layer, ConditionalBatchNorm)]
    assert len(norms) == (0 if seen is None else 6)
    assert all(norm.gain.kernel.shape[0] == seen for norm in norms)


def test_spectral_norm_spares_the_embedding():
    generator = biggan_generator(16, 1, latent_dim=12, width=2, num_classes=3)
    vectors = {w.path.rsplit("/", 1)[0] for w in generator.weights if w.path.endswith("/u")}
    kernels = {w.path.rsplit("/", 1)[0] for w in generator.trainable_weights if w.path.endswith("/kernel")}
    assert vectors == kernels
    assert "shared_embedding" not in vectors
    plain = biggan_generator(16, 1, latent_dim=12, width=2, num_classes=3, spectral_norm=False)
    assert not [w for w in plain.weights if w.path.endswith("/u")]
    assert trainable(plain) == trainable(generator)


@pytest.mark.parametrize(("size", "attention", "side"), [(64, None, 32), (32, None, None), (32, 8, 8), (64, 0, None)])
def test_attention_sits_where_it_is_asked_for(size, attention, side):
    generator = biggan_generator(size, 1, latent_dim=60, width=2, attention=attention)
    discriminator = biggan_discriminator(size, 1, width=2, attention=attention)
    for network in (generator, discriminator):
        found = [layer.output.shape[1] for layer in network.layers if layer.name == "attention"]
        assert found == ([] if side is None else [side])


def test_without_a_shared_embedding_each_normalisation_has_a_class_table():
    options = {"latent_dim": 20, "width": 2, "num_classes": 3, "hierarchical": False}
    shared = biggan_generator(32, 1, shared_dim=7, **options)
    tables = biggan_generator(32, 1, shared_dim=None, **options)
    # Six normalisations of 8 channels, a gain and a bias of each: linear in 7 shared values, or looked up for 3 labels.
    assert trainable(shared) - trainable(tables) == 3 * 7 + 6 * 2 * 8 * (7 - 3)
    plain = biggan_generator(32, 1, latent_dim=20, width=2, hierarchical=False)
    assert trainable(tables) - trainable(plain) == 6 * 2 * 8 * (3 - 1)
    assert "shared_embedding" not in {layer.name for layer in tables.layers}
    norms = [layer for layer in tables.layers if isinstance(layer, ConditionalBatchNorm)]
    assert len(norms) == 6 and all(norm.num_classes == 3 and not norm.spectral_norm for norm in norms)
    # Tables begin at 0, so that labels say nothing until they learn to.
    latents = tf.random.stateless_normal((1, 20), [0, 0])
    first, second = (tables([latents, tf.constant([label], tf.int64)]) for label in (0, 1))
    np.testing.assert_array_equal(first, second)
    norms[-1].bias.embeddings.assign_add([[0.0] * 8, [1.0] * 8, [0.0] * 8])
    assert np.abs(tables([latents, tf.constant([1], tf.int64)]) - first).max() > 1e-4
    np.testing.assert_array_equal(tables([latents, tf.constant([2], tf.int64)]), first)


def test_a_class_table_takes_no_latents():
    with pytest.raises(UserError, match="hierarchical=False"):
        biggan_generator(8, 1, latent_dim=4, width=2, num_classes=3, shared_dim=None)
    assert biggan_generator(8, 1, latent_dim=4, width=2, shared_dim=None)  # without labels there is nothing to share


@pytest.mark.parametrize("initializer", ["orthogonal", "normal", "glorot"])
def test_every_kernel_begins_as_the_initializer_says(initializer):
    keras.utils.set_random_seed(0)
    generator = biggan_generator(16, 1, latent_dim=48, width=8, num_classes=20, attention=8, initializer=initializer)
    discriminator = biggan_discriminator(16, 1, width=8, num_classes=20, attention=8, initializer=initializer)
    weights = generator.trainable_weights + discriminator.trainable_weights
    seen = [(weight.path, weight.numpy()) for weight in weights if weight.path.endswith(("kernel", "embeddings"))]
    # G: two ends, two blocks of three convolutions and two conditional norms of two maps, attention, the embedding.
    # D: two blocks with a shortcut and two without, attention, the logit and the projection.
    assert len(seen) == (2 + 2 * (3 + 4) + 4 + 1) + (2 * 3 + 2 * 2 + 4 + 2)
    for path, kernel in seen:
        matrix = kernel.reshape(-1, kernel.shape[-1])
        small = matrix if matrix.shape[0] < matrix.shape[1] else matrix.T
        gram = small @ small.T
        is_orthogonal = np.allclose(gram, np.eye(len(gram)), atol=1e-4)
        assert is_orthogonal == (initializer == "orthogonal"), path
        if matrix.size < 100:
            continue
        if initializer == "normal":
            np.testing.assert_allclose(kernel.std(), 0.02, rtol=0.25, err_msg=path)
            assert np.abs(kernel).max() > 0.04, path  # longer tails than a uniform draw of that deviation has
        elif initializer == "glorot":
            patch = np.prod(kernel.shape[:-2])
            bound = np.sqrt(6 / (patch * (kernel.shape[-2] + kernel.shape[-1])))
            assert 0.9 * bound < np.abs(kernel).max() <= bound, path


@pytest.mark.parametrize("make", [biggan_generator, biggan_discriminator])
def test_unknown_initializers_are_refused(make):
    with pytest.raises(UserError, match="initializer must be one of 'orthogonal', 'normal', 'glorot', not 'he'"):
        make(8, initializer="he")


def test_kernels_begin_orthogonal():
    keras.utils.set_random_seed(0)
    generator = biggan_generator(8, 3, latent_dim=12, width=4, num_classes=10)
    kernel = generator.get_layer("up_8_conv_1").kernel.numpy().reshape(-1, 16)
    np.testing.assert_allclose(kernel.T @ kernel, np.eye(16), atol=1e-5)
    table = generator.get_layer("shared_embedding").embeddings.numpy()
    np.testing.assert_allclose(table @ table.T, np.eye(10), atol=1e-5)
