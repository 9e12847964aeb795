"""What `ganzoo sample` writes, and says of the conditions and checkpoints that samples were drawn with."""

import json
import os
import socket
import types
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import ganzoo
from ganzoo import pictures
from ganzoo.cli.main import main
from ganzoo.cli.sampling import conditions, of_checkpoint
from ganzoo.data.metadata import read_labels
from ganzoo.run_lock import only_writer
from ganzoo.serving.sampling import RunSampler

EXPORTED = Path(__file__).parents[2] / "exported"


def sampler(class_names=(), captions=None, labelled=True):
    def labels(count, seed, label=None, caption=None):
        return np.arange(count) % 3 if labelled else None

    return types.SimpleNamespace(
        class_names=class_names,
        options={"label": ("int32", -1), "caption": ("string", "")},
        labels=labels,
        captions=lambda count, seed, **options: captions,
    )


@pytest.mark.parametrize("label", [None, -1])
def test_what_was_drawn_for_an_open_label_is_said(label):
    lines = conditions(sampler(), 7, 0, {"label": label, "caption": None})
    assert list(lines) == ["label is open: 3 classes drawn, 2 to 3 samples of each"]


@pytest.mark.parametrize(
    "names, label, lines",
    [
        (("cat", "dog"), 1, ["label 1 is the class 'dog'"]),
        (("0", "1", "10"), 2, ["label 2 is the class '10'"]),
        (("0", "1", "2"), 2, []),
        ((), 2, []),
        (("cat",), 2, []),
    ],
)
def test_the_class_of_a_label_is_named_where_it_is_called_otherwise(names, label, lines):
    assert list(conditions(sampler(names), 7, 0, {"label": label, "caption": None})) == lines


@pytest.mark.parametrize("caption, lines", [(None, ["caption is open: 2 captions drawn"]), ("a", [])])
def test_how_many_captions_were_drawn_is_said(caption, lines):
    made = sampler(captions=["a", "b", "a"], labelled=False)
    assert list(conditions(made, 3, 0, {"label": None, "caption": caption})) == lines


@pytest.fixture(scope="module")
def drawn():
    """A function of the options of `ganzoo sample` and where it writes; gives the exit code and what is said."""

    def call(model, out, *arguments):
        result = CliRunner().invoke(main, ["sample", str(EXPORTED / model), "--out", str(out), *map(str, arguments)])
        return result.exit_code, result.output

    return call


def test_a_folder_of_images_with_their_labels_and_scaled_grids_and_animations(drawn, tmp_path):
    code, said = drawn("digits_cgan", f"{tmp_path}/folder/", "--count", 70, "--json", tmp_path / "facts.json")
    assert code == 0 and "70 samples, seed 0" in said and "label in metadata.csv" in said
    assert json.loads((tmp_path / "facts.json").read_text())["shape"] == [70, 8, 8, 1]
    labels = read_labels(tmp_path / "folder" / "metadata.csv")
    expected = ganzoo.load(EXPORTED / "digits_cgan")
    assert list(labels.values()) == [str(label) for label in expected.labels(70)] and expected.num_classes == 10
    pixels = np.asarray(Image.open(tmp_path / "folder" / "0066.png"))
    np.testing.assert_array_equal(pixels, pictures.to_uint8(expected.sample(70)[66, ..., 0]))
    assert drawn("digits_cgan", tmp_path / "plain.png", "--count", 6, "--scale", 2, "--columns", 6, "--no-captions")[0] == 0
    assert Image.open(tmp_path / "plain.png").size == (6 * 17 + 1, 16 + 2)
    assert drawn("digits_cgan", tmp_path / "labels.png", "--count", 6, "--columns", 6)[0] == 0
    assert Image.open(tmp_path / "labels.png").size[1] > 56 + 2 * 4 + 12
    assert drawn("digits_cgan", tmp_path / "a.gif", "--count", 3, "--seconds", 1)[0] == 0
    assert Image.open(tmp_path / "a.gif").n_frames == 3
    code, said = drawn("digits_cgan", tmp_path / "folder", "--count", 60)
    assert code == 2 and "holds 0060.png and 9 other files already" in said


@pytest.mark.parametrize(
    "model, out, arguments, message",
    [
        ("digits_cgan", "a.jpg", (), "FOLDER/"),
        ("digits_cgan", "a.npz", ("--columns", "3"), "--columns is of .png, not of .npz"),
        ("digits_cgan", "a.png", ("--seconds", "3"), "--seconds is of .gif, not of .png"),
        ("digits_cgan", "folder/", ("--captions",), "--captions is of .png or .gif, not of a folder"),
        ("digits_dcgan", "a.png", ("--captions",), "takes no label or caption"),
        ("ring_vanilla", "folder/", (), "makes points"),
        ("digits_dcgan", "absent/a.png", (), "No such file"),
    ],
)
def test_what_cannot_be_written_is_refused(drawn, tmp_path, model, out, arguments, message):
    code, said = drawn(model, f"{tmp_path}/{out}", *arguments)
    assert code == 2 and message in said
    assert not any(tmp_path.iterdir())


def test_the_checkpoint_of_a_run_in_training_is_named_and_its_lock_left_alone(tmp_path):
    def lines(step):
        run = types.SimpleNamespace(root=tmp_path)
        return list(of_checkpoint(types.SimpleNamespace(name="mine", run=run, wanted_steps=60, step=step)))

    assert lines(60) == [] and lines(20) == ["the newest checkpoint of mine: step 20 of 60"]
    with only_writer(tmp_path):
        who = f"process {os.getpid()} on {socket.gethostname()}"
        assert lines(20) == [f"mine is in training ({who}): its newest checkpoint, step 20 of 60"]
        assert (tmp_path / ".lock").read_text() == who
    tmp_path.mkdir()  # which the writer removed, since it held nothing else
    (tmp_path / ".lock").write_text(f"process {2**22 + 1} on {socket.gethostname()}")  # a killed one's
    assert lines(60) == []
    assert list(of_checkpoint(types.SimpleNamespace(name="an export"))) == []


@pytest.mark.parametrize(
    "record, steps",
    [({}, 60), ({"settings": {"steps": 40}}, 40), ({"settings": {"steps": 40}, "resumes": [{"settings": {"steps": 90}}]}, 90)],
)
def test_the_steps_that_a_run_is_to_reach_are_those_of_its_last_start(record, steps):
    sampler = types.SimpleNamespace(record=record, recipe=types.SimpleNamespace(steps=60))
    assert RunSampler.wanted_steps.fget(sampler) == steps
