"""The zoo's models of one data set stand under one protocol, the best first."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.evaluation.compare import compare
from ganzoo.evaluation.zoo import leaderboard, scored
from ganzoo.metrics import registry
from ganzoo.metrics.registry import metric
from ganzoo.report.leaderboard import leaderboard_page
from ganzoo.zoo import Exported, models


def test_models_are_ranked_as_compare_scores_them():
    chosen = [model for model in models() if model.name in ("grid_vanilla", "grid_r3gan", "ring_vanilla")]
    said = []
    boards = leaderboard(chosen, ("frechet_distance", "mode_coverage"), 200, log=said.append)
    assert [board["data"] for board in boards] == ["grid25:train", "ring8:train"] and boards[1]["models"] == ["ring_vanilla"]
    grid, alone = boards[0], {model.name: model.path for model in chosen if model.data == "grid25"}
    record = compare(alone, None, ("frechet_distance", "mode_coverage"), 200, intervals=False, log=lambda line: None)
    first = {name: value["value"] for name, value in zip(record["models"], record["rows"][0]["values"], strict=True)}
    assert grid["models"] == sorted(first, key=first.get), "the smallest distance first"
    assert [value["value"] for value in grid["rows"][0]["values"]] == sorted(first.values())
    page = leaderboard_page(boards, "grid")
    lines = page.splitlines()
    assert grid["protocol_line"] in lines and lines.index("## grid25:train") < lines.index("## ring8:train")
    rows = [line for line in lines if line.startswith("| grid_")]
    assert [row.split("|")[1].strip() for row in rows] == grid["models"] and "**" in rows[0]
    assert page.count("| *held-out* |") == 2


def test_what_cannot_be_scored_is_said(tmp_path):
    said = []
    with pytest.raises(UserError, match="none of these models could be scored"):
        leaderboard([Exported("gone", tmp_path / "gone", {"data": {"name": "nowhere"}})], log=said.append)
    assert said[0] == "nowhere: gone" and said[1].startswith("    not scored: ")


def test_models_of_other_sizes_or_splits_do_not_share_a_board(tmp_path):
    facts = {"small": {"size": 16}, "large": {"size": 32}, "half": {"size": 32, "split": "train[:1%]"}, "twin": {"size": 16}}
    chosen = [Exported(name, tmp_path / name, {"data": {"name": "nowhere"} | data}) for name, data in facts.items()]
    said = []
    with pytest.raises(UserError):
        leaderboard(chosen, log=said.append)
    assert said[::2] == ["nowhere@16: small, twin", "nowhere@32: large", "nowhere@32:train[:1%]: half"]


def test_each_model_is_scored_by_those_of_the_named_metrics_that_apply_to_it():
    chosen = [model for model in models() if model.name in ("ring_vanilla", "digits_cgan", "grammar_mle")]
    said = []
    conditional, text, points = scored(chosen, ["label_accuracy", "mode_coverage"], log=said.append)
    assert conditional.scores[-1]["metric"] == "label_accuracy" and points.scores[-1]["metric"] == "mode_coverage"
    for before, after in zip(chosen, (conditional, text, points), strict=True):
        others = [score for score in before.scores if score["metric"] not in ("label_accuracy", "mode_coverage")]
        assert others and [score for score in after.scores if score in others] == others, "what was not asked for stays"
    refused = said[said.index("2/3  grammar_mle") + 1]
    assert refused == "    not scored: none of these metrics applies to it: label_accuracy, mode_coverage"
    assert text.scores == chosen[1].scores


def test_a_metric_that_fails_takes_no_other_with_it(monkeypatch):
    registry.all_metrics()
    monkeypatch.setattr(registry, "REGISTRY", dict(registry.REGISTRY))

    @metric("always_fails", direction="lower", least=2, cost="none", paper="none", meaning="A test's.", misleads="Always.")
    def always_fails(fake: np.ndarray) -> float:
        raise UserError("too few of something")

    (ring,) = [model for model in models() if model.name == "ring_vanilla"]
    said = []
    (found,) = scored([ring], ["always_fails", "mode_coverage", "bleu"], log=said.append)
    assert found.scores[-1]["metric"] == "mode_coverage"
    (kept,) = scored([ring], ["always_fails"], log=said.append)
    assert kept.scores == ring.scores, "what its card says stays where nothing is computed"
    assert "    left out, since they do not apply here: bleu" in said
    assert "    always_fails left out: too few of something" in said


def test_a_board_has_the_named_metrics_that_apply_to_all_its_models():
    ring = [model for model in models() if model.name == "ring_vanilla"]
    (board,) = leaderboard(ring, "mode_coverage,label_accuracy", 200, log=lambda line: None)
    assert {row["metric"] for row in board["rows"]} == {"mode_coverage"}
    with pytest.raises(UserError, match="could be scored here, the last since none of these metrics applies to all"):
        leaderboard(ring, "label_accuracy", 200, log=lambda line: None)
