"""BigGAN's parameter counts at published sizes, and each of its tricks by its argument."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm
from ganzoo.networks import biggan
from ganzoo.networks.biggan import biggan_discriminator, biggan_generator


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.fixture
def quick(monkeypatch):
    """Counting needs no orthogonal matrices of 10,000 rows."""
    monkeypatch.setattr(biggan, "orthogonal", keras.initializers.Zeros)


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


def test_kernels_begin_orthogonal():
    keras.utils.set_random_seed(0)
    generator = biggan_generator(8, 3, latent_dim=12, width=4, num_classes=10)
    kernel = generator.get_layer("up_8_conv_1").kernel.numpy().reshape(-1, 16)
    np.testing.assert_allclose(kernel.T @ kernel, np.eye(16), atol=1e-5)
    table = generator.get_layer("shared_embedding").embeddings.numpy()
    np.testing.assert_allclose(table @ table.T, np.eye(10), atol=1e-5)
