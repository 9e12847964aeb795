"""`ganzoo latent` on exported models: each command writes its figure, its numbers and its facts, or one line."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from ganzoo.cli.main import main

EXPORTED = Path(__file__).parents[2] / "exported"
DIGITS, CONDITIONAL = str(EXPORTED / "digits_dcgan"), str(EXPORTED / "digits_cgan")


def run(*arguments, code=0):
    done = CliRunner().invoke(main, ["latent", *map(str, arguments)])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def test_dimensions_are_ranked_and_a_condition_is_held(tmp_path):
    out, facts = tmp_path / "sweep.png", tmp_path / "facts.json"
    said = run("sweep", CONDITIONAL, "--label", 3, "--draws", 4, "--top", 2, "--range", "-1,1", "--out", out, "--json", facts)
    found = json.loads(facts.read_text())
    effects = [record["effect"] for record in found["dimensions"]]
    assert len(effects) == 64 and effects == sorted(effects, reverse=True) and found["range"] == [-1, 1]
    assert found["extractor"] == "cnn-digits" and found["dimensions"][0]["name"] in said and "2 of 64 dimensions" in said
    assert Image.open(out).width > 9 * 56


def test_directions_do_more_than_random_ones(tmp_path):
    out, facts = tmp_path / "directions.png", tmp_path / "facts.json"
    run("directions", DIGITS, "--draws", 8, "--random", 4, "--top", 3, "--out", out, "--json", facts)
    found = json.loads(facts.read_text())
    assert min(record["effect"] for record in found["directions"]) > found["random"]["most"] > 0
    vectors = np.array([record["vector"] for record in found["directions"]])
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(3), atol=1e-6)
    assert Image.open(out).height > 9 * 56


def test_a_walk_moves_and_is_measured(tmp_path):
    out, facts = tmp_path / "walk.gif", tmp_path / "facts.json"
    run("walk", CONDITIONAL, "--label", 5, "--stops", 2, "--steps", 3, "--walks", 4, "--out", out, "--json", facts)
    found = json.loads(facts.read_text())
    assert Image.open(out).n_frames == found["frames"] == 6 and found["unevenness"] >= 1 and found["length"] > 0


def test_arithmetic_by_label_and_number(tmp_path):
    out, facts = tmp_path / "sum.png", tmp_path / "facts.json"
    said = run("arithmetic", DIGITS, "--plus", "label=0", "--minus", "4", "--plus", "4", "--out", out, "--json", facts)
    found = json.loads(facts.read_text())
    assert [term["sign"] for term in found["terms"]] == [1, -1, 1] and len(found["terms"][0]["samples"]) == 10
    assert found["shows"] == {"label": "0"}, "what is added and taken away changes nothing"
    assert "label 0" in said and Image.open(out).width > 500


def test_paths_between_latents(tmp_path):
    out, facts = tmp_path / "paths.png", tmp_path / "facts.json"
    options = ("--between", "latents", "--pairs", 8, "--steps", 5, "--label", 2, "--spherical")
    said = run("interpolate", CONDITIONAL, *options, "--out", out, "--json", facts)
    found = json.loads(facts.read_text())["paths"][0]["paths"]
    assert "PPL[cnn-digits]" in said and found["path_length"] > 0 and found["length"] >= found["ends"]
    assert Image.open(out).width == 5 * 58 + 2


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["walk", DIGITS, "--out", "a.png"], "--out ends in .gif"),
        (["directions", DIGITS, "--out", "a.gif"], "--out ends in .png"),
        (["arithmetic", DIGITS, "--minus", "3", "--out", "a.png"], "--plus"),
        (["interpolate", DIGITS, "--label", "3", "--out", "a.png"], "add --between latents"),
        (["sweep", DIGITS, "--range", "2,1", "--out", "a.png"], "the lower first"),
        (["walk", DIGITS, "--label", "3", "--out", "a.gif"], "takes no option 'label'"),
        (["sweep", EXPORTED / "ring_vanilla", "--out", "a.png"], "makes no images"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments, complaint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = run(*arguments, code=2)
    assert complaint in said and not list(tmp_path.iterdir())
