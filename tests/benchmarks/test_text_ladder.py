"""The ladder of ScratchGAN's tricks: every rung is the recipe less something, scores are kept and summed up."""

import importlib.util
import itertools
import json
from pathlib import Path

import pytest

from ganzoo.recipe import load_recipe

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("text_ladder", ROOT / "benchmarks" / "text_ladder.py")
ladder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ladder)


def test_every_rung_adds_to_the_one_below_and_the_last_is_the_recipe():
    settings = []
    for name, overrides in ladder.LADDER:
        assert "," not in name, "--only separates names by commas"
        loaded = load_recipe(ladder.RECIPE, overrides)
        settings.append({name: value for name, value, _ in loaded.settings()})
    changed = [
        {name.replace(".size", "").replace(".window", "") for name in {*below, *above} if above.get(name) != below.get(name)}
        for below, above in itertools.pairwise(settings)
    ]
    assert changed == [
        {"batch_size"},
        {"model.discriminator.layer_norm", "model.discriminator.dropout", "model.discriminator.l2"},
        {"model.generator.vectors", "model.discriminator.vectors"},
        {"model.discount", "model.baseline_decay"},
    ]
    assert ladder.LADDER[-1][1] == []


def test_the_documents_name_every_rung_and_what_it_switches():
    words = (ROOT / "docs" / "text.md").read_text()
    for name, _ in ladder.LADDER:
        assert f"| `{name}` |" in words
    for override in (*ladder.NO_RL_ARGUMENTS, *ladder.SMALL_BATCH, *(part.split("=")[0] for part in ladder.NO_REGULARISATION)):
        assert override in words
    for part in ladder.NO_VECTORS:
        assert part.split("=")[0] in words


def test_what_is_left_out_is_left_out_alone():
    whole = {name: value for name, value, _ in load_recipe(ladder.RECIPE).settings()}
    left_out = []
    for name, overrides in ladder.LEFT_OUT:
        assert "," not in name and name.startswith("without ")
        found = {name: value for name, value, _ in load_recipe(ladder.RECIPE, overrides).settings()}
        changed = {name for name in {*whole, *found} if whole.get(name) != found.get(name)}
        left_out.append({name.replace(".size", "").replace(".window", "") for name in changed})
    assert left_out == [
        {"batch_size"},
        {"model.discriminator.layer_norm", "model.discriminator.dropout", "model.discriminator.l2"},
        {"model.generator.vectors", "model.discriminator.vectors"},
        {"model.discount"},
    ]


def result(seed, grammatical, **more):
    columns = {heading: (0.5, 0.25) for heading in ladder.COLUMNS}
    columns |= {"grammatical": (grammatical, 1.0), "N_eff": (None, 12345.0)}
    return {"seed": seed, "steps": 20, "cpu_seconds": 100.0, "columns": columns, **more}


def test_the_table_gives_mean_and_standard_deviation():
    lines = ladder.table([("seqgan-step", [result(0, 0.2), result(1, 0.4)]), ("+ large batch", [])])
    assert lines[0].startswith("| 20 steps | seeds | grammatical | NLL_test |") and len(lines) == 4
    assert (
        lines[2]
        == "| seqgan-step | 2 | 0.300 ± 0.141 | 0.50 ± 0.00 | 0.500 ± 0.000 | 0.500 ± 0.000 | 0.500 ± 0.000 | - | 100 |"
    )
    assert lines[3] == "| *held-out real* | | 1.000 | 0.25 | 0.250 | 0.250 | 0.250 | 12,345 | |"
    assert ladder.table([]) == ["nothing is there yet"]


def test_a_part_that_a_collapsed_run_lacks_is_a_dash_and_real_text_keeps_its_value():
    collapsed = result(0, 0.0)
    collapsed["columns"]["distinct-2"] = (None, None)
    lines = ladder.table([("seqgan-step", [collapsed]), ("+ large batch", [result(0, 0.5)])])
    assert lines[2].split(" | ")[4] == "-" and lines[4].split(" | ")[4] == "0.250"


def test_what_was_scored_is_not_trained_again(tmp_path, monkeypatch, capsys):
    trained = []
    monkeypatch.setattr(ladder, "measured", lambda *arguments: trained.append(arguments) or result(0, 0.5))
    monkeypatch.setattr("sys.argv", ["text_ladder.py", "--seeds", "2", "--only", "+ large batch", "--runs", str(tmp_path)])
    for _ in range(2):
        ladder.main()
    assert [(arguments[2], arguments[3]) for arguments in trained] == [(0, 1000), (1, 1000)]
    (kept, _) = sorted(tmp_path.rglob("seed_*.json"))
    assert json.loads(kept.read_text())["overrides"] == dict(ladder.LADDER)["+ large batch"]
    monkeypatch.setattr("sys.argv", ["text_ladder.py", "--table", "--runs", str(tmp_path)])
    capsys.readouterr()
    ladder.main()
    assert len(trained) == 2 and "| + large batch | 2 | 0.500 ± 0.000 |" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["text_ladder.py", "--only", "nothing"])
    with pytest.raises(SystemExit):
        ladder.main()


def test_a_training_that_was_stopped_is_not_scored(tmp_path, monkeypatch):
    monkeypatch.setattr("ganzoo.training.train", lambda *args, **kwargs: {"signal": 2})
    with pytest.raises(SystemExit, match="130"):
        ladder.measured(tmp_path, [], 0, 20)
