"""The recipe for a user's own folder of images, through the command line."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganzoo import load
from ganzoo.errors import UserError
from ganzoo.training import train

RECIPE = Path(__file__).parent.parent / "recipes" / "faces.py"
SMALL = ["model.generator.width=2", "model.discriminator.width=2", "batch_size=4"]


def test_a_folder_of_pngs_is_trained_on(command, tmp_path):
    folder = tmp_path / "my faces"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number, (height, width) in enumerate([(64, 64), (80, 70), (40, 90), (128, 128), (64, 65)]):
        Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8)).save(folder / f"face {number}.png")
    (folder / "notes.txt").write_text("no image")
    options = [part for assignment in [f"data.name={folder}", *SMALL] for part in ("--set", assignment)]
    process = command("train", RECIPE, *options, "--steps", 2, "--run", "run")
    assert process.stdout.count("passed over: 1 .txt") == 1
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["steps"] == 2 and f"data.name={folder}" in record["overrides"]
    assert list((tmp_path / "run" / "checkpoints").glob("step-2.index"))


def test_without_a_folder_it_says_what_to_do(command, tmp_path):
    process = command("train", RECIPE, "--run", "run", check=2)
    assert "no folder faces: make one of images, or name yours, as in `--set data.name=PATH`" in process.stderr
    assert "Traceback" not in process.stderr and not (tmp_path / "run").exists()


@pytest.mark.parametrize("labels", [False, True])
def test_a_smoke_run_fabricates_the_folder_that_is_absent(tmp_path, monkeypatch, labels):
    monkeypatch.chdir(tmp_path)
    said = []
    train(str(RECIPE), "run", [*SMALL[:2], f"data.labels={labels}"], smoke=True, log=said.append)
    assert "smoke run on FABRICATED data: no folder ./faces" in said
    assert load("run").sample(2).shape == (2, 64, 64, 3)  # though that folder is gone by now
    assert not [path for path in Path(tempfile.gettempdir()).glob("ganzoo-smoke-*")]


@pytest.mark.parametrize("name, complaint", [("nobody", "no folder is called 'nobody'"), (".", "no images in .")])
def test_another_folder_that_is_absent_or_empty_is_one_line(tmp_path, monkeypatch, name, complaint):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=complaint) as error:
        train(RECIPE, "run", [f"data.name={name}", *SMALL], log=lambda line: None)
    assert "\n" not in str(error.value) and not (tmp_path / "run").exists()
