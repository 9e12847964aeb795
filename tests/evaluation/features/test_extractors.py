"""Every extractor is frozen, hashed, independent of batches, and honest about its name."""

import os

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.evaluation.cache import Cache
from ganzoo.evaluation.features import inception, trained
from ganzoo.evaluation.features.choose import choose, train_autoencoder, train_classifier
from ganzoo.evaluation.features.saved_model import SavedModelExtractor, parse
from ganzoo.evaluation.features.untrained import PixelComponents, Pixels, RandomConvolutions, random_kernels
from ganzoo.evaluation.inputs.base import ArrayInput
from ganzoo.evaluation.inputs.opening import open_input

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (300, 8, 8, 1), np.uint8)
QUIET = {"log": lambda line: None}


def saved_network(path, size=None, channels=3, dtype=tf.float32, outputs=("features",), fail_below=0):
    """A SavedModel that averages and spreads images, as float32 [B, 6] a named output."""

    @tf.function(input_signature=[tf.TensorSpec([None, size, size, channels], dtype, "images")])
    def serve(images):
        if fail_below:
            tf.debugging.assert_greater_equal(tf.shape(images)[1], fail_below)
        images = tf.cast(images, tf.float32)
        values = tf.concat([tf.reduce_mean(images, [1, 2]), tf.reduce_max(images, [1, 2])], 1)
        return {name: values[:, : 2 * channels - place] for place, name in enumerate(outputs)}

    module = tf.Module()
    tf.saved_model.save(module, str(path), signatures={"serving_default": serve})
    return path


@pytest.fixture(scope="module")
def classifier():
    return train_classifier("digits", **QUIET)


@pytest.fixture
def extractor(request, tmp_path):
    made = {
        "pixels": lambda: Pixels((8, 8, 1)),
        "pixels:5": lambda: PixelComponents(GREY, 5),
        "random": lambda: RandomConvolutions(1),
        "classifier": lambda: request.getfixturevalue("classifier"),
        "saved": lambda: SavedModelExtractor(saved_network(tmp_path / "net"), shape=(8, 8, 1)),
    }
    return made[request.param]()


@pytest.mark.parametrize("extractor", ["pixels", "pixels:5", "random", "classifier", "saved"], indirect=True)
def test_features_do_not_depend_on_the_batch(extractor):
    images = GREY[:290]
    whole = extractor.extract(images)
    assert whole.features.shape == (290, extractor.dimension) and whole.features.dtype == np.float32
    again = np.concatenate([extractor.features(images[:1]), extractor.features(images[1:33]), extractor.features(images[33:])])
    np.testing.assert_allclose(again, whole.features, rtol=1e-5, atol=1e-5)
    if extractor.classifies:
        np.testing.assert_allclose(whole.probabilities.sum(axis=1), 1, atol=1e-5)
    else:
        assert whole.probabilities is None
    record = extractor.record()
    assert len(record["sha256"]) == 64
    assert record["name"] and record["source"] and record["preprocessing"]


@pytest.mark.parametrize("extractor", ["pixels", "random", "classifier"], indirect=True)
def test_only_uint8_images_are_taken(extractor):
    for images in (GREY.astype(np.float32), GREY[0], GREY[:0], np.zeros((2, 8, 8, 2), np.uint8)):
        with pytest.raises(UserError):
            extractor.extract(images)


def test_random_weights_are_equal_on_every_machine():
    kernels = random_kernels((1, 16, 24, 32, 24))
    assert kernels[0].shape == (3, 3, 1, 16)
    assert kernels[0].ravel()[:3].tolist() == pytest.approx([-0.79764086, -0.42204839, -0.63453901], abs=1e-7)
    assert RandomConvolutions(1).sha256.startswith("fd296d57e2e3")
    assert RandomConvolutions(3).sha256 != RandomConvolutions(1).sha256 != RandomConvolutions(1, seed=1).sha256


@pytest.mark.parametrize("size", [8, 28, 64])
def test_random_convolutions_take_any_size(size):
    images = RNG.integers(0, 256, (3, size, size, 3), np.uint8)
    features = RandomConvolutions(3).features(images)
    assert features.shape == (3, RandomConvolutions(3).dimension) and (features.std(axis=0) > 0).all()


