"""Features of discriminators, how far they part two sets, and what `ganzoo inspect` writes."""

import json

import keras
import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image
from tensorboard.plugins.projector import ProjectorConfig

from ganzoo.data import shape_captions, shapes
from ganzoo.errors import UserError
from ganzoo.explore import inspection, judged, projector
from ganzoo.families.text_to_image import GANCLS
from ganzoo.networks.text_to_image import caption_encoder, text_discriminator, text_generator
from ganzoo.readiness import compile_model
from ganzoo.recipe import build, load_recipe

RNG = np.random.default_rng(0)

RECIPE = '''
"""A tiny GAN of images."""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.images import Images
from ganzoo.families.gan import GAN
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits", labels=True),
        model=GAN(
            generator=dcgan_generator(size=8, channels=1, latent_dim=6, width=4, first_side=2, kernel_size=3),
            discriminator=dcgan_discriminator(size=8, channels=1, width=4, last_side=2, kernel_size=3),
        ),
        optimizers={"generator": keras.optimizers.Adam(1e-3), "discriminator": keras.optimizers.Adam(1e-3)},
        batch_size=16,
        steps=4,
        log_every=4,
        sample_every=4,
        checkpoint_every=4,
    )
'''


def test_sets_of_one_law_are_not_told_apart_and_shifted_ones_are():
    one, other = RNG.normal(size=(200, 8)), RNG.normal(size=(200, 8))
    alike, apart = judged.separability(one, other), judged.separability(one, other + 4)
    assert 0.4 < alike["linear_probe"] < 0.6 and 0.4 < alike["one_nn"] < 0.6
    assert apart["linear_probe"] > 0.99 and apart["one_nn"] > 0.99


def test_accuracy_is_of_examples_that_were_not_fitted():
    # In 500 dimensions 100 points are always parted by a plane: only held-out folds tell that it means nothing.
    found = judged.separability(RNG.normal(size=(50, 500)), RNG.normal(size=(50, 500)))
    assert 0.25 < found["linear_probe"] < 0.75


def test_embeddings_keep_clusters_apart():
    vectors = np.concatenate([RNG.normal(size=(120, 20)), RNG.normal(size=(120, 20)) + 8])
    placed, share = judged.embeddings(vectors)
    assert set(placed) == {"PCA", "t-SNE"} and 0.5 < share < 1
    for points in placed.values():
        assert points.shape == (240, 3) and np.abs(points).max() == pytest.approx(1, abs=1e-5)
        apart = np.linalg.norm(points[:, None] - points[None], axis=-1) + 9 * np.eye(240)
        assert np.mean(apart.argmin(1) // 120 == np.arange(240) // 120) > 0.9, "a point's nearest neighbour is of its cluster"


def test_large_maps_are_averaged_over_blocks():
    maps = RNG.normal(size=(2, 16, 16, 32)).astype(np.float32)
    flat = judged.flattened(maps)
    assert flat.shape == (2, 8 * 8 * 32)
    np.testing.assert_allclose(flat[0].reshape(8, 8, 32)[1, 2], maps[0, 2:4, 4:6].mean((0, 1)), rtol=1e-5)
    assert judged.flattened(maps[:, :4, :4]).shape == (2, 4 * 4 * 32)


def test_filters_are_images_of_kernels():
    layer = keras.layers.Conv2D(20, 3)
    layer.build((None, 8, 8, 1))
    images, columns = judged.filters(layer)
    assert images.shape == (20, 3, 3, 1) and columns == 16
    kernel = layer.kernel.numpy()[..., 0, :]
    np.testing.assert_allclose(images[3, ..., 0], (kernel[..., 3] / np.abs(kernel).max() + 1) * 127.5, atol=1)
    deeper = keras.layers.Conv2D(5, 3)
    deeper.build((None, 8, 8, 4))
    images, columns = judged.filters(deeper)
    assert images.shape == (20, 3, 3, 1) and columns == 4


def test_a_network_without_convolutions_is_refused():
    with pytest.raises(UserError, match="no convolutions"):
        judged.convolutions(keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]))


SMALL = ("model.generator.width=4", "model.discriminator.width=4")
FAMILIES = {
    "digits_dcgan": SMALL,
    "digits_wgan": ("model.generator.width=4", "model.critic.width=4"),
    "digits_cgan": SMALL,
    "digits_infogan": (),
    "digits_bigan": SMALL,
    "digits_mix_dcgan": SMALL,
    "digits_stacked": (),
}


