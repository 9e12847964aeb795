"""A tournament of exports and of a run's checkpoints: who judges what, by which threshold, and who is refused."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import ganzoo
from ganzoo.cli.main import main
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.tournament import Judge, opened, tournament
from ganzoo.metrics.tournament import win_rates
from ganzoo.serving.sampling import load

SILENT = {"log": lambda line: None}


@pytest.fixture(scope="module")
def record():
    return tournament([f"exported/digits_{name}" for name in ("wgan", "began", "bigan")], count=128, nrds=True, **SILENT)


def test_the_numbers_are_those_of_the_table_of_judgements(record):
    right, models = np.array(record["right"]), record["models"]
    judges, makers = win_rates(right, [model["accuracy_real"] for model in models])
    np.testing.assert_allclose([model["generator_wins"] for model in models], makers)
    np.testing.assert_allclose([model["discriminator_wins"] for model in models], judges)
    np.testing.assert_allclose([model["accuracy_own"] for model in models], np.diag(right))
    assert sum(
        model["generator_skill"]["rating"] + model["discriminator_skill"]["rating"] for model in models
    ) == pytest.approx(9000)
    assert sum(model["nrds"] for model in models) == pytest.approx(1) and len(record["battles"]) == 3
    assert all(model["accuracy_real"] + model["accuracy_own"] > 1 for model in models)  # a BEGAN's energy is low for reals
    assert all(model["low"] <= model["generator_wins"] <= model["high"] for model in models)
    assert json.loads(json.dumps(record)) == record


def test_a_threshold_is_its_own_discriminators():
    entry = open_input("exported/ring_vanilla")
    judge, samples = Judge(entry), load("exported/ring_vanilla").sample(200)
    reals = open_input("ring8:test").examples(200)
    judge.calibrate(reals, None, samples + 9, None)  # samples that are nowhere near
    assert judge.calls_real(reals).mean() - judge.calls_real(samples + 9).mean() > 0.5
    outputs = judge.sampler.serve("discriminate", points=reals)["logits"][:, 0]
    np.testing.assert_array_equal(judge.calls_real(reals), judge.sign * outputs > judge.threshold)


def test_a_runs_checkpoints_play_too(tmp_path, tiny_recipe):
    run = tmp_path / "run"
    ganzoo.train(tiny_recipe, run, **SILENT)
    done = CliRunner().invoke(
        main, ["tournament", f"{run}@20", str(run), "--count", "64", "--json", str(tmp_path / "facts.json")]
    )
    assert done.exit_code == 0, done.output
    facts = json.loads((tmp_path / "facts.json").read_text())
    first, second = facts["models"]
    assert first["name"].endswith("@20") and first["generator_wins"] == pytest.approx(
        second["generator_wins"]
    )  # the same weights
    assert facts["battles"][0]["winner"] is None and facts["battles"][0]["r_sample"] == pytest.approx(1, abs=0.3)
    assert "none: alike" in done.output or facts["battles"][0]["r_sample"] != 1
    early, late = opened([f"{run}@all"])
    assert [entry.name.partition("@")[2] for entry in (early, late)] == ["10", "20"]
    assert not np.allclose(early.sampler.sample(8), late.sampler.sample(8))
    played = ganzoo.tournament([f"{run}@20", run], count=64, **SILENT)
    assert played == facts and repr(played).splitlines()[0].startswith("model ")
    with pytest.raises(UserError, match="takes a list of models, not a str"):
        ganzoo.tournament(str(run))
    with pytest.raises(UserError, match="no checkpoint of step 3: there are 10, 20"):
        opened([f"{run}@3", run])


def test_models_of_the_zoo_take_part_by_name():
    assert [entry.name for entry in opened(["digits_wgan", "exported/digits_began"])] == ["digits_wgan", "digits_began"]


def test_what_cannot_take_part_is_named():
    cases = (
        (["exported/ring_vanilla"], "at least two"),
        (["exported/digits_vae", "exported/digits_wgan"], "digits_vae has no discriminator"),
        (["ring8", "exported/ring_vanilla"], "is no model"),
        (["exported/ring_vanilla@5", "exported/ring_vanilla"], "only a run has checkpoints"),
        (["exported/ring_vanilla", "exported/digits_wgan"], "trained on different data"),
    )
    for models, words in cases:
        with pytest.raises(UserError, match=words):
            tournament(models, **SILENT)
