import keras
import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.networks.stacked import (
    stacked_discriminator_0,
    stacked_discriminator_1,
    stacked_encoder,
    stacked_generator_0,
    stacked_generator_1,
)


@pytest.mark.parametrize("size, channels", [(8, 1), (32, 3)])
def test_the_stack_goes_from_images_to_classes_and_back(size, channels):
    encoder = stacked_encoder(size, channels, width=2, feature_dim=5, num_classes=4, dropout=0.5)
    images = np.random.default_rng(0).uniform(-1, 1, (3, size, size, channels)).astype(np.float32)
    found = encoder(images)
    assert found["features"].shape == (3, 5) and found["classes"].shape == (3, 4)
    assert found["features"].numpy().min() >= 0
    np.testing.assert_allclose(encoder.get_layer("classes")(found["features"]), found["classes"], rtol=1e-5)

    features = stacked_generator_1(5, latent_dim=3, num_classes=4, width=6)([np.ones((2, 3)), np.array([0, 3])])
    assert features.shape == (2, 5) and features.numpy().min() >= 0
    generator = stacked_generator_0(size, channels, 5, latent_dim=2, width=4, embedding=3, kernel_size=3, first_side=2)
    made = generator([features.numpy(), np.ones((2, 2))])
    assert made.shape == (2, size, size, channels) and np.abs(made).max() <= 1 and made.dtype == "float32"


@pytest.mark.parametrize("num_classes", [None, 4])
def test_discriminators_give_a_logit_and_a_guess_and_start_undecided(num_classes, tmp_path):
    keras.utils.set_random_seed(0)
    upper = stacked_discriminator_1(5, latent_dim=3, num_classes=num_classes, width=6)
    lower = stacked_discriminator_0(8, 1, latent_dim=2, num_classes=num_classes, width=4)
    rng = np.random.default_rng(0)
    for model, latent_dim, shape in ((upper, 3, (7, 5)), (lower, 2, (7, 8, 8, 1))):
        examples = rng.uniform(-1, 1, shape).astype(np.float32)
        outputs = model(examples, training=False)
        assert outputs["logits"].shape == (7, 1) and outputs["codes"].shape == (7, latent_dim)
        if num_classes:
            classes = outputs["classes"].numpy()
            np.testing.assert_allclose(outputs["logits"][:, 0], np.log(np.exp(classes).sum(1)), rtol=1e-3, atol=1e-5)
            np.testing.assert_allclose(model(0 * examples, training=False)["logits"], 0, atol=0.1)
        else:
            assert "classes" not in outputs
        model.save(tmp_path / "model.keras")
        again = keras.models.load_model(tmp_path / "model.keras")(examples, training=False)
        for name in outputs:
            np.testing.assert_allclose(again[name], outputs[name], atol=1e-6)


@pytest.mark.parametrize("norm, alone", [("batch", False), ("layer", True), ("none", True)])
def test_without_batch_norm_an_example_is_judged_by_itself(norm, alone):
    keras.utils.set_random_seed(0)
    upper = stacked_discriminator_1(5, latent_dim=3, num_classes=4, width=6, norm=norm)
    features = np.random.default_rng(0).uniform(0, 1, (8, 5)).astype(np.float32)
    whole, half = (upper(part, training=True)["logits"].numpy()[:4] for part in (features, features[:4]))
    assert np.allclose(whole, half, atol=1e-6) == alone
    assert [layer.name for layer in upper.layers if "norm" in layer.name] == ["dense_2_norm"] * (norm != "none")


def test_the_defaults_are_as_large_as_the_authors_cifar_networks():
    encoder = stacked_encoder()
    by_hand = (5 * 5 * 3 + 1) * 64 + (5 * 5 * 64 + 1) * 128 + (5 * 5 * 128 + 1) * 256 + 257 * 10
    assert encoder.count_params() == by_hand
    trunk = {layer.name: layer.filters for layer in stacked_discriminator_0().layers if hasattr(layer, "filters")}
    assert list(trunk.values()) == [96, 96, 192, 192, 192, 192]
    assert stacked_discriminator_0().get_layer("flatten").output.shape == (None, 6 * 6 * 192)


@pytest.mark.parametrize(
    "make, complaint",
    [
        (lambda: stacked_encoder(30), "size must be a multiple of 4"),
        (lambda: stacked_encoder(dropout=1.0), "fraction"),
        (lambda: stacked_generator_0(8, first_side=8), "first_side must be one of 2, 4"),
        (lambda: stacked_generator_1(num_classes=0), "num_classes must be a positive integer"),
        (lambda: stacked_discriminator_1(norm="group"), "norm must be one of 'batch', 'layer', 'none'"),
        (lambda: stacked_discriminator_0(num_classes=-1), "num_classes must be a positive integer"),
    ],
)
def test_arguments_out_of_range_are_refused(make, complaint):
    with pytest.raises(UserError, match=complaint):
        make()