@pytest.mark.parametrize("recipe", FAMILIES)
def test_the_discriminator_of_every_kind_of_family_is_looked_into(recipe):
    built = build(load_recipe(recipe, FAMILIES[recipe]))
    compile_model(built)
    layers = judged.convolutions(judged.judge_of(built.model))
    images = RNG.integers(256, size=(6, 8, 8, 1), dtype=np.uint8)
    labels = np.arange(6) if built.data.labels else None
    vectors = judged.features(built.model, layers, judged.Shown("real", images, labels, None))
    assert len(vectors) == len(layers) and all(rows.shape[0] == 6 and np.ptp(rows) > 0 for rows in vectors)


def test_a_discriminator_sees_captions_with_their_images():
    scenes = shapes.all_scenes()[:: 1200 // 6][:6]
    images = np.stack([shapes.render(scene, RNG) for scene in scenes])
    options = {"vocabulary_size": shape_captions.VOCABULARY_SIZE, "length": shape_captions.LENGTH, "embedding_dim": 6}
    model = GANCLS(
        generator=text_generator(size=16, latent_dim=3, embedding_dim=6, text_dim=5, width=4, residual=False),
        discriminator=text_discriminator(size=16, embedding_dim=6, text_dim=5, width=4, residual=False),
        generator_encoder=caption_encoder(**options, width=8, name="generator_encoder"),
        discriminator_encoder=caption_encoder(**options, width=8, name="discriminator_encoder"),
        captions=shape_captions.ShapeCaptions(),
    )
    layers = judged.convolutions(model.discriminator)
    texts = [shape_captions.caption(scene, RNG) for scene in scenes]
    one, other = (
        judged.features(model, layers, judged.Shown("real", images, None, captions)) for captions in (texts, texts[::-1])
    )
    assert len(one) == len(layers)
    assert np.array_equal(one[0], other[0]) and not np.array_equal(one[-1], other[-1])


def test_the_projector_reads_what_is_written(tmp_path):
    vectors = {"first": RNG.normal(size=(5, 3)), "second": RNG.normal(size=(5, 7))}
    images = RNG.integers(0, 256, (5, 8, 8, 1), np.uint8)
    projector.write(tmp_path, vectors, images, ["real"] * 3 + ["generated"] * 2, ["a\tb"] * 5)
    config = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert [entry.tensor_name for entry in config.embeddings] == ["first", "second"]
    for entry in config.embeddings:
        read = np.loadtxt(tmp_path / entry.tensor_path, delimiter="\t")
        np.testing.assert_allclose(read, vectors[entry.tensor_name], rtol=1e-3)
        assert list(entry.tensor_shape) == list(read.shape) and list(entry.sprite.single_image_dim) == [32, 32]
        rows = (tmp_path / entry.metadata_path).read_text().splitlines()
        assert rows[:2] == ["kind\tlabel", "real\ta b"] and len(rows) == 6
        sheet = np.asarray(Image.open(tmp_path / entry.sprite.image_path))
        assert sheet.shape == (96, 96, 3) and sheet[32, 32 * 1, 0] == images[4, 0, 0, 0]


def test_a_run_is_looked_into(tmp_path, command):
    (tmp_path / "small.py").write_text(RECIPE)
    command("train", "small.py", "--run", "run")
    said = command("inspect", "run", "--out", "look", "--count", 40, "--json", "facts.json").stdout
    facts = json.loads((tmp_path / "facts.json").read_text())
    assert [layer["name"] for layer in facts["layers"]] == ["down_4", "down_2"] and facts["count"] == 40
    assert facts["layers"][0]["values"] == 4 * 4 * 4 and "down_2: real against generated" in said
    # After four steps samples are grey noise, which the pixels alone give away.
    assert facts["layers"][0]["separability"]["linear_probe"] > 0.9
    assert 0.2 < facts["layers"][0]["seen"]["linear_probe"] < 0.8
    assert len(facts["singular_values"]) == 6 and facts["conditioning"]["rank"] == 6
    page = (tmp_path / "look" / "index.html").read_text()
    assert "http" not in page and "@" not in page.split("<script")[0].split("<style>")[0] and page.count("<img") == 4
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    assert len(data["layers"][1]["views"]["t-SNE"]) == len(data["kinds"]) == len(data["labels"]) == 80
    for name in ("features.png", "filters.png", "conditioning.png"):
        assert Image.open(tmp_path / "look" / name).width > 300
    assert (tmp_path / "look" / "projector" / "projector_config.pbtxt").is_file()


def test_an_export_keeps_no_layers_to_look_into(tmp_path, command):
    import ganzoo

    exported = f"{ganzoo.__path__[0]}/../exported/digits_vae"
    done = command("inspect", exported, "--out", "look", check=2)
    assert "inspect the run that it came from" in done.stderr and not (tmp_path / "look").exists()


def test_a_generator_without_a_jacobian_is_said_to_have_none():
    facts = {"unconditioned": "no vector of latents"}
    assert inspection.said_of_generator(facts) == "the generator's Jacobian: no vector of latents"
