"""Exports whose kernels are float16: half the bytes, the same pictures."""

import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import load
from ganzoo.errors import UserError
from ganzoo.serving import transfer
from ganzoo.serving.export import export
from ganzoo.serving.halves import Halves, changed
from ganzoo.serving.sampling import RunSampler
from ganzoo.training import train

SMALL = ["model.generator.width=8", "model.discriminator.width=8", "batch_size=16", "steps=4"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("halves") / "run"
    train("digits_cgan", path, SMALL, log=lambda line: None)
    return path


@pytest.fixture(scope="module")
def whole(run):
    return export(run, run.parent / "whole", licence="mine")


@pytest.fixture(scope="module")
def halved(run):
    return export(run, run.parent / "halved", halves=True)


def stored(version):
    reader = tf.train.load_checkpoint(str(version / "variables" / "variables"))
    shapes, dtypes = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
    return {name: (shapes[name], dtypes[name]) for name in shapes if name.endswith("VARIABLE_VALUE")}


def test_kernels_are_halves_and_vectors_are_whole(run, whole, halved):
    before, after = stored(whole), stored(halved)
    assert before.keys() == after.keys(), "nothing is stored twice"
    kernels = {name for name, (shape, dtype) in before.items() if len(shape) > 1 and dtype == tf.float32}
    assert kernels and {name for name, (_, dtype) in after.items() if dtype == tf.float16} == kernels
    sizes = [sum(file.stat().st_size for file in (version / "variables").iterdir()) for version in (whole, halved)]
    assert sizes[1] < 0.6 * sizes[0]


def test_halves_change_a_pixel_by_a_level_at_most_and_the_card_says_it(whole, halved):
    samples = [load(version).sample(64, label=3) for version in (whole, halved)]
    assert 0 < np.abs(samples[0] - samples[1]).max() < 1.5 * 2 / 255
    facts = json.loads((halved / "card.json").read_text())["halves"]
    assert facts == changed(*(load(version).sample(64) for version in (whole, halved)))
    assert "kernels are float16, computed with in float32" in (halved / "README.md").read_text()
    images = load(whole).sample(8)
    logits = [load(v).services["discriminate"](images=images, labels=np.zeros(8, np.int32)) for v in (whole, halved)]
    np.testing.assert_allclose(logits[0]["logits"], logits[1]["logits"], atol=0.02)


def test_every_signature_answers_of_halves(halved, replays_warm_up):
    replays_warm_up(halved)


def test_a_training_begins_with_halves(run, halved):
    model = RunSampler(run).model
    weights = transfer.weights_of(halved, model)
    kept = transfer.kept_networks(model)
    for name, network in kept.items():
        for key, variable in transfer.keys(network).items():
            array = weights.networks[name][key]
            assert array.dtype == variable.numpy().dtype
            np.testing.assert_allclose(array, variable.numpy(), rtol=1e-3, atol=1e-7)
    assert not [line for line in transfer.take(model, weights).left]


def test_an_export_is_exported_again_as_halves(whole, halved, tmp_path):
    again = export(whole, tmp_path / "again", halves=True)
    np.testing.assert_array_equal(load(again).sample(70, seed=2), load(halved).sample(70, seed=2))
    card, before = (json.loads((version / "card.json").read_text()) for version in (again, whole))
    assert card["licence"] == before["licence"] == "mine"
    assert {key for key in card if card[key] != before.get(key)} == {"path", "halves"}


def test_what_was_left_out_or_halved_is_said_of_the_export_that_is_made(whole, halved, tmp_path):
    smaller = export(whole, tmp_path / "smaller", without=("discriminate",))
    smallest = export(smaller, tmp_path / "smallest", halves=True)
    np.testing.assert_array_equal(load(smallest).sample(9), load(halved).sample(9))
    card = json.loads((smallest / "card.json").read_text())
    assert card["left_out"] == {"signatures": ["discriminate"], "networks": ["discriminator"]}
    assert "discriminate" not in card["signatures"] and "discriminate" not in load(smallest).signatures
    unhalved = export(halved, tmp_path / "unhalved")
    assert "halves" not in json.loads((unhalved / "card.json").read_text())
    np.testing.assert_allclose(load(unhalved).sample(9), load(halved).sample(9), atol=1e-6)


@pytest.mark.parametrize(
    "overrides, words",
    [
        ([*SMALL, "model.generator.width=16"], "makes other networks by now"),
        ([*SMALL, "model.latents=noise.Uniform()"], "makes other samples by now"),
    ],
)
def test_a_recipe_that_no_longer_makes_the_model_is_refused(whole, tmp_path, overrides, words):
    moved = shutil.copytree(whole, tmp_path / "moved" / "1")
    card = json.loads((moved / "card.json").read_text())
    (moved / "card.json").write_text(json.dumps(card | {"overrides": overrides}))
    with pytest.raises(UserError, match=words):
        export(moved, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_what_float16_does_not_hold_is_refused():
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    network.layers[0].kernel.assign([[1e5, 0], [0, 0]])
    with pytest.raises(UserError, match="kernel holds numbers that float16 does not"):
        Halves([network])


def test_samples_that_change_too_much_are_refused():
    images = np.full((3, 2, 2, 1), -1, np.float32)
    other, far = images.copy(), images.copy()
    other[1, 0, 0, 0] += 2 / 255
    far[1, 0, 0, 0] += 4 / 255
    assert changed(images, other) == {"samples": 3, "same": 2, "levels": 1}
    with pytest.raises(UserError, match="change by 2 of 255 grey levels"):
        changed(images, far)
    assert changed(np.array([[0, 0.0]]), np.array([[0, 1e-3]])) == {"samples": 1, "same": 0, "distance": 1e-3}
    with pytest.raises(UserError, match="move by 0.1"):
        changed(np.array([[0, 0.0]]), np.array([[0, 0.1]]))
    assert changed(np.array([[3, 4], [5, 6]]), np.array([[3, 4], [5, 9]])) == {"samples": 2, "same": 1}


def test_halves_are_of_saved_models(command, whole, tmp_path):
    process = command("export", whole, "--halves", "--format", "onnx", "--to", tmp_path / "g.onnx", check=2)
    assert "--halves are of SavedModels" in process.stderr and not (tmp_path / "g.onnx").exists()
