import keras
import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.layers.conditional_batch_norm import ConditionalBatchNorm
from ganzoo.networks.text_to_image import caption_encoder, text_discriminator, text_generator

RNG = np.random.default_rng(0)


def latents_and_text(count=5):
    return [RNG.standard_normal((count, 3)).astype(np.float32), RNG.standard_normal((count, 6)).astype(np.float32)]


def generator(**options):
    return text_generator(**{"size": 16, "latent_dim": 3, "embedding_dim": 6, "text_dim": 5, "width": 4, **options})


def discriminator(**options):
    return text_discriminator(**{"size": 16, "embedding_dim": 6, "text_dim": 5, "width": 4, **options})


@pytest.mark.parametrize("size, small, residual", [(8, 2, False), (16, 4, True), (32, 4, False), (28, 7, False)])
def test_images_and_logits_have_their_shapes(size, small, residual):
    latents, text = latents_and_text()
    images = np.array(generator(size=size, first_side=small, residual=residual)([latents, text]))
    assert images.shape == (5, size, size, 3) and np.abs(images).max() <= 1
    logits = discriminator(size=size, last_side=small, residual=residual)([images, text])
    assert logits.shape == (5, 1) and logits.dtype == "float32"


def test_the_paper_s_widths_at_64_pixels():
    """1024 channels at 4x4 in the generator and 512 in the discriminator, text compressed to 128 in each."""
    made = text_generator(width=128, embedding_dim=1024)
    assert made.get_layer("reshape").output.shape[1:] == (4, 4, 1024) and made.get_layer("text").units == 128
    judge = text_discriminator(width=64, embedding_dim=1024)
    assert judge.get_layer("residual_4").output.shape[1:] == (4, 4, 512)
    assert judge.get_layer("tile_text").output.shape[1:] == (4, 4, 512 + 128)
    assert judge.get_layer("joint").kernel_size == (1, 1)


@pytest.mark.parametrize("network", [generator, discriminator], ids=["generator", "discriminator"])
def test_both_depend_on_their_text(network):
    keras.utils.set_random_seed(0)
    latents, text = latents_and_text()
    first = latents if network is generator else RNG.standard_normal((5, 16, 16, 3)).astype(np.float32)
    model = network()
    assert np.abs(model([first, text]) - model([first, text[::-1]])).max() > 1e-5


def test_the_text_is_the_same_at_every_position():
    judge = discriminator()
    _, text = latents_and_text()
    tiled = keras.Model(judge.inputs, judge.get_layer("tile_text").output)([np.zeros((5, 16, 16, 3), np.float32), text])
    added = np.array(tiled)[..., -5:]
    np.testing.assert_array_equal(added, np.broadcast_to(added[:, :1, :1], added.shape))
    projected = keras.Model(judge.inputs, judge.get_layer("text_relu").output)([np.zeros((5, 16, 16, 3)), text])
    np.testing.assert_allclose(added[:, 0, 0], projected, rtol=1e-5)


def test_a_projection_adds_the_inner_product_of_image_and_text_to_the_image_s_own_logit():
    judge = discriminator(norm="none", projection=True)
    _, text = latents_and_text()
    images = RNG.standard_normal((5, 16, 16, 3)).astype(np.float32)
    names = ("features", "text", "seen", "linear")
    features, said, seen, alone = keras.Model(judge.inputs, [judge.get_layer(name).output for name in names])([images, text])
    np.testing.assert_allclose(judge([images, text]), alone + np.sum(seen * said, 1, keepdims=True), atol=1e-6)
    np.testing.assert_allclose(seen, features @ judge.get_layer("seen").kernel, atol=1e-5)
    np.testing.assert_allclose(said, text @ judge.get_layer("text").kernel + judge.get_layer("text").bias, atol=1e-5)


def test_a_conditional_norm_sees_latents_and_text_at_every_layer():
    model = generator(size=32, norm="conditional", residual=True)
    norms = [layer for layer in model.layers if layer.name.endswith("_norm")]
    assert len(norms) == 6 and all(isinstance(layer, ConditionalBatchNorm) for layer in norms)
    assert all(layer.gain.kernel.shape[0] == layer.bias.kernel.shape[0] == 3 + 5 for layer in norms)


def test_latents_and_text_pass_the_mapping_before_every_layer_that_sees_them():
    model = generator(norm="conditional", mapping=2)
    names = ("latents_and_text", "mapping_1", "mapping_2", "mapping_2_relu")
    given, first, second, last = keras.Model(model.inputs, [model.get_layer(name).output for name in names])(latents_and_text())
    for before, after, layer in ((given, first, "mapping_1"), (np.where(first > 0, first, 0.2 * first), second, "mapping_2")):
        np.testing.assert_allclose(before @ np.array(model.get_layer(layer).kernel), after, atol=1e-5)
    shared = [layer for layer in model.layers if layer.name.endswith("_norm")] + [model.get_layer("up_4")]
    assert all(
        any(value is model.get_layer("mapping_2_relu").output for value in keras.tree.flatten(layer.input)) for layer in shared
    )
    assert last.shape == (5, 3 + 5) and "mapping_1" not in [layer.name for layer in generator().layers]


def test_the_encoder_reads_words_in_their_order_and_ignores_the_paddings_embedding():
    keras.utils.set_random_seed(0)
    encoder = caption_encoder(vocabulary_size=9, length=6, width=8, embedding_dim=4)
    captions = np.array([[1, 2, 3, 4, 0, 0], [1, 4, 3, 2, 0, 0], [1, 2, 3, 4, 5, 0]])
    found = np.array(encoder(captions))
    assert found.shape == (3, 4) and np.abs(found[0] - found[1]).max() > 1e-3 < np.abs(found[0] - found[2]).max()
    weights = encoder.get_layer("words").get_weights()
    weights[0][0] = 100.0  # the padding's
    encoder.get_layer("words").set_weights(weights)
    np.testing.assert_array_equal(encoder(captions), found)


@pytest.mark.parametrize("network", [generator, discriminator, "encoder"], ids=["generator", "discriminator", "encoder"])
def test_saved_and_loaded_again_they_compute_the_same(network, tmp_path):
    if network == "encoder":
        model, inputs = caption_encoder(9, 6, width=8, embedding_dim=4), RNG.integers(0, 9, (5, 6))
    else:
        model, (latents, text) = network(), latents_and_text()
        inputs = [latents if network is generator else RNG.standard_normal((5, 16, 16, 3)).astype(np.float32), text]
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(inputs), model(inputs))


@pytest.mark.parametrize(
    "make, reason",
    [
        (lambda: generator(size=30), "size must be a multiple of 4"),
        (lambda: generator(size=24, first_side=4), "24 is not 4's"),
        (lambda: generator(first_side=16), "16 is not 16's"),
        (lambda: generator(text_dim=0), "text_dim must be a positive integer"),
        (lambda: generator(norm="layer"), "norm must be one of"),
        (lambda: generator(mapping=-1), "mapping is a number of layers"),
        (lambda: discriminator(last_side=3), "16 is not 3's"),
        (lambda: discriminator(width=-1), "width must be a positive integer"),
        (lambda: caption_encoder(1, 6), "the padding and at least one word, not 1"),
        (lambda: caption_encoder(9, 0), "length must be a positive integer"),
    ],
)
def test_arguments_out_of_range_are_refused(make, reason):
    with pytest.raises(UserError, match=reason):
        make()
