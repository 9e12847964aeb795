"""The program behind the table of tips: every override is one that the recipe has, scores are kept and summed up."""

import importlib.util
import json
from pathlib import Path

import fiddle as fdl
import pytest

from ganzoo.recipe import load_recipe

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("tricks", ROOT / "benchmarks" / "tricks.py")
tricks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tricks)


ROWS = [(recipe, name, overrides) for recipe, rows in tricks.TRICKS.items() for name, overrides in rows]


@pytest.mark.parametrize("recipe, name, overrides", ROWS, ids=[f"{recipe}-{name}" for recipe, name, _ in ROWS])
def test_every_tip_is_made_of_overrides_that_the_recipe_has(recipe, name, overrides):
    assert "," not in name, "--only separates names by commas"
    plain, changed = (load_recipe(recipe, given).config for given in ((), [o.format(steps=7) for o in overrides]))
    assert (plain == changed) == (name == "baseline")


NETWORKS = ("model.generator.", "model.discriminator.")
OF_NETWORKS = [row for row in ROWS if any(override.startswith(NETWORKS) for override in row[2])]


@pytest.mark.parametrize("recipe, name, overrides", OF_NETWORKS, ids=[f"{recipe}-{name}" for recipe, name, _ in OF_NETWORKS])
def test_every_tip_on_networks_can_be_built(recipe, name, overrides):
    assert fdl.build(load_recipe(recipe, overrides).config.model).generator.built


def result(seed, distance, **more):
    columns = {"frechet_distance": distance, "precision": 0.5, "recall": 0.25, "cpu_seconds": 100.0}
    real = {"frechet_distance": 0.5, "precision": 0.9, "recall": 0.9}
    return {"seed": seed, "steps": 20, "score": "FD[x]", "protocol": "N=360", "real": real, **columns, **more}


def test_the_table_gives_mean_and_standard_deviation_and_counts_failures():
    rows = [("baseline", [result(0, 2.0), result(1, 4.0)]), ("wild", [result(0, 3.0), {"failure": "step 3: not finite"}])]
    lines = tricks.table(rows)
    assert "| 20 steps | seeds | FD[x] | precision | recall | CPU s |" in lines
    assert "| held-out real data | | 0.50 | 0.90 | 0.90 | |" in lines
    assert "| baseline | 2 | 3.00 ± 1.41 | 0.50 ± 0.00 | 0.25 ± 0.00 | 100 ± 0.00 |" in lines
    assert "| wild | 1, 1 failed | 3.00 | 0.50 | 0.25 | 100 |" in lines


def test_what_was_scored_is_not_trained_again(tmp_path, monkeypatch):
    trained = []
    monkeypatch.setattr(tricks, "measured", lambda *arguments: trained.append(arguments) or {"frechet_distance": 1.0})
    for overrides in (["batch_size=32"], ["batch_size=32"], ["batch_size=16"]):
        found = tricks.scored("digits_improved", "batch 32", overrides, 0, 50, tmp_path)
        assert found["overrides"] == overrides
    assert len(trained) == 2
    (kept,) = tmp_path.rglob("seed_0.json")
    assert json.loads(kept.read_text())["overrides"] == ["batch_size=16"]


def test_the_practice_lists_name_every_row_that_is_of_one():
    text = (ROOT / "docs" / "training.md").read_text()
    missing = [name for _, name, _ in ROWS if f"`{name}`" not in text]
    assert missing == ["least squares", "simultaneous steps"], "which are of no list"


def test_a_training_that_was_stopped_is_not_scored(tmp_path, monkeypatch):
    monkeypatch.setattr("ganzoo.training.train", lambda *args, **kwargs: {"signal": 2})
    with pytest.raises(SystemExit, match="130"):
        tricks.measured("digits_improved", tmp_path, [], 0, 20)
