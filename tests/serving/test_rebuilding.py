"""A run where its data is not: moved, edited, on another machine."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from ganzoo.checkpoints import Checkpoints
from ganzoo.data.remembered import Remembered
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import own_data, real_data
from ganzoo.recipe import build, load_recipe
from ganzoo.run import Run
from ganzoo.serving.export import export
from ganzoo.serving.rebuilding import vectors_size
from ganzoo.serving.sampling import load

IMAGES = """
import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("./imgs", size=4),
        model=GAN(
            generator=mlp_generator(shape=(4, 4, 3), latent_dim=4, width=8),
            discriminator=mlp_discriminator(shape=(4, 4, 3), width=8),
        ),
        optimizers={"generator": keras.optimizers.Adam(1e-3), "discriminator": keras.optimizers.Adam(1e-3)},
        batch_size=4,
        steps=2,
    )
"""
TEXT = """
import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Sentences
from ganzoo.families import MLE
from ganzoo.networks import lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("lines.txt")
    return Recipe(
        data=text,
        model=MLE(text, lstm_generator(text, embedding=4, hidden=4)),
        optimizers={"generator": keras.optimizers.Adam(1e-3)},
        batch_size=4,
        steps=2,
    )
"""


def pictures(folder, count=6, seed=0):
    folder.mkdir(parents=True)
    for number in range(count):
        pixels = np.random.default_rng([seed, number]).integers(0, 256, (6, 6, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")


def saved_run(directory, text):
    """A run that was begun in `directory` and saved once, untrained."""
    (directory / "own.py").write_text(text)
    recipe = load_recipe(directory / "own.py")
    built = build(recipe)
    built.model.compile(built.optimizers, seed=built.seed)
    run = Run.take_up(directory / "run", recipe, data=built.data, facts={"vectors_size": vectors_size(built.model)})
    Checkpoints(run.checkpoints, built.model.state()).save()
    run.note_checkpoint()
    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A directory with a run of a folder that it names relative to itself, and the samples of that run there."""
    directory = tmp_path_factory.mktemp("made")
    pictures(directory / "imgs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        run = saved_run(directory, IMAGES)
        return directory, load(run.path).sample(3)


@pytest.fixture(scope="module")
def exported(made, tmp_path_factory):
    """An export of that run."""
    return export(made[0] / "run", tmp_path_factory.mktemp("exported"))


@pytest.fixture
def elsewhere(made, tmp_path, monkeypatch):
    """A copy of that run in another directory, where its pictures are not; the working directory."""
    shutil.copytree(made[0] / "run", tmp_path / "run")
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    record["data"]["path"] = str(tmp_path / "gone" / "imgs")
    (tmp_path / "run" / "run.json").write_text(json.dumps(record))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_relative_folder_is_found_from_any_directory(made, exported, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sampler = load(made[0] / "run")
    np.testing.assert_array_equal(sampler.sample(3), made[1])
    assert sampler.recipe.data.name == str(made[0] / "imgs") and own_data(open_input(sampler)).size == 6
    assert own_data(open_input(exported)).size == 6


def test_a_run_is_sampled_and_exported_where_its_data_is_not(made, elsewhere):
    sampler = load("run")
    np.testing.assert_array_equal(sampler.sample(3), made[1])
    assert isinstance(sampler.recipe.data, Remembered) and sampler.shape == (4, 4, 3) and sampler.data_name == "./imgs"
    exported = load(export("run", "exported"))
    np.testing.assert_allclose(exported.sample(3), made[1], atol=1e-5)
    assert exported.card["data"]["examples"] == 6 and "./imgs (train, 6 examples)" in (exported.path / "README.md").read_text()


def test_scoring_without_the_data_says_how_to_name_it(elsewhere, exported):
    shutil.copytree(exported, "1")
    card = json.loads(Path("1/card.json").read_text())
    Path("1/card.json").write_text(json.dumps(card | {"data_path": "/nowhere/imgs"}))
    for model in ("run", "1"):
        with pytest.raises(UserError, match="--data") as error:
            real_data(open_input(model))
        assert "\n" not in str(error.value) and "./imgs" in str(error.value)


def test_scoring_takes_data_that_is_named(elsewhere):
    pictures(elsewhere / "moved")
    assert real_data(open_input("run"), "./moved@4").size == 6


def test_a_moved_folder_of_the_same_name_is_the_same_data_and_an_edited_one_is_said(made, elsewhere):
    shutil.copytree(made[0] / "imgs", elsewhere / "imgs")
    assert own_data(open_input("run")).size == 6
    Image.new("RGB", (6, 6)).save(elsewhere / "imgs" / "3.png")
    assert load("run").sample(1).shape == (1, 4, 4, 3)
    with pytest.raises(UserError, match="imgs, is not here as it was then: name the real data with --data"):
        own_data(open_input("run"))


def test_an_export_does_not_take_an_edited_folder_for_what_it_was_trained_on(made, exported, tmp_path):
    shutil.copytree(exported, tmp_path / "1")
    shutil.copytree(made[0] / "imgs", tmp_path / "imgs")
    card = json.loads((tmp_path / "1" / "card.json").read_text())
    (tmp_path / "1" / "card.json").write_text(json.dumps(card | {"data_path": str(tmp_path / "imgs")}))
    assert own_data(open_input(tmp_path / "1")).size == 6
    Image.new("RGB", (6, 6)).save(tmp_path / "imgs" / "3.png")
    with pytest.raises(UserError, match="imgs, is not here as it was then: name the real data with --data"):
        own_data(open_input(tmp_path / "1"))


def test_a_run_is_sampled_whatever_keras_json_says_of_floats(made):
    keras.config.set_floatx("float16")
    try:
        np.testing.assert_array_equal(load(made[0] / "run").sample(3), made[1])
    finally:
        keras.config.set_floatx("float32")


def test_a_label_is_called_what_its_class_was_called_when_the_run_began(made, tmp_path):
    run = shutil.copytree(made[0] / "run", tmp_path / "run")
    record = json.loads((run / "run.json").read_text())
    record["data"]["class_names"] = ["cat", "dog"]
    (run / "run.json").write_text(json.dumps(record))
    assert list(load(run).class_names) == ["cat", "dog"]


def test_a_run_whose_folder_moved_is_resumed_and_finds_it_there(made, elsewhere):
    (elsewhere / "own.py").write_text(IMAGES)
    moved = elsewhere / "now" / "pictures"
    shutil.copytree(made[0] / "imgs", moved)
    recipe = load_recipe("own.py", [f"data.name={moved}"])
    run = Run.take_up(elsewhere / "run", recipe, data=build(recipe).data)
    assert run.record()["data"]["path"] == str(moved) and own_data(open_input("run")).size == 6
    (moved / "0.png").unlink()
    with pytest.raises(UserError, match="changed since") as error:
        Run.take_up(elsewhere / "run", recipe, data=build(recipe).data)
    assert "  - examples of data = 6, sha256 " in str(error.value) and "  + examples of data = 5, sha256 " in str(error.value)


@pytest.fixture
def writer(tmp_path, monkeypatch):
    """A run of text in the working directory, and its texts."""
    monkeypatch.chdir(tmp_path)
    Path("lines.txt").write_text("a b c\nb c\nc a b\na a\nb\nc c c\n" * 3)
    run = saved_run(tmp_path, TEXT)
    sampler = load(run.path)
    return run, sampler.texts(sampler.sample(5))


@pytest.mark.parametrize("there", [None, "d e f\ne f\n" * 9, "\xff"])
def test_a_run_of_text_writes_its_own_words_whatever_became_of_the_file(writer, there):
    run, texts = writer
    Path("lines.txt").unlink()
    if there:
        Path("lines.txt").write_text(there, encoding="latin-1")
    sampler = load(run.path)
    assert sampler.texts(sampler.sample(5)) == texts
    with pytest.raises(UserError, match="--data"):
        own_data(open_input(sampler))


VECTORS = "lstm_generator(text, embedding=4, hidden=4, vectors=word_vectors.GloVe('vectors.txt'))"


@pytest.mark.parametrize("gone", [["vectors.txt"], ["vectors.txt", "lines.txt"]], ids="-".join)
def test_a_run_with_word_vectors_writes_without_their_file(tmp_path, monkeypatch, gone):
    monkeypatch.chdir(tmp_path)
    Path("lines.txt").write_text("a b c\nb c\nc a b\na a\nb\nc c c\n" * 3)
    Path("vectors.txt").write_text("a 0.5 1\nb -2 1\nc 3 0\n")
    text = TEXT.replace("import Sentences", "import Sentences, word_vectors")
    run = saved_run(tmp_path, text.replace("lstm_generator(text, embedding=4, hidden=4)", VECTORS))
    first = load(run.path)
    texts = first.texts(first.sample(5))
    for name in gone:
        Path(name).unlink()
    sampler = load(run.path)
    assert sampler.texts(sampler.sample(5)) == texts
    assert isinstance(sampler.recipe.data, Remembered) is ("lines.txt" in gone)


def test_a_run_of_old_knows_when_its_text_is_another(writer):
    run, texts = writer
    record = run.record()
    run.write_record({"recipe": "own", "overrides": [], "data_sha256": record["data"]["identity"]["sha256"]})
    assert load(run.path).texts(load(run.path).sample(5)) == texts
    Path("lines.txt").write_text("d e f\ne f\n" * 9)
    with pytest.raises(UserError, match="lines.txt changed since the run began, .* put the old file back"):
        load(run.path)


def test_a_run_of_old_remembers_nothing_and_says_what_it_lacks(elsewhere):
    record = json.loads(Path("run/run.json").read_text())
    del record["data"]
    Path("run/run.json").write_text(json.dumps(record))
    with pytest.raises(UserError, match="no folder imgs"):
        load("run")