def test_the_shipped_classifier_knows_digits(classifier):
    assert classifier.name == "cnn-digits" and classifier.dimension == 64 and classifier.accuracy > 0.98
    test = open_input("digits:test")
    found = classifier.probabilities(test.examples(test.size)).argmax(axis=1)
    assert np.mean(found == test.labels(test.size)) == pytest.approx(classifier.accuracy)
    with pytest.raises(UserError, match="was trained on images"):
        classifier.extract(RNG.integers(0, 256, (2, 16, 16, 1), np.uint8))


def test_a_classifier_is_trained_once_kept_and_frozen(tmp_path):
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, 300)
    images = np.clip(labels[:, None, None, None] * 90 + rng.integers(0, 40, (300, 12, 12, 1)), 0, 255).astype(np.uint8)
    side = ArrayInput(images, "stripes", labels)
    lines, cache = [], Cache(tmp_path)
    first = train_classifier(side, steps=30, cache=cache, log=lines.append)
    assert first.name == "cnn-stripes" and first.accuracy > 0.9 and any("trained in" in line for line in lines)
    again = train_classifier(side, steps=30, cache=cache, log=lambda line: pytest.fail("trained again"))
    assert again.record() == first.record()
    np.testing.assert_array_equal(again.features(images), first.features(images))
    for changed in (ArrayInput(images, "stripes", labels[::-1].copy()), ArrayInput(255 - images, "stripes", labels)):
        assert train_classifier(changed, steps=3, cache=cache, **QUIET).sha256 != first.sha256


def test_an_autoencoder_serves_unlabelled_data(tmp_path):
    lines = []
    network = train_autoencoder(ArrayInput(GREY, "noise"), steps=5, cache=Cache(tmp_path), log=lines.append)
    assert network.name == "ae-noise" and network.layer == "code" and not network.classifies
    assert network.features(GREY[:7]).shape == (7, network.dimension)
    odd = trained.make_network(trained.AUTOENCODER, (13, 10, 3))
    assert odd.output_shape == (None, 13, 10, 3)


def test_words_choose_the_extractor(tmp_path, monkeypatch):
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path))
    digits, few = open_input("digits"), ArrayInput(GREY[:20], "few")
    names = {spec: choose(spec, digits, **QUIET).name for spec in ("auto", "classifier", "random", "pixels", "pixels:4")}
    assert names == {
        "auto": "cnn-digits",
        "classifier": "cnn-digits",
        "random": "random-conv",
        "pixels": "pixels",
        "pixels:4": "pixels:4",
    }
    said = []
    assert choose("auto", few, log=said.append).name == "random-conv" and "too few" in said[0]
    assert choose("classifier:digits", few, **QUIET).name == "cnn-digits"
    assert choose("auto", ArrayInput(np.zeros((5, 2), np.float32), "dots"), **QUIET).name == "points"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("resnet", "no extractor 'resnet'"),
        ("classifier", "no labels"),
        ("pixels:9999", "1 to "),
        ("inception", "needs the network's path"),
        ("inception:/nowhere", "no Inception network"),
        ("/nowhere/net", "no extractor"),
    ],
)
def test_what_cannot_be_had_is_refused_and_never_replaced(spec, message):
    with pytest.raises(UserError, match=message) as caught:
        choose(spec, ArrayInput(GREY, "noise"), **QUIET)
    assert "\n" not in str(caught.value)


def test_a_savedmodel_gives_the_output_that_is_named(tmp_path):
    path = saved_network(tmp_path / "net", outputs=("wide", "narrow"))
    assert SavedModelExtractor(path).layer == "wide"
    narrow = SavedModelExtractor(path, "narrow", shape=(8, 8, 1))
    assert (narrow.layer, narrow.dimension, narrow.name) == ("narrow", 5, "net")
    np.testing.assert_allclose(narrow.features(GREY[:3])[:, 0], GREY[:3].mean(axis=(1, 2, 3)), rtol=1e-5)
    unit = SavedModelExtractor(path, "narrow", "-1..1", (8, 8, 1))
    np.testing.assert_allclose(unit.features(GREY[:3])[:, 0], GREY[:3].mean(axis=(1, 2, 3)) / 127.5 - 1, atol=1e-5)
    hashes = {SavedModelExtractor(path).sha256, narrow.sha256, unit.sha256}
    assert len(hashes) == 3
    other = saved_network(tmp_path / "other" / "net", outputs=("wide",))
    assert SavedModelExtractor(other).sha256 not in hashes
    with pytest.raises(UserError, match="no output 'none'; it has narrow, wide"):
        SavedModelExtractor(path, "none")
    with pytest.raises(UserError, match="range"):
        SavedModelExtractor(path, value_range="0..100")


