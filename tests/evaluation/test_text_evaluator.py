"""Text through the evaluator, the birthday test and the report: from sentences to scores."""

import json
import math
import types

import numpy as np
import pytest
from click.testing import CliRunner

from ganzoo.cli.main import main
from ganzoo.data import sentences
from ganzoo.data.grammar import Grammar
from ganzoo.data.sentences import Sentences
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError
from ganzoo.evaluation.cache import Cache
from ganzoo.evaluation.compare import compare
from ganzoo.evaluation.evaluate import Evaluation, evaluate
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.features.text import NgramSVD
from ganzoo.evaluation.inputs.base import DataInput, Input
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import real_data
from ganzoo.evaluation.inputs.text import TextInput, log_likelihoods, sentences_of, to_tokens, unit_of
from ganzoo.evaluation.modalities.text import Text
from ganzoo.metrics.text.bleu import mean_bleu, mean_self_bleu
from ganzoo.notes import notes_to
from ganzoo.report import terminal

COUNT = 400


def quiet(line):
    pass


def by_name(scores):
    return {score["name"]: score for score in scores}


@pytest.fixture(scope="module", autouse=True)
def smaller():
    """Fewer sentences of the grammar than there are: drawing them takes longest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences, "EXAMPLES", {"train": 2000, "test": 800})
        yield


@pytest.fixture(scope="module")
def grammar():
    return open_input("grammar")


@pytest.fixture(scope="module")
def evaluator(grammar):
    return Evaluator(grammar, count=COUNT, reference_count=1500, log=quiet)


@pytest.fixture(scope="module")
def texts(grammar):
    """What models of various faults would write."""
    vocabulary = grammar.source.vocabulary
    rng = np.random.default_rng(0)
    honest = vocabulary.decode(Grammar().sample(COUNT, 77))
    train = grammar.source.texts()
    words = [word for line in train[:500] for word in line.split()]
    return {
        "honest": honest,
        "salad": [" ".join(rng.choice(words, len(line.split()))) for line in honest],
        "collapsed": rng.choice(honest[:10], COUNT).tolist(),
        "copies": rng.choice(train[:300], COUNT).tolist(),
    }


@pytest.fixture(scope="module")
def scored(evaluator, texts):
    return {name: by_name(evaluator.scores(TextInput(text, name))) for name, text in texts.items()}


def test_an_honest_text_scores_as_real_text_does(scored):
    for name, score in scored["honest"].items():
        assert score["real"] is not None or score["part"] == "n_eff", name
        assert score["real_count"] == COUNT
        if score["low"] is not None and score["metric"] not in ("duplicates", "nll_oracle"):
            width = score["high"] - score["low"] + 1e-9
            assert abs(score["value"] - score["real"]) < 2 * width, name
    assert scored["honest"]["grammatical"]["value"] == 1
    assert scored["honest"]["NLL_oracle.impossible"]["direction"] == "aside"


def test_real_text_stands_in_where_a_metric_says(evaluator, scored):
    real, held = evaluator.real.examples, evaluator.held.examples
    assert scored["honest"]["BLEU-2"]["real"] == mean_bleu(real[:COUNT], held, COUNT - 1)["2"][0]
    assert scored["honest"]["self-BLEU-2"]["real"] == mean_self_bleu(held[:COUNT], COUNT - 1, 0)["2"]
    assert scored["honest"]["length"]["real"] == np.mean([len(sentence) for sentence in held[:COUNT]])


def test_each_fault_shows_where_it_should(scored):
    salad, collapsed, copies = scored["salad"], scored["collapsed"], scored["copies"]
    assert salad["grammatical"]["value"] < 0.1
    assert salad["LM[kn4]"]["value"] > salad["LM[kn4]"]["real"] + 1
    assert salad["BLEU-4"]["value"] < 0.6 * salad["BLEU-4"]["real"]
    assert collapsed["self-BLEU-4"]["value"] > 0.95
    assert collapsed["duplicates.n_eff"]["low"] <= 10 <= collapsed["duplicates.n_eff"]["high"]
    assert collapsed["reverse-LM[kn4]"]["value"] > collapsed["reverse-LM[kn4]"]["real"] + 1
    assert collapsed["FED[ngram-svd]"]["value"] > 5 * collapsed["FED[ngram-svd]"]["real"]
    assert collapsed["divergence_frontier[ngram-svd]"]["value"] < 0.5 * collapsed["divergence_frontier[ngram-svd]"]["real"]
    assert copies["copied"]["value"] == 1
    assert copies["copied"]["real"] < 0.3
    assert copies["LM[kn4]"]["value"] < copies["LM[kn4]"]["real"] - 0.1


def test_the_protocol_says_what_must_be_equal(scored):
    record = scored["honest"]["BLEU-2"]["protocol"]
    assert (record["count"], record["reference_count"], record["seed"]) == (COUNT, 1500, 0)
    assert record["text"]["references"] == COUNT - 1
    assert record["extractor"] is None
    assert scored["honest"]["FED[ngram-svd]"]["protocol"]["extractor"]["name"] == "ngram-svd"
    assert f"{COUNT - 1} references" in scored["honest"]["BLEU-2"]["protocol_line"]
    json.dumps(list(scored["honest"].values()))


def test_the_table_is_one(evaluator, texts):
    lines = terminal.scores(evaluator.scores(TextInput(texts["honest"], "honest"), "bleu,frechet_embedding_distance"))
    assert lines[0].startswith(f"N={COUNT} against 1500 of grammar:train")
    assert lines[2].startswith("BLEU-2")
    assert any(line.startswith("FED[ngram-svd]") for line in lines)
    assert sum("held-out" in line for line in lines) == 1


def test_warnings_say_what_keeps_a_score_from_meaning_something(evaluator, scored):
    assert any("fewer than 1,000 sentences per side (here 400)" in words for words in scored["honest"]["BLEU-2"]["warnings"])
    same = evaluator.scores(TextInput(evaluator.held.examples[:COUNT]), "length")[0]
    assert same["value"] == same["real"]
    itself = Evaluator(evaluator.data, count=50, reference_count=50, log=quiet)
    assert any(
        "the reference itself" in words for words in itself.scores(TextInput(itself.real.examples), "length")[0]["warnings"]
    )


def test_few_sentences_are_scored_at_their_count(evaluator, texts):
    said = []
    evaluator.log = said.append
    score = evaluator.scores(TextInput(texts["honest"][:150], "few"), "bleu")[0]
    evaluator.log = quiet
    assert said == ["few has 150 examples: they are scored at that count"]
    assert score["protocol"]["count"] == score["real_count"] == 150


def test_the_references_that_are_stated_are_those_that_were_used(evaluator, texts):
    scores = by_name(evaluator.scores(TextInput(texts["honest"][:150], "few"), "bleu,self_bleu"))
    used = {name: score["protocol"]["text"]["references"] for name, score in scores.items()}
    assert (used["BLEU-2"], used["self-BLEU-2"]) == (COUNT - 1, 149)
    assert all(f"{COUNT - 1} references (self-BLEU: 149)" in score["protocol_line"] for score in scores.values())
    warned = {name: any("uses 149 references" in words for words in score["warnings"]) for name, score in scores.items()}
    assert warned["self-BLEU-2"] and not warned["BLEU-2"]


def test_the_real_column_of_text_is_kept(tmp_path, texts, monkeypatch):
    names = "bleu,frechet_embedding_distance,grammatical,length"

    def run(**options):
        made = Evaluator(open_input("grammar"), count=100, reference_count=300, cache=Cache(tmp_path), log=quiet, **options)
        return by_name(made.scores(TextInput(texts["honest"], "honest"), names)), made.clock

    first, clock = run()
    again, kept = run()
    assert {"bleu of real data", "grammatical of real data"} <= set(clock)
    assert not any("of real data" in what for what in kept)
    assert {name: score["real"] for name, score in again.items()} == {name: score["real"] for name, score in first.items()}
    assert {name: score["value"] for name, score in again.items()} == {name: score["value"] for name, score in first.items()}
    # A parser from outside is part of no protocol: what follows from it is never kept.
    other, clock = run(parser=lambda tokens: tokens[:, 0] < 0)
    assert other["grammatical"]["real"] == 0 < first["grammatical"]["real"]
    assert "grammatical of real data" in clock and "bleu of real data" not in clock


def test_the_vectors_of_text_are_kept(tmp_path, texts, monkeypatch):
    def features(**options):
        made = Evaluator(open_input("grammar"), count=100, reference_count=300, cache=Cache(tmp_path), log=quiet, **options)
        return made.real.features

    first = features()
    monkeypatch.setattr(NgramSVD, "__call__", lambda self, sentences: pytest.fail("embedded again"))
    np.testing.assert_array_equal(features(), first)
    with pytest.raises(pytest.fail.Exception):
        features(extractor="ngram-svd:8")


def test_intervals_of_text_are_there_when_wanted(evaluator, texts):
    model = TextInput(texts["honest"], "honest")
    usual, wanted = (by_name(evaluator.scores(model, "distinct_n,length,duplicates", intervals=on)) for on in (False, True))
    assert usual["distinct-2"]["low"] is None
    assert wanted["distinct-2"]["low"] < wanted["distinct-2"]["value"] < wanted["distinct-2"]["high"]
    for name in ("length", "duplicates.near_n_eff"):  # their own
        assert (wanted[name]["low"], wanted[name]["high"]) == (usual[name]["low"], usual[name]["high"])


def test_another_data_set_has_neither_truth_nor_parser(texts):
    said = []
    real = TextInput([line for line in Grammar().vocabulary.decode(Grammar().sample(600, 5))], "lines")
    scores = by_name(evaluate(TextInput(texts["honest"]), real, log=said.append))
    assert "grammatical" not in scores
    assert "NLL_oracle" not in scores
    assert scores["BLEU-2"]["value"] > 0.8
    assert any("half of it is the reference" in line for line in said)
    with pytest.raises(UserError, match="grammatical does not apply to .*: there is no accepted"):
        evaluate(TextInput(texts["honest"]), real, metrics="grammatical", log=quiet)


def test_a_parser_and_a_truth_may_be_given(texts):
    class Uniform:
        def log_likelihood(self, tokens):
            return np.full(len(tokens), -math.log(7.0)) * np.minimum((tokens > 0).sum(1) + 1, tokens.shape[1])

    grammar = open_input("grammar")
    ends = Evaluator(grammar, count=100, truth=Uniform(), parser=lambda tokens: tokens[:, 0] > 0, log=quiet)
    scores = by_name(ends.scores(TextInput(texts["honest"]), "nll_oracle,grammatical"))
    assert scores["NLL_oracle"]["value"] == pytest.approx(math.log(7.0))
    assert scores["grammatical"]["value"] == 1


def test_a_model_whose_every_sentence_is_impossible_is_scored_all_the_same(texts):
    class Never:
        def log_likelihood(self, tokens):
            return np.full(len(tokens), -np.inf)

    evaluator = Evaluator(open_input("grammar"), count=100, truth=Never(), log=quiet)
    (impossible,) = evaluator.scores(TextInput(texts["honest"][:100]), "nll_oracle")
    assert (impossible["part"], impossible["value"]) == ("impossible", 100)
    reason = "every sentence is impossible under the true distribution"
    assert f"NLL_oracle is undefined and left out: {reason}" in impossible["warnings"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"metrics": "fid"}, "no such metric: fid; there are .*bleu"),
        ({"metrics": "nll_test"}, "nll_test does not apply to .*: there is no model_likelihoods"),
        ({"extractor": "inception:x"}, "an embedding of text is ngram-svd"),
        ({"extractor": "vectors:nowhere.txt"}, "cannot read nowhere.txt"),
        ({"count": 1}, "at least 2"),
        ({"model": np.zeros((5, 4, 4, 1), np.uint8)}, "gives images and grammar:train holds text"),
    ],
)
def test_what_cannot_be_is_refused(texts, options, words):
    arguments = {"model": TextInput(texts["honest"][:60]), "data": "grammar", "metrics": "length", "log": quiet} | options
    with pytest.raises(UserError, match=words):
        evaluate(**arguments)


def test_given_vectors_name_the_distance(tmp_path, texts):
    words = {word for line in texts["honest"] for word in line.split()}
    rng = np.random.default_rng(0)
    rows = [f"{word} {' '.join(map(str, rng.normal(size=4)))}" for word in sorted(words)]
    (tmp_path / "tiny.txt").write_text("\n".join(rows) + "\n")
    metrics = "frechet_embedding_distance,divergence_frontier"
    options = {"count": 200, "extractor": f"vectors:{tmp_path / 'tiny.txt'}", "log": quiet}
    scores = by_name(evaluate(TextInput(texts["honest"]), "grammar", metrics, **options))
    assert set(scores) == {"FED[vectors-tiny]", "divergence_frontier[vectors-tiny]"}


def test_models_stand_side_by_side(texts):
    sides = [TextInput(texts[name], name) for name in ("honest", "collapsed")]
    record = compare(sides, "grammar", count=200, log=quiet)
    rows = {row["name"]: row for row in record["rows"]}
    assert rows["self-BLEU-4"]["best"] == ["honest"]
    assert rows["reverse-LM[kn4]"]["best"] == ["honest"]


class Model(Input):
    """A side that writes sentences of a grammar and tells how likely they are."""

    kind, feature, shape, name = "model", "text", (15,), "model"

    def __init__(self, known=True):
        super().__init__()
        self.sampler = self
        self.grammar = Grammar()
        self.recipe = type("Recipe", (), {"data": self.grammar if known else None})
        self.services = {"score": None, "score_text": None}

    def examples(self, count, seed=0):
        return self.grammar.sample(count, seed)

    def texts(self, tokens):
        return self.grammar.vocabulary.decode(tokens)

    def serve(self, service, tokens=None, text=None):
        if service == "score_text":
            tokens = self.grammar.vocabulary.encode([line.decode() if isinstance(line, bytes) else line for line in text], 15)
        return {"log_likelihood": self.grammar.log_likelihood(tokens)}


@pytest.mark.parametrize("known", [True, False])
def test_a_model_tells_how_likely_held_out_text_is(evaluator, known):
    scores = by_name(evaluator.scores(Model(known), "nll_test,nll_oracle"))
    # The model is the truth: both are its entropy, of two texts.
    assert scores["NLL_test"]["value"] == pytest.approx(scores["NLL_oracle"]["real"], abs=0.05)
    assert scores["NLL_test"]["real"] is None
    assert scores["NLL_test"]["low"] < scores["NLL_test"]["value"] < scores["NLL_test"]["high"]


def test_a_sentence_longer_than_the_models_is_refused():
    with pytest.raises(UserError, match="16 words, more than 15"):
        log_likelihoods(Model(), [("a",) * 16], Grammar().vocabulary)


def test_unknown_words_are_unknown_on_both_sides(tmp_path):
    (tmp_path / "data.txt").write_text("\n".join(["a b c", "a b", "b c a"] * 10 + ["rare a"]) + "\n")
    source = open_input(str(tmp_path / "data.txt"))
    data = Evaluator(source, count=2, log=quiet)
    assert isinstance(data.data, DataInput)
    vocabulary = data.modality.vocabulary
    assert sentences_of(TextInput(["a zebra", "b"]), 2, 0, vocabulary) == [("a", "<unk>"), ("b",)]
    tokens = to_tokens([("a", "zebra")], vocabulary, 4)
    assert vocabulary.decode(tokens) == ["a <unk>"]
    assert to_tokens([("zebra",)], Grammar().vocabulary)[0, 0] == len(Grammar().vocabulary)
    assert to_tokens([("zebra",)], Grammar().vocabulary, other=-1)[0, 0] == -1


@pytest.fixture
def chinese(tmp_path):
    """The sentences of a file in Chinese, which has no white space."""
    rng = np.random.default_rng(0)
    lines = ["".join(rng.choice(list("春眠不觉晓"), length)) for length in rng.integers(3, 6, 200)]
    (tmp_path / "poems.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Sentences(str(tmp_path / "poems.txt"), unit="chinese")


def test_a_file_is_split_by_the_unit_of_the_data(chinese):
    scores = by_name(evaluate(chinese.name, chinese, "bleu,length", log=quiet))
    assert scores["BLEU-2"]["value"] == pytest.approx(scores["BLEU-2"]["real"], abs=0.1) and scores["BLEU-2"]["real"] > 0.5
    assert scores["length"]["value"] == pytest.approx(4.0, abs=0.2)


def test_a_file_of_real_text_is_split_by_the_unit_of_the_model(chinese):
    model = Model()
    model.recipe.data, model.shape = chinese, chinese.shape
    model.examples = lambda count, seed=0: chinese.arrays()["text"][:count]
    told = Input()
    told.sampler = types.SimpleNamespace(card={"data": chinese.describe()})
    assert (unit_of(model), unit_of(told), unit_of(Input())) == ("chinese", "chinese", "word")
    (score,) = evaluate(model, chinese.name, "length", log=quiet)
    assert score["value"] == pytest.approx(score["real"], abs=0.3) and score["real"] > 3
    assert Text(real_data(model, chinese.name)).data.source.unit == "chinese"
    (row,) = compare([model, TextInput.of_file(chinese.name)], chinese.name, "length", log=quiet)["rows"]
    assert all(value["value"] == pytest.approx(4.0, abs=0.5) for value in row["values"])
    with pytest.raises(UserError, match="different units .chinese, word."):
        compare([model, Model()], chinese.name, log=quiet)


def test_empty_lines_are_empty_sentences(tmp_path):
    (tmp_path / "samples.txt").write_text("a b\n\nc\n")
    side = open_input(str(tmp_path / "samples.txt"))
    assert side.sentences(3) == [("a", "b"), (), ("c",)]
    assert side.notes == ["samples.txt: 1 of 3 lines are empty; they count as sentences without words"]


@pytest.mark.parametrize("content", [b"a b\r\nc\n", b"\xef\xbb\xbfa b\rc", "a b\nc".encode("utf-16")])
def test_a_file_is_read_as_a_data_set_reads_it(tmp_path, content):
    (tmp_path / "samples.txt").write_bytes(content)
    assert open_input(str(tmp_path / "samples.txt")).sentences(2) == [("a", "b"), ("c",)]


def test_empty_lines_of_real_text_are_left_out_and_said_to_be(tmp_path):
    (tmp_path / "real.txt").write_text("a b\n\nc d\n" * 40)
    said = []
    evaluate(TextInput(["a b", "c d"] * 20), str(tmp_path / "real.txt"), "length", log=said.append)
    (line,) = [line for line in said if line.startswith(str(tmp_path)) and " lines " in line]
    assert line.endswith("real.txt: 40 of 120 lines are blank: left out")


def test_words_that_a_vocabulary_lacks_are_counted_where_texts_are_scored():
    vocabulary, said = Vocabulary(["<unk>", "a", "b"]), []
    with notes_to(said.append):
        sentences_of(TextInput(["a zebra", "b zebra yak", "<unk>"], "fake"), 3, 0, vocabulary)
        sentences_of(TextInput(["a b", "b"], "known"), 2, 0, vocabulary)
    assert said == [
        "fake: 3 of 6 words (50.0%) are not in the real text's vocabulary and count as unknown, such as 'zebra', 'yak'"
    ]


def test_halves_are_disjoint_and_draws_are_seeded():
    side = TextInput([str(n) for n in range(11)])
    first, second = side.halves()
    assert sorted([*first.sentences(6), *second.sentences(5)]) == sorted(side.sentences(11))
    assert side.sentences(4, 1) == side.sentences(4, 1) != side.sentences(4, 2)
    with pytest.raises(UserError, match="12 were requested"):
        side.sentences(12)


def test_an_evaluation_during_training(grammar):
    entry = Evaluation(count=100, reference_count=500).prepare(grammar.source, log=quiet)
    assert entry.metrics == ("bleu", "self_bleu", "frechet_embedding_distance", "reverse_lm_score")
    assert entry._evaluator.count == 100


def test_the_command_line(tmp_path, texts):
    path, page, out = tmp_path / "text.txt", tmp_path / "report.html", tmp_path / "scores.json"
    path.write_text("\n".join(texts["collapsed"]) + "\n")
    told = ["--data", "grammar", "--count", "150", "--metrics", "bleu,grammatical"]
    result = CliRunner().invoke(main, ["evaluate", str(path), *told, "--json", str(out), "--html", str(page)])
    assert result.exit_code == 0, result.output
    assert "BLEU-2" in result.output
    assert {score["metric"] for score in json.loads(out.read_text())} == {"bleu", "grammatical"}
    html = page.read_text()
    assert "Closest pairs of generated sentences" in html
    assert texts["collapsed"][0] in html
    assert "How much of the generated sentences" in html


def test_the_birthday_command(tmp_path, texts):
    path, out = tmp_path / "text.txt", tmp_path / "birthday.json"
    path.write_text("\n".join(texts["collapsed"]) + "\n")
    options = ["--data", "grammar", "--batch-sizes", "5,10", "--batches", "10"]
    result = CliRunner().invoke(main, ["birthday", str(path), *options, "--json", str(out)])
    assert result.exit_code == 0, result.output
    record = json.loads(out.read_text())
    assert record["n_eff"]["low"] <= 10 <= record["n_eff"]["high"]
    assert "edits" in result.output
    assert record["fake"]["pooled"]["closest"][0]["sentences"][0] in texts["collapsed"]
    refused = CliRunner().invoke(main, ["birthday", str(path), *options, "--flips"])
    assert refused.exit_code == 2
    assert "counts edits" in refused.output
