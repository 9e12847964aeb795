"""Model cards, of a stand-in for a sampled run."""

import functools
import json
import math
import types
from pathlib import Path

import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.serving.card_facts import describe
from ganzoo.serving.cards import limits, paper_of, render, renew_card
from ganzoo.serving.front_matter import front_matter, kind_of

RECIPE = Path(__file__).parents[2] / "recipes" / "digits_dcgan.py"


@pytest.fixture(autouse=True)
def a_run_has_a_recipe(monkeypatch, tmp_path):
    """The recipe beside a stand-in's run."""
    (tmp_path / "recipe.py").write_text(RECIPE.read_text())
    monkeypatch.setattr(f"{__name__}.RECIPE", tmp_path / "recipe.py")


def score(name, value, step=40, protocol="N=100 of digits", real=None, direction="lower"):
    return {"name": name, "value": value, "step": step, "protocol_line": protocol, "real": real, "direction": direction}


def sample(*, seed, count):
    return {"images": tf.zeros([count, 8, 8, 1])}


def generate(*, latents):
    return {
        "images": tf.reshape(latents[:, :1], [-1, 1, 1, 1]),
        "anything": tf.numpy_function(lambda x: x, [latents], tf.float32),
    }


@functools.cache
def signatures():
    """As an export has them: they take tensors by name."""
    number = tf.TensorSpec([], tf.int32)
    return {
        "serving_default": tf.function(generate).get_concrete_function(latents=tf.TensorSpec([None, 5], tf.float32)),
        "sample": tf.function(sample).get_concrete_function(seed=number, count=number),
    }


class Labelled:
    """Stands in for a source with labels."""

    labels = True

    def __init__(self, shape, feature, facts):
        self.shape, self.feature, self.describe = shape, feature, lambda: facts

    def for_scoring(self):
        return self

    def arrays(self):
        return {"label": [0, 0, 0, 2]}


def sampler(shape=(8, 8, 1), feature="image", options=None, scores=(), **record):
    data = {"name": "digits", "split": "train", "examples": 1437, "homepage": "https://example.org"}
    return types.SimpleNamespace(
        name="digits_dcgan",
        step=40,
        options=options or {},
        num_classes=4,
        own_shares=None,
        recipe=types.SimpleNamespace(batch_size=32, frozen=(), data=Labelled(shape, feature, data)),
        model=types.SimpleNamespace(networks={"generator": types.SimpleNamespace(count_params=lambda: 12345)}),
        run=types.SimpleNamespace(
            path=RECIPE.parent,
            record=lambda: {"recipe": "digits_dcgan", "overrides": [], **record},
            all_scores=lambda: list(scores),
        ),
    )


def card(**options):
    return describe(sampler(**options), signatures()) | {"exported": "2020-01-01"}


def test_a_card_has_the_facts_of_the_run():
    facts = card(seconds=61.26, cpu_seconds=100.04, overrides=["steps=40"], precision="bfloat16")
    assert (facts["name"], facts["recipe"], facts["steps"], facts["batch_size"]) == ("digits_dcgan", "digits_dcgan", 40, 32)
    assert (facts["seconds"], facts["cpu_seconds"], facts["precision"]) == (61.3, 100.0, "bfloat16")
    assert facts["parameters"] == {"generator": 12345} and facts["data"]["examples"] == 1437
    assert facts["signatures"]["sample"] == {
        "inputs": {"count": "int32 []", "seed": "int32 []"},
        "outputs": {"images": "float32 [None, 8, 8, 1]"},
    }
    assert facts["signatures"]["serving_default"]["inputs"] == {"latents": "float32 [None, 5]"}
    assert facts["signatures"]["serving_default"]["outputs"]["anything"] == "float32 [...]", "a shape that is not known"
    json.dumps(facts, allow_nan=False)


def test_what_an_old_run_does_not_record_has_a_default():
    facts = card()
    assert (facts["seconds"], facts["cpu_seconds"], facts["precision"]) == (0.0, 0.0, "float32")


@pytest.mark.parametrize(
    "shape, feature, words",
    [((8, 8, 1), "image", "[-1, 1]"), ((2,), "point", "the plane"), ((12,), "text", "tokens, 0 pads")],
)
def test_the_range_is_that_of_the_data(shape, feature, words):
    assert card(shape=shape, feature=feature)["range"] == words


def test_scores_are_the_newest_of_this_step_and_no_asides():
    scores = [
        score("FD", 9.0),
        score("FD", 8.0),  # taken again
        score("FD", 7.0, step=30),
        score("FD", 6.0, protocol="N=200 of digits"),
        score("bandwidth", 5.0, direction="aside"),
    ]
    assert [(one["protocol_line"][2:5], one["value"]) for one in card(scores=scores)["scores"]] == [("100", 8.0), ("200", 6.0)]


