"""Text models judged from end to end: in memory, as a run, as an export."""

import json
import math
import textwrap

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from ganzoo.cli.main import main
from ganzoo.data import sentences
from ganzoo.data.sentences import Sentences
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.evaluation.inputs.base import FamilyInput
from ganzoo.evaluation.inputs.text import scores_text, sentences_of
from ganzoo.families.sequence import MLE
from ganzoo.networks.text import lstm_generator

RECIPE = '''
"""A model of a tiny language."""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.sentences import Sentences
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families.sequence import MLE
from ganzoo.networks.text import lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("{path}", held_out=0.4)
    return Recipe(
        data=text,
        model=MLE(text, lstm_generator(text, embedding=4, hidden=4)),
        optimizers={{"generator": keras.optimizers.Adam(1e-2)}},
        batch_size=8,
        steps=2,
        evaluations=(Evaluation(metrics=("nll_test", "distinct_n"), count=20, every=2),),
    )
'''


def quiet(line):
    pass


@pytest.fixture
def uniform(monkeypatch):
    """A model all of whose tokens are equally likely, on sentences of the grammar."""
    monkeypatch.setattr(sentences, "EXAMPLES", {"train": 300, "test": 200})
    text = Sentences("grammar")
    model = MLE(text, lstm_generator(text, embedding=2, hidden=2, scale=0.0))
    model.compile({"generator": keras.optimizers.SGD(0.1)}, seed=1)
    return model


def test_a_uniform_model_costs_the_log_of_its_vocabulary(uniform):
    side = FamilyInput(uniform)
    assert side.feature == "text"
    assert scores_text(side)
    entry = Evaluation(metrics=("nll_test", "lm_score", "grammatical"), count=100).prepare(uniform.text, log=quiet)
    scores = {score["name"]: score for score in entry(uniform, 0)}
    size = len(uniform.text.vocabulary)
    assert scores["NLL_test"]["value"] == pytest.approx(math.log(size), rel=1e-5)
    assert scores["grammatical"]["value"] == 0
    assert scores["LM[kn4]"]["value"] > scores["LM[kn4]"]["real"] + 1


def test_a_models_words_are_those_that_it_writes(uniform):
    side = FamilyInput(uniform)
    found = sentences_of(side, 10, 3)
    assert [" ".join(s) for s in found] == uniform.text.vocabulary.decode(np.asarray(side.examples(10, 3)))


def test_a_run_and_its_export(tmp_path):
    rng = np.random.default_rng(0)
    path, run, export = tmp_path / "language.txt", tmp_path / "run", tmp_path / "export"
    path.write_text("\n".join(" ".join(rng.choice(list("abcd"), 4)) for _ in range(100)) + "\n")
    (tmp_path / "tiny_text.py").write_text(textwrap.dedent(RECIPE).format(path=path))

    def call(*arguments):
        result = CliRunner().invoke(main, list(map(str, arguments)))
        assert result.exit_code == 0, result.output
        return result.output

    call("train", tmp_path / "tiny_text.py", "--run", run)
    kept = [json.loads(line) for line in (run / "scores.jsonl").read_text().splitlines()]
    assert {"NLL_test", "distinct-2"} <= {score["name"] for score in kept}
    assert all(score["step"] == 2 for score in kept)
    metrics = ("--metrics", "nll_test,bleu,length", "--count", 30)
    said = call("evaluate", run, *metrics)
    assert "NLL_test" in said and "language.txt:test" in said
    assert len((run / "scores.jsonl").read_text().splitlines()) > len(kept)
    call("export", run, "--to", export)
    call("evaluate", export, *metrics, "--json", tmp_path / "scores.json")
    exported = {score["name"]: score for score in json.loads((tmp_path / "scores.json").read_text())}
    again = {score["name"]: score for score in map(json.loads, (run / "scores.jsonl").read_text().splitlines())}
    for name in ("NLL_test", "BLEU-3", "length"):
        assert exported[name]["value"] == pytest.approx(again[name]["value"], rel=1e-5)
    assert "N_eff" in call("birthday", run, "--batch-sizes", "5,10", "--batches", 5)