def test_a_savedmodel_gets_the_size_that_it_wants(tmp_path):
    fixed = SavedModelExtractor(saved_network(tmp_path / "fixed", size=16), shape=(8, 8, 1))
    assert "resized to 16 x 16 (bicubic, antialiased)" in fixed.preprocessing
    large = SavedModelExtractor(saved_network(tmp_path / "large", fail_below=20), shape=(8, 8, 1))
    assert "299" in large.preprocessing
    integers = SavedModelExtractor(saved_network(tmp_path / "integers", dtype=tf.uint8, channels=1), shape=(8, 8, 1))
    np.testing.assert_allclose(integers.features(GREY[:2])[:, 0], GREY[:2].mean(axis=(1, 2, 3)), rtol=1e-5)
    with pytest.raises(UserError, match="1 channels, not 3"):
        SavedModelExtractor(tmp_path / "integers", shape=(8, 8, 3))


@pytest.mark.parametrize(
    ("spec", "parsed"),
    [
        ("a/b", ("a/b", None, "0..255")),
        ("a/b:pool", ("a/b", "pool", "0..255")),
        ("a/b:pool,0..1", ("a/b", "pool", "0..1")),
        ("a/b,-1..1", ("a/b", None, "-1..1")),
    ],
)
def test_a_savedmodel_is_named_with_output_and_range(spec, parsed):
    assert parse(spec) == parsed


def test_the_verified_network_alone_is_inception(tmp_path, frozen_graph):
    path = frozen_graph(tmp_path / inception.FILE, verified=False)
    with pytest.raises(UserError, match="only that one may be called FID and IS; --extractor PATH"):
        inception.Inception(path)
    frozen_graph(path)
    for given in (path, tmp_path):
        network = inception.Inception(given)
        assert network.inception and network.dimension == 3
    images = GREY[:40].repeat(3, axis=3)
    found = network.extract(images)
    np.testing.assert_allclose(found.features[:, 0], images.mean(axis=(1, 2))[:, 0] / 255, rtol=1e-5)
    assert found.probabilities.shape == (40, 10)
    np.testing.assert_allclose(network.features(GREY[:40]), found.features)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(UserError, match="is not the Inception network"):
        inception.Inception(path)


def test_an_unverified_savedmodel_is_never_inception(tmp_path):
    with pytest.raises(UserError, match=r"cannot be verified.*--extractor PATH"):
        inception.Inception(saved_network(tmp_path / "net"))


def test_a_real_network_from_outside():
    path = os.environ.get("GANZOO_TEST_EXTRACTOR")
    if not path:
        pytest.skip("GANZOO_TEST_EXTRACTOR names no SavedModel of images")
    images = RNG.integers(0, 256, (6, 32, 32, 3), np.uint8)
    extractor = choose(path, ArrayInput(images, "noise"), **QUIET)
    features = extractor.features(images)
    assert features.shape == (6, extractor.dimension) and not extractor.inception
    np.testing.assert_allclose(extractor.features(images[2:3])[0], features[2], rtol=1e-3, atol=1e-4)


def test_a_trained_extractor_is_kept_for_both_sides_that_it_was_trained_and_measured_on(monkeypatch, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 1), np.uint8)
    labels, made = np.arange(30) % 2, []

    def side(rows, name="side", shift=0):
        return ArrayInput(images[rows], name, (labels[rows] + shift) % 2)

    class Network:
        def __init__(self, name, *arguments):
            made.append(name)

        def arrays(self):
            return {"weights": np.zeros(1)}

    monkeypatch.setattr(trained, "train", lambda kind, *arguments: Network(kind))
    monkeypatch.setattr(trained.TrainedNetwork, "from_arrays", lambda arrays: "kept")
    train, held = slice(0, 10), slice(10, 20)
    found = []
    for other in (side(held), side(slice(20, 30)), side(held, shift=1), side(held)):
        pair = side(train), other
        monkeypatch.setattr("ganzoo.evaluation.features.choose.training_data", lambda data, pair=pair: pair)
        found.append(train_classifier(side(train), cache=Cache(tmp_path), log=lambda line: None))
    assert len(made) == 3 and found[3] == "kept"