def test_open_values_are_json_and_pythons_own_in_the_example():
    facts = card(options={"label": (tf.int32, -1), "code": (tf.float32, [math.nan, 0.5])})
    assert facts["options"] == {"label": -1, "code": [None, 0.5]}
    text = render(facts)
    assert 'seed=tf.constant(0), label=-1, code=[float("nan"), 0.5])' in text
    assert "`label`, `code` stand at the value that leaves it open." in text
    assert "`label` stands at" in render(card(options={"label": (tf.int32, -1)}))
    assert "leaves it open" not in render(card())


def test_the_page_states_training_cost_and_calls():
    text = render(card(seconds=4000.4, cpu_seconds=9000.0, overrides=["steps=40", "seed=1"]))
    lines = text.splitlines()
    assert lines[lines.index("---", 1) + 2] == "# digits_dcgan" and text.endswith("\n")
    assert "from the recipe `digits_dcgan` with `steps=40`, `seed=1`, exported 2020-01-01." in text
    assert "| data | digits (train, 1,437 examples), https://example.org |" in lines
    assert "| licence of the data | CC BY 4.0 (UCI Machine Learning Repository, Alpaydin and Kaynak 1998) |" in lines
    paper = 'Networks", [arXiv:1511.06434](https://arxiv.org/abs/1511.06434) |'
    assert sum(line.startswith("| paper | Radford, Metz, Chintala 2015, ") and line.endswith(paper) for line in lines) == 1
    assert "| training | 40 generator steps of batch 32 |" in lines
    assert "| cost | 4,000 s (9,000 s of CPU time), float32 |" in lines
    assert "| parameters | `generator` 12,345 |" in lines
    assert "| `sample` | `count` int32 [], `seed` int32 [] | `images` float32 [None, 8, 8, 1] |" in lines
    assert 'tf.saved_model.load("digits_dcgan")' in text
    assert "Not scored yet." in lines
    assert "from the recipe `digits_dcgan`, exported" in render(card())


def test_scores_stand_under_their_protocol_beside_the_real_column():
    scores = [score("FD", 12.34567, real=0.5), score("KD", 1e-5), score("FD", 3.0, protocol="N=200 of digits", real=None)]
    lines = render(card(scores=scores)).splitlines()
    first, second = lines.index("N=100 of digits"), lines.index("N=200 of digits")
    assert lines[first + 2 : first + 6] == [
        "| score | value | held-out real data |",
        "|---|---|---|",
        "| FD | 12.35 | 0.5 |",
        "| KD | 1e-05 | - |",
    ]
    assert second == first + 7 and lines[second + 4] == "| FD | 3 | - |" and lines[second + 6] == "## Limits"


def test_a_conditional_card_has_the_shares_of_the_data_and_says_what_an_open_label_is(monkeypatch):
    facts = card(options={"label": (tf.int32, -1)})
    assert (facts["num_classes"], facts["class_shares"], facts["data_shares"]) == (4, None, [0.75, 0.0, 0.25, 0.0])
    assert "| labels | 4 classes; left open, every class as often; the data's shares: 0.75, 0, 0.25, 0 |" in render(facts)
    facts |= {"class_shares": [1, 0, 0, 0], "data_shares": None}
    assert "| labels | 4 classes; left open, the recipe's class_shares |" in render(facts)
    assert "num_classes" not in card() and "| labels |" not in render(card())

    def gone(self):
        raise UserError("no folder")

    monkeypatch.setattr(Labelled, "arrays", gone)
    assert card(options={"label": (tf.int32, -1)})["data_shares"] is None


def matter(**options):
    """The front matter of a card as whoever reads YAML sees it."""
    _, text, _ = render(card(**options)).split("---\n", 2)
    return pytest.importorskip("yaml").safe_load(text)


def test_the_front_matter_is_what_the_hub_reads():
    scores = [
        score("FD", 12.34567, real=0.5) | {"protocol": {"count": 100}},
        score("label_accuracy.class_3", 0.5),
        score("undefined", None),
    ]
    facts = matter(scores=scores)
    assert facts["license"] == "unknown" and facts["library_name"] == "ganzoo" and "gan" in facts["tags"]
    assert facts["pipeline_tag"] == "unconditional-image-generation" and "datasets" not in facts
    (model,) = facts["model-index"]
    (result,) = model["results"]
    assert model["name"] == "digits_dcgan" and result["dataset"] == {"name": "digits", "type": "digits", "split": "train"}
    assert result["metrics"] == [{"type": "FD", "value": 12.35, "name": "FD (N=100), held-out 0.5"}]
    hub = pytest.importorskip("huggingface_hub")
    data = hub.ModelCard(render(card(scores=scores))).data
    assert [(one.metric_type, one.metric_value, one.dataset_type) for one in data.eval_results] == [("FD", 12.35, "digits")]
    assert "model-index" not in matter()


