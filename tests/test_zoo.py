"""Models are found by name, listed by what their cards say, and shown on one sheet."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from ganzoo import zoo
from ganzoo.cli.main import main
from ganzoo.errors import UserError

FD = {"name": "FD[cnn-digits]", "value": 1.5, "real": 0.5, "direction": "lower", "protocol_line": "N=360"}
CS = {"name": "CS[cnn-digits]", "value": 7.0, "real": None, "protocol_line": "N=360"}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty directory to work in, and a zoo: a scored model of images, one of texts, one without a card."""
    monkeypatch.chdir(tmp_path)
    animals = tmp_path / "animals"
    monkeypatch.setenv("GANZOO_ZOO", str(animals))
    cards = {
        "digits_a": {"family": "GAN", "data": {"name": "digits"}, "steps": 6000, "cpu_seconds": 100.4, "scores": [CS, FD]},
        "text_b": {"family": "SeqGAN", "data": {"name": "grammar"}},
        "plain": None,
    }
    for name, card in cards.items():
        for version in ("2", "10"):
            directory = animals / name / version
            directory.mkdir(parents=True)
            (directory / "saved_model.pb").write_bytes(b"")
            if card is not None:
                (directory / "card.json").write_text(json.dumps(card))
    red = np.zeros((30, 30, 3), np.uint8) + np.array([200, 10, 30], np.uint8)
    Image.fromarray(red).save(animals / "digits_a" / "10" / zoo.PICTURE)
    (animals / "text_b" / "10" / zoo.TEXTS).write_text("the cat sleeps\na dog sees it\n")
    (animals / "empty").mkdir()
    return tmp_path