def test_a_card_states_licences_as_they_were_given():
    for words, fields in {
        "Apache 2.0": {"license": "apache-2.0"},
        "CC BY-SA 4.0": {"license": "cc-by-sa-4.0"},
        "ask: me": {"license": "other", "license_name": "ask: me"},
    }.items():
        facts = describe(sampler(), signatures(), words, "free with credit") | {"exported": "2020-01-01"}
        front = dict(line.split(": ", 1) for line in front_matter(facts) if line.startswith("license"))
        assert {key: json.loads(value) for key, value in front.items()} == fields
        text = render(facts)
        assert f"| licence of the weights | {words} |" in text and "| licence of the data | free with credit |" in text
    assert "| licence of the weights | not stated |" in render(card())


def test_what_a_model_draws_is_its_task_and_a_known_data_set_is_linked():
    images, tokens = card(), card()
    captions = card(options={"caption": (tf.string, "")})
    tokens["signatures"] = {"serving_default": {"inputs": {}, "outputs": {"tokens": "int32 [None, 5]"}}}
    points = {**tokens, "signatures": {"serving_default": {"inputs": {}, "outputs": {"points": "float32 [None, 2]"}}}}
    assert [kind_of(one) for one in (images, captions, tokens, points)] == ["images", "captions", "text", "points"]
    assert not any("pipeline_tag" in line for line in front_matter(points))
    images["data"]["name"] = "mnist"
    assert '  - "ylecun/mnist"' in front_matter(images)


def test_limits_are_what_the_scores_fall_short_of():
    assert "Nothing was measured of its quality." in limits(card())
    scores = [
        score("precision_recall.recall[x]", 0.5, real=0.8) | {"high": 0.6, "warnings": ["few samples"]},
        score("precision_recall.precision[x]", 0.7, real=0.8) | {"high": 0.9},
        score("label_accuracy[x]", 0.9, real=0.8),
    ]
    found = list(limits(card(scores=scores)))
    assert found[1:] == [
        "It leaves out some of the variety of the data: precision_recall.recall[x] 0.5, held-out real data 0.8.",
        "Whether it repeats its training data was not measured: `ganzoo neighbours` does that.",
        "Of its scores: few samples.",
    ]
    assert not any("repeats" in line for line in limits(card(scores=[*scores, score("c_t[x]", 0.1, real=0.0)])))


def test_a_card_of_old_is_completed_and_moved(tmp_path):
    old = card(scores=[score("FD", 1.0)]) | {"path": "elsewhere/1", "licence": "MIT"}
    del old["paper"], old["data"]["licence"]
    version = tmp_path / "mine" / "2"
    version.mkdir(parents=True)
    (version / "saved_model.pb").write_bytes(b"")
    (version / "card.json").write_text(json.dumps(old))
    page = renew_card(tmp_path / "mine").read_text()
    assert "| this version | `mine/2` |" in page and "| paper | Radford" in page and "| licence of the weights | MIT |" in page
    assert "| licence of the weights | CC0 |" in renew_card(version, licence="CC0", data_licence="free").read_text()
    assert json.loads((version / "card.json").read_text())["data"]["licence"] == "free"
    (version / "card.json").write_text(json.dumps(old | {"steps": "many"}))
    with pytest.raises(UserError, match="card.json is damaged: steps must be a whole number"):
        renew_card(version)
    with pytest.raises(UserError, match="is no export with a card.json"):
        renew_card(tmp_path)
    with pytest.raises(UserError, match="hf://me/mine is on the Hub"):
        renew_card("hf://me/mine")


def test_a_card_of_old_is_told_how_many_labels_its_model_knows(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"")
    for options, known, said in (({"label": -1}, 7, 7), ({"label": -1}, None, None), ({"truncation": 1.0}, 7, None)):
        old = card(scores=[score("FD", 1.0)]) | {"options": options}
        (tmp_path / "card.json").write_text(json.dumps(old))
        page = renew_card(tmp_path, count_classes=lambda version, known=known: known).read_text()
        assert json.loads((tmp_path / "card.json").read_text()).get("num_classes") == said
        assert ("a class a row" in page) == bool(said)


def test_the_paper_is_the_recipes_or_the_familys(tmp_path):
    class Family:
        """Something.

        Reference: Somebody 2020, "A
        title", arXiv:2001.00001.
        """

    (tmp_path / "recipe.py").write_text('"""Without a paper."""')
    assert paper_of(tmp_path / "recipe.py", Family) == 'Somebody 2020, "A title", arXiv:2001.00001'
    assert paper_of(tmp_path / "recipe.py") == ""