def run(*arguments, code=0):
    result = CliRunner().invoke(main, ["zoo", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def test_models_are_listed_by_their_newest_version_and_foremost_score(place):
    found = {model.name: model for model in zoo.models()}
    assert list(found) == ["digits_a", "plain", "text_b"]
    assert found["digits_a"].path == place / "animals" / "digits_a" / "10"
    assert found["digits_a"].score == FD and found["plain"].score is None and found["plain"].family == ""


@pytest.mark.parametrize("text, names", [("seq", ["text_b"]), ("DIGITS", ["digits_a"]), ("plain", ["plain"]), ("zzz", [])])
def test_a_word_chooses_by_name_family_or_data(place, text, names):
    assert [model.name for model in zoo.models(text)] == names


def test_a_name_is_a_path_then_a_model_of_the_zoo_then_a_run(place):
    assert zoo.model_path("digits_a") == place / "animals" / "digits_a"
    for run in ("runs/digits_a/default", "runs/ring/default", "runs/other"):
        (place / run).mkdir(parents=True)
        (place / run / "run.json").write_text("{}")
    assert zoo.model_path("digits_a") == place / "animals" / "digits_a"
    assert zoo.model_path("ring") == zoo.Path("runs/ring/default") and zoo.model_path("other") == zoo.Path("runs/other")
    for unknown in ("ring8:test", "some/where", "digits"):
        assert zoo.model_path(unknown) == zoo.Path(unknown)
    (place / "digits_a").mkdir()
    (place / "digits_a" / "run.json").write_text("{}")
    assert zoo.model_path("digits_a") == zoo.Path("digits_a")


def test_a_name_of_a_directory_and_of_a_model_is_refused(place):
    """Such as `faces`, where ./faces has the images that the model `faces` was trained on."""
    (place / "digits_a").mkdir()
    with pytest.raises(UserError, match=r"the directory \./digits_a, which is no model, and the model .*animals/digits_a"):
        zoo.model_path("digits_a")
    assert zoo.model_path("./digits_a") == zoo.Path("digits_a")
    (place / "alone").mkdir()
    assert zoo.model_path("alone") == zoo.Path("alone")


def test_without_a_named_zoo_the_working_directory_comes_before_the_checkout(place, monkeypatch):
    monkeypatch.delenv("GANZOO_ZOO")
    os.rename("animals", "exported")
    assert {"digits_a", "digits_dcgan"} <= {model.name for model in zoo.models()}
    (place / "exported" / "digits_dcgan" / "1").mkdir(parents=True)
    (place / "exported" / "digits_dcgan" / "1" / "saved_model.pb").write_bytes(b"")
    assert zoo.model_path("digits_dcgan") == zoo.Path("exported/digits_dcgan")


def test_a_zoo_that_is_not_there_is_one_line(place, monkeypatch):
    monkeypatch.setenv("GANZOO_ZOO", "nowhere")
    with pytest.raises(UserError, match="GANZOO_ZOO names nowhere, which is no directory"):
        zoo.models()


def test_a_name_that_is_nearly_right_is_suggested(place):
    from ganzoo import load

    with pytest.raises(UserError, match="did you mean digits_a"):
        load("digits_b")
    with pytest.raises(UserError, match="`ganzoo zoo` lists the models at hand"):
        load("qqq")
    with pytest.raises(UserError, match="that model is not at hand. `ganzoo train digits_dcgan` makes a run of it; GANZOO_ZOO"):
        load("digits_dcgan")
    with pytest.raises(UserError, match=r"saved_model.pb\)$"):
        load("some/digits_b")
    with pytest.raises(UserError, match=r"saved_model.pb\): did you mean digits_a\?$"):
        load("some/digits_a")


@pytest.mark.parametrize("name", ["digits_b", "exported/digits_a"])
@pytest.mark.parametrize("command", ["evaluate", "birthday", "neighbours", "export", "sample"])
def test_every_command_suggests_models(place, command, name):
    result = CliRunner().invoke(main, [command, name, *(["--out", "samples.npz"] if command == "sample" else [])])
    assert result.exit_code == 2 and "did you mean digits_a" in result.output.splitlines()[-1], result.output


def test_the_command_lists_writes_a_sheet_and_a_gallery(place):
    output = run("--sheet", "sheet.png", "--page", "zoo.md", "--json", "zoo.json")
    assert "digits_a  GAN     digits   FD[cnn-digits] 1.5 (real 0.5)" in output
    assert "plain     " in output and "not scored" in output
    sheet = np.asarray(Image.open("sheet.png"))
    assert sheet.shape[2] == 3 and ((sheet == [200, 10, 30]).all(2)).sum() == 240 * 240
    page = (place / "zoo.md").read_text()
    assert "written by `ganzoo zoo --page zoo.md`" in page
    assert "| [digits_a](animals/digits_a/10/README.md) | GAN | digits | 6,000 | 100 | FD[cnn-digits] 1.5 | 0.5 |" in page
    assert "![Samples of digits_a](animals/digits_a/10/samples.png)" in page and "a dog sees it" in page
    assert json.loads((place / "zoo.json").read_text())[0]["scores"] == [CS, FD]


def test_a_gallery_has_columns_of_what_any_card_knows(place):
    few = {"name": "label_accuracy[cnn-digits]", "value": 0.975, "real": None}
    many = {"name": "birthday.n_eff[cnn-digits]", "value": 27394.6, "real": 1136136.2}
    bound = {"name": "birthday.at_least[cnn-digits]", "value": 4445268.9, "real": 415674.6}
    cards = [{"scores": [FD]}, {"scores": [FD, few, many, bound]}, {"scores": [bound, FD]}]
    chosen = [zoo.Exported(f"model_{number}", place, card) for number, card in enumerate(cards)]
    lines = zoo.gallery(chosen, place, "ganzoo zoo --score --page zoo.md").splitlines()
    assert "written by `ganzoo zoo --score --page zoo.md`" in lines[2]
    assert "| N_eff |" in zoo.gallery(chosen[2:], place), "also where its bound alone is known"
    header, rule, one, other, unbounded = lines[4:9]
    assert header.endswith("| score | real | class accuracy | N_eff |") and rule.count("|") == header.count("|")
    assert one.endswith("| FD[cnn-digits] 1.5 | 0.5 |  |  |")
    assert other.endswith("| FD[cnn-digits] 1.5 | 0.5 | 0.975 | 27,395 (1,136,136) |")
    assert unbounded.endswith("| FD[cnn-digits] 1.5 | 0.5 |  | ≥ 4,445,269 (≥ 415,675) |")


def test_metrics_are_named_for_what_scores(place):
    assert "give one of them" in run("--metrics", "birthday", code=2)
    for scoring in (["--score"], ["--leaderboard", "board.md"]):
        assert "no such metric: nonsense" in run(*scoring, "--metrics", "nonsense", code=2)


def test_named_metrics_are_all_printed(monkeypatch):
    monkeypatch.setenv("GANZOO_ZOO", str(Path(__file__).parents[1] / "exported"))
    lines = run("ring_vanilla", "--score", "--metrics", "mode_coverage").splitlines()
    assert lines[:2] == ["1/1  ring_vanilla", "ring_vanilla  GAN  ring8  mode_coverage.captured 7 (real 8)"]
    assert lines[2] == "    mode_coverage.captured 7 (real 8)" and lines[3].startswith("    mode_coverage.high_quality 0.")
    assert all(line.startswith("    mode_coverage.") for line in lines[2:]), "its card's scores by other metrics are not new"
    refused = run("ring_vanilla", "--score", "--metrics", "bleu").splitlines()
    assert len(refused) == 3 and refused[1].startswith("    not scored: "), "nor are those that stay"


def test_new_scores_stand_in_the_cards(tmp_path, monkeypatch):
    export = tmp_path / "zoo" / "ring_vanilla"
    shutil.copytree(Path(__file__).parents[1] / "exported" / "ring_vanilla", export)
    monkeypatch.setenv("GANZOO_ZOO", str(export.parent))
    card = next(export.glob("*/card.json"))
    before = json.loads(card.read_text())
    assert before["scores"], "an export that was scored"
    old = {"name": "mode_coverage.captured", "metric": "mode_coverage", "value": 0.0, "protocol_line": "of old"}
    other = {"name": "FD[elsewhere]", "metric": "frechet_distance", "value": 9.0, "protocol_line": "of old"}
    card.write_text(json.dumps(before | {"scores": [old, other]}))
    run("ring_vanilla", "--score", "--metrics", "mode_coverage")
    assert json.loads(card.read_text())["scores"] == [old, other], "kept where that is asked for alone"
    run("ring_vanilla", "--score", "--metrics", "mode_coverage", "--cards")
    after = json.loads(card.read_text())
    values = {score["name"]: score["value"] for score in after["scores"]}
    assert values["FD[elsewhere]"] == 9.0 and values["mode_coverage.captured"] == 7
    assert old not in after["scores"] and after | {"scores": []} == before | {"scores": []}
    assert all(score["step"] == before["steps"] for score in after["scores"] if score != other)
    assert "| mode_coverage.captured | 7 | 8 |" in (card.parent / "README.md").read_text()
    card.write_text(json.dumps({name: fact for name, fact in before.items() if name != "parameters"}))
    assert "not kept: " in run("ring_vanilla", "--score", "--metrics", "mode_coverage", "--cards")


def test_a_terminal_of_colours_shows_the_samples(place):
    assert "\x1b[38;2;200;10;30m" in run("digits_a", "--pictures")
    assert "\x1b" not in run("digits_a")  # the test's output is no terminal
    model = zoo.models("digits_a")[0]
    lines = zoo.in_terminal(model, width=20, lines=3).splitlines()
    assert len(lines) == 3 and all(line.count("▀") == 20 for line in lines)
    assert zoo.in_terminal(zoo.models("plain")[0]) == ""


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["nothing"], "no model of the zoo has 'nothing'"),
        (["--sheet", "a.gif"], ".png"),
        (["--cards"], "--cards keeps what --score finds"),
    ],
)
def test_what_cannot_be_is_one_line(place, arguments, words):
    assert words in run(*arguments, code=2)
